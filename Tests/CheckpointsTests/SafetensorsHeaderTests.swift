import Checkpoints
import Files
import Testing

/// Every header that the format forbids is refused with its own failure.
struct SafetensorsHeaderTests {
  static let refused: [(header: String, data: Int, failure: SafetensorsFailure)] = [
    // Not the JSON object that it should be.
    ("", 0, .headerBegin(nil)), (" {}", 0, .headerBegin(0x20)), ("[]", 0, .headerBegin(0x5B)),
    ("\u{FEFF}{}", 0, .headerBegin(0xEF)), ("{", 0, .headerNotJSON(.unexpectedEnd(offset: 1))),
    ("{}{}", 0, .headerNotJSON(.trailingBytes(offset: 2))), ("{}\0", 0, .headerNotJSON(.trailingBytes(offset: 2))),
    ("{1:2}", 0, .headerNotJSON(.unexpectedByte(0x31, expected: "a string", offset: 1))),
    (#"{"a":"#, 0, .wrongType(tensor: "a", field: "the entry", expected: "an object")),
    (#"{"a":1}"#, 0, .wrongType(tensor: "a", field: "the entry", expected: "an object")),
    (#"{"a":null}"#, 0, .wrongType(tensor: "a", field: "the entry", expected: "an object")),
    (#"{"a":[]}"#, 0, .wrongType(tensor: "a", field: "the entry", expected: "an object")),

    // Metadata.
    (#"{"__metadata__":1}"#, 0, .metadataNotText(key: "__metadata__")),
    (#"{"__metadata__":{"a":1}}"#, 0, .metadataNotText(key: "a")),
    (#"{"__metadata__":{"a":{"b":"c"}}}"#, 0, .metadataNotText(key: "a")),
    (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, .duplicateMetadata(key: "a")),
    (#"{"__metadata__":{},"__metadata__":{}}"#, 0, .duplicateMetadata(key: "__metadata__")),

    // Names.
    (#"{"":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, 0, .invalidName("", reason: "is empty")),
    (
      #"{"a\u0000":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, 0,
      .invalidName("a\0", reason: "has a control character in it")
    ),
    (
      #"{"a\n":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, 0,
      .invalidName("a\n", reason: "has a control character in it")
    ),
    (
      "{\"\(String(repeating: "n", count: 257))\":{}}", 0,
      .invalidName(String(repeating: "n", count: 257), reason: "is longer than 256 bytes")
    ),
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2,
      .duplicateName("a")
    ),

    // Fields.
    (#"{"a":{}}"#, 0, .missingField(tensor: "a", field: "dtype")),
    (#"{"a":{"dtype":"U8"}}"#, 0, .missingField(tensor: "a", field: "shape")),
    (#"{"a":{"dtype":"U8","shape":[]}}"#, 0, .missingField(tensor: "a", field: "data_offsets")),
    (#"{"a":{"shape":[],"data_offsets":[0,1]}}"#, 1, .missingField(tensor: "a", field: "dtype")),
    (#"{"a":{"dtype":"U8","dtype":"U8"}}"#, 0, .duplicateField(tensor: "a", field: "dtype")),
    (#"{"a":{"shape":[],"shape":[]}}"#, 0, .duplicateField(tensor: "a", field: "shape")),
    (#"{"a":{"data_offsets":[0,1],"data_offsets":[0,1]}}"#, 0, .duplicateField(tensor: "a", field: "data_offsets")),
    (#"{"a":{"strides":[1]}}"#, 0, .unknownField(tensor: "a", field: "strides")),
    (#"{"a":{"dtype":1}}"#, 0, .wrongType(tensor: "a", field: "dtype", expected: "a string")),
    (#"{"a":{"dtype":"f32"}}"#, 0, .unknownType(tensor: "a", type: "f32")),
    (#"{"a":{"dtype":"F33"}}"#, 0, .unknownType(tensor: "a", type: "F33")),
    (#"{"a":{"dtype":""}}"#, 0, .unknownType(tensor: "a", type: "")),
    (#"{"a":{"dtype":"F8_E4M3"}}"#, 0, .unsupportedType(tensor: "a", type: "F8_E4M3")),
    (#"{"a":{"dtype":"F4"}}"#, 0, .unsupportedType(tensor: "a", type: "F4")),
    (#"{"a":{"dtype":"U64"}}"#, 0, .unsupportedType(tensor: "a", type: "U64")),

    // Numbers.
    (#"{"a":{"shape":1}}"#, 0, .wrongType(tensor: "a", field: "shape", expected: "an array of numbers")),
    (#"{"a":{"shape":["1"]}}"#, 0, .wrongType(tensor: "a", field: "shape", expected: "an array of numbers")),
    (#"{"a":{"shape":[[1]]}}"#, 0, .wrongType(tensor: "a", field: "shape", expected: "an array of numbers")),
    (#"{"a":{"shape":[null]}}"#, 0, .wrongType(tensor: "a", field: "shape", expected: "an array of numbers")),
    (#"{"a":{"shape":[-1]}}"#, 0, .invalidNumber(tensor: "a", field: "shape")),
    (#"{"a":{"shape":[-0]}}"#, 0, .invalidNumber(tensor: "a", field: "shape")),
    (#"{"a":{"shape":[1.0]}}"#, 0, .invalidNumber(tensor: "a", field: "shape")),
    (#"{"a":{"shape":[1e2]}}"#, 0, .invalidNumber(tensor: "a", field: "shape")),
    (#"{"a":{"shape":[9223372036854775808]}}"#, 0, .invalidNumber(tensor: "a", field: "shape")),
    (#"{"a":{"shape":[18446744073709551616]}}"#, 0, .invalidNumber(tensor: "a", field: "shape")),
    (#"{"a":{"shape":[1e999]}}"#, 0, .headerNotJSON(.numberTooLarge(offset: 15))),
    (#"{"a":{"shape":[01]}}"#, 0, .headerNotJSON(.invalidNumber(offset: 15))),
    (#"{"a":{"shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}}"#, 0, .tooManyDimensions(tensor: "a", limit: 16)),
    (
      #"{"a":{"dtype":"U8","shape":[],"data_offsets":[0]}}"#, 0,
      .wrongType(tensor: "a", field: "data_offsets", expected: "two numbers")
    ),
    (
      #"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1,2]}}"#, 0,
      .wrongType(tensor: "a", field: "data_offsets", expected: "two numbers")
    ),
    (#"{"a":{"data_offsets":[-1,0]}}"#, 0, .invalidNumber(tensor: "a", field: "data_offsets")),

    // Where the numbers are.
    (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, 1, .reversedOffsets(tensor: "a", begin: 1, end: 0)),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4,
      .sizeMismatch(tensor: "a", shape: [2], expected: 8, found: 4)
    ),
    (
      #"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,8]}}"#, 8,
      .sizeMismatch(tensor: "a", shape: [], expected: 4, found: 8)
    ),
    (
      #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,4]}}"#, 4,
      .sizeMismatch(tensor: "a", shape: [0], expected: 0, found: 4)
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0, .sizeOverflow(tensor: "a")
    ),
    (
      #"{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#, 0, .sizeOverflow(tensor: "a")
    ),
    (
      #"{"a":{"dtype":"U8","shape":[9223372036854775807,2,0],"data_offsets":[0,0]}}"#, 0, .sizeOverflow(tensor: "a")
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3,
      .overlap(tensor: "b", begin: 1, expected: 2)
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 2,
      .overlap(tensor: "b", begin: 0, expected: 2)
    ),
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2, .hole(tensor: "a", begin: 1, expected: 0)
    ),
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#, 3,
      .hole(tensor: "b", begin: 2, expected: 1)
    ),
    (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 1, .dataTooShort(expected: 2, found: 1)),
    (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 3, .trailingBytes(expected: 2, found: 3)),
    ("{}", 1, .trailingBytes(expected: 0, found: 1)),
  ]

  @Test(arguments: refused.indices)
  func refuses(index: Int) {
    let (header, data, failure) = Self.refused[index]
    #expect(throws: failure, "\(header)") { try Self.parse(Array(header.utf8), dataByteCount: data) }
    #expect(failure.description.hasSuffix("."), "\(failure)")
  }

  @Test func refusesBadUTF8() {
    let header = Array(#"{"a"#.utf8) + [0xFF] + Array(#"":{}}"#.utf8)
    #expect(throws: SafetensorsFailure.headerNotUTF8(offset: 2)) { try Self.parse(header, dataByteCount: 0) }
  }

  /// A header that would need gigabytes as a tree is refused at its 65,537th tensor.
  @Test func refusesTooManyTensors() {
    var header = "{"
    for index in 0..<100_000 {
      header += "\(index == 0 ? "" : ",")\"\(index)\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"
    }
    #expect(throws: SafetensorsFailure.tooManyTensors(limit: 65_536)) {
      try Self.parse(Array((header + "}").utf8), dataByteCount: 0)
    }
  }

  @Test func refusesDeepNesting() {
    let header = #"{"a":{"shape":"# + String(repeating: "[", count: 100_000)
    #expect(throws: SafetensorsFailure.wrongType(tensor: "a", field: "shape", expected: "an array of numbers")) {
      try Self.parse(Array(header.utf8), dataByteCount: 0)
    }
  }

  static let accepted: [(header: String, data: Int, tensors: Int)] = [
    ("{}", 0, 0), ("{}   ", 0, 0), (#"{ "__metadata__" : { "format" : "pt" } }"#, 0, 0),
    (#"{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, 4, 1),
    (#"{"z":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]}}"#, 0, 1),
    (
      #"{"z":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"s":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#,
      8, 2
    ),
    (
      #"{"b":{"data_offsets":[2,4],"shape":[1],"dtype":"F16"},"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}"#,
      4, 2
    ),
    (#"{"é漢":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}"#, 3, 1),
  ]

  @Test(arguments: accepted.indices)
  func accepts(index: Int) throws {
    let (header, data, tensors) = Self.accepted[index]
    #expect(try Self.parse(Array(header.utf8), dataByteCount: data).tensors.count == tensors)
  }

  @Test func writesWhatItReads() throws {
    let header = SafetensorsHeader(
      tensors: [
        ("b", .float32, [2, 3]), ("a", .float32, [4]), ("h", .float16, [3]), ("l", .int64, []), ("é", .uint8, [0]),
      ],
      metadata: ["format": "pt", "note": "\"quoted\""])
    let bytes = header.bytes
    #expect(bytes.count % 8 == 0)
    // The reference's order: larger types first, then by name.
    #expect(header.tensors.map(\.name) == ["l", "a", "b", "h", "é"])
    #expect(try Self.parse(Array(bytes[8...]), dataByteCount: 8 + 16 + 24 + 6) == header)
  }

  private static func parse(_ header: [UInt8], dataByteCount: Int) throws(SafetensorsFailure) -> SafetensorsHeader {
    try header.withUnsafeBufferPointer { (header) throws(SafetensorsFailure) in
      try SafetensorsHeader(parsing: UnsafeRawBufferPointer(header), dataByteCount: dataByteCount)
    }
  }
}
