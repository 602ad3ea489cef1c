import Checkpoints
import Files
import TestSupport
import Testing

struct SafetensorsFileTests {
  /// A file of a header and some bytes.
  private static func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
  }

  @Test(
    arguments: [
      ([], .fileTooSmall(bytes: 0)),
      ([1, 2, 3, 4, 5, 6, 7], .fileTooSmall(bytes: 7)),
      ([0, 0, 0, 0, 0, 0, 0, 0], .headerBegin(nil)),
      ([1, 0, 0, 0, 0, 0, 0, 0], .headerLongerThanFile(header: 1, file: 8)),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .headerTooLarge(bytes: .max, limit: 100_000_000)),
      ([0, 0, 0, 0, 0, 0, 0, 0x80], .headerTooLarge(bytes: 1 << 63, limit: 100_000_000)),
      ([0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0], .headerTooLarge(bytes: 100_000_001, limit: 100_000_000)),
      ([0x00, 0xE1, 0xF5, 0x05, 0, 0, 0, 0], .headerLongerThanFile(header: 100_000_000, file: 8)),
    ] as [([UInt8], SafetensorsFailure)])
  func refusesBadLengths(bytes: [UInt8], failure: SafetensorsFailure) throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "m.safetensors")
      try AtomicFile.write(bytes, to: path)
      #expect(Self.failure { _ = try SafetensorsFile(path) } == failure)
    }
  }

  @Test func refusesWhatIsNotAFile() throws {
    try withScratchFolder { folder in
      #expect(throws: FileFailure.notAFile(folder, found: .folder)) { try SafetensorsFile(folder) }
      #expect(throws: FileFailure.notAFile("/dev/zero", found: .device)) { try SafetensorsFile("/dev/zero") }
    }
  }

  @Test func convertsEveryType() throws {
    let header = """
      {"d":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"l":{"dtype":"I64","shape":[1],"data_offsets":[16,24]},\
      "f":{"dtype":"F32","shape":[1],"data_offsets":[24,28]},"i":{"dtype":"I32","shape":[1],"data_offsets":[28,32]},\
      "h":{"dtype":"F16","shape":[6],"data_offsets":[32,44]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[44,48]},\
      "u":{"dtype":"U8","shape":[2],"data_offsets":[48,50]},"t":{"dtype":"BOOL","shape":[2],"data_offsets":[50,52]}}
      """
    var data: [UInt8] = []
    func add(_ word: some FixedWidthInteger) { withUnsafeBytes(of: word.littleEndian) { data.append(contentsOf: $0) } }
    add((0.1).bitPattern)
    add((1e300).bitPattern)
    add(Int64(-7))
    add(Float(1.5).bitPattern)
    add(Int32(-3))
    for half: UInt16 in [0x3C00, 0xC000, 0x0001, 0x7BFF, 0x7C00, 0x8000] { add(half) }
    for upper: UInt16 in [0x3F80, 0xC049] { add(upper) }
    data += [255, 0, 1, 0]

    try withScratchFolder { folder in
      let path = Files.path(folder, "m.safetensors")
      try AtomicFile.write(Self.file(header, data), to: path)
      let file = try SafetensorsFile(path)
      #expect(try file.floats(of: "d") == [0.1, .infinity])
      #expect(try file.floats(of: "l") == [-7])
      #expect(try file.floats(of: "f") == [1.5])
      #expect(try file.floats(of: "i") == [-3])
      #expect(try file.floats(of: "h") == [1, -2, 0x1p-24, 65504, .infinity, -0.0])
      #expect(try file.floats(of: "b") == [1, -3.140625])
      #expect(try file.floats(of: "u") == [255, 0])
      #expect(try file.floats(of: "t") == [1, 0])
      #expect(try file.floats(of: "x") == nil)
      #expect(try file.bytes(of: "f") == [0, 0, 0xC0, 0x3F])
    }
  }

  /// Conversion works in pieces; the border of a piece is nothing special.
  @Test func convertsALargeTensor() throws {
    let count = 700_001
    let header = #"{"b":{"dtype":"BF16","shape":[\#(count)],"data_offsets":[0,\#(2 * count)]}}"#
    let data = (0..<count).flatMap { [0, UInt8($0 % 100)] as [UInt8] }
    try withScratchFolder { folder in
      let path = Files.path(folder, "m.safetensors")
      try AtomicFile.write(Self.file(header, data), to: path)
      let floats = try #require(try SafetensorsFile(path).floats(of: "b"))
      #expect(floats == (0..<count).map { Float(bitPattern: UInt32($0 % 100) << 24) })
    }
  }

  static let small: [(name: String, shape: [Int], numbers: [Float])] = [
    ("weight", [2, 3], [1, 2, 3, 4, 5, 6]), ("bias", [3], [-1, 0, 0.5]), ("scalar", [], [7]), ("empty", [0, 4], []),
  ]

  @Test func readsWhatItWrote() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "m.safetensors")
      let hash = try SafetensorsWriter.write(Self.small, to: path)
      #expect(try SHA256.digest(ofFile: path) == hash)
      let file = try SafetensorsFile(path)
      #expect(file.header.metadata == ["format": "pt"])
      for (name, shape, numbers) in Self.small {
        #expect(file.tensor(named: name)?.shape == shape)
        #expect(try file.floats(of: name) == numbers)
      }
    }
  }

  @Test func refusesEveryTruncationAndEveryExtension() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "m.safetensors")
      try SafetensorsWriter.write(Self.small, to: path)
      let bytes = try Files.read(path)
      for count in 0..<bytes.count {
        try Self.writeQuickly(Array(bytes[..<count]), to: path)
        #expect(Self.failure { _ = try SafetensorsFile(path) } != nil, "\(count)")
      }
      try Self.writeQuickly(bytes + [0], to: path)
      #expect(Self.failure { _ = try SafetensorsFile(path) } == .trailingBytes(expected: 40, found: 41))
    }
  }

  /// Whatever bit is wrong, the reader ends with an error or with tensors of the right sizes.
  @Test func survivesEveryBitFlip() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "m.safetensors")
      try SafetensorsWriter.write(Self.small, to: path)
      let bytes = try Files.read(path)
      for position in bytes.indices {
        for bit in 0..<8 {
          var changed = bytes
          changed[position] ^= 1 << bit
          try Self.writeQuickly(changed, to: path)
          do {
            let file = try SafetensorsFile(path)
            for tensor in file.header.tensors { #expect(try file.floats(of: tensor.name)?.count == tensor.count) }
          } catch {
            #expect(error is CheckpointFailure)
          }
        }
      }
    }
  }

  /// Thousands of files need not be on the disk for good.
  private static func writeQuickly(_ bytes: [UInt8], to path: String) throws {
    try AppendingFile(path, keeping: 0).append(bytes)
  }

  private static func failure(_ body: () throws -> Void) -> SafetensorsFailure? {
    do {
      try body()
      return nil
    } catch CheckpointFailure.safetensors(_, let failure) {
      return failure
    } catch {
      Issue.record(error)
      return nil
    }
  }
}
