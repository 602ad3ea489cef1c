import Checkpoints
import Corpora
import Files
import Tensors

/// An ensemble stands in `ngrams.safetensors` beside the weights it was made for, whose hash it remembers. Other
/// programs do not read it: to them the folder is the network alone.
extension NGramEnsemble {
  /// The name of the file.
  public static var fileName: String { file.name }

  private static let file = FolderCompanion("ngrams.safetensors")
  private static let format = "swiftlet-ngrams-1"

  /// Writes it beside the weights of a classifier's or an adapter's folder.
  public func write(to folder: String) throws {
    let (columns, outputs) = (ngrams.linear.columns, ngrams.linear.outputs)
    func bytes(_ numbers: some Sequence<some FixedWidthInteger>) -> [UInt8] {
      numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
    }
    let metadata = [
      "format": Self.format, "labels": "\(ngrams.columns)", "kind": ngrams.kind.rawValue,
      "network_weight": "\(weights.network)", "ngram_weight": "\(weights.ngrams)",
      "weights_sha256": try Self.hash(folder),
    ]
    try Self.file.write(to: folder) { path throws(FileFailure) in
      try SafetensorsWriter.write(
        [
          ("hashes", .int64, [columns], bytes(ngrams.features.keys)),
          (
            "inverse_frequencies", .float32, [columns], bytes(ngrams.features.inverseFrequencies.map(\.bitPattern))
          ),
          (
            "weights", .bfloat16, [columns + 1, outputs], bytes(ngrams.linear.weights.map { BFloat16($0).bits })
          ),
        ], metadata: metadata, to: path)
    }
  }

  /// Removes that of a folder, if it has one: the network answers alone again.
  public static func remove(from folder: String) throws { try file.remove(from: folder) }

  /// Reads that of a folder; nil where it has none.
  /// - Throws: `NGramFailure` where the file is not sound, or was made for other weights; what `SafetensorsFile` throws.
  public init?(folder: String) throws {
    guard let path = try Self.file.path(in: folder) else { return nil }
    let file = try SafetensorsFile(path)
    func refuse(_ reason: String) -> NGramFailure { .file(path: path, reason: reason) }
    let metadata = file.header.metadata
    guard metadata["format"] == Self.format else { throw refuse("its format is not \(Self.format)") }
    guard let kind = metadata["kind"].flatMap(LabelKind.init(rawValue:)), kind != .tokens,
      let labels = metadata["labels"].flatMap({ Int($0) }), (1...Self.mostLabels).contains(labels)
    else { throw refuse("it does not say how many labels of which kind there are") }
    func weight(_ name: String) throws -> Double {
      guard let weight = metadata[name].flatMap({ Double($0) }), (0...Double(Self.largest)).contains(weight) else {
        throw refuse("\(name) should be a number from 0 to \(Self.largest)")
      }
      return weight
    }
    weights = EnsembleWeights(network: try weight("network_weight"), ngrams: try weight("ngram_weight"))
    func tensor(_ name: String, _ type: TensorType, _ shape: (Int) -> [Int]) throws -> SafetensorsHeader.Tensor {
      guard let tensor = file.tensor(named: name) else { throw refuse("it has no tensor \(name)") }
      let expected = shape(tensor.shape.first ?? 0)
      guard tensor.type == type, tensor.shape == expected else {
        throw refuse(
          "\(name) is \(tensor.type.rawValue) \(tensor.shape), and \(type.rawValue) \(expected) is expected")
      }
      return tensor
    }
    let columns = try tensor("hashes", .int64) { [$0] }.count
    guard columns <= Self.mostColumns else { throw refuse("\(columns) n-grams are more than \(Self.mostColumns)") }
    _ = try tensor("inverse_frequencies", .float32) { _ in [columns] }
    _ = try tensor("weights", .bfloat16) { _ in
      [columns + 1, LinearClassifier.outputs(kind, labelCount: labels)]
    }
    guard metadata["weights_sha256"] == (try Self.hash(folder)) else {
      throw refuse("it was made for other weights; remove it, and the network answers alone")
    }
    let hashes = try file.bytes(of: "hashes") ?? []
    let keys = hashes.withUnsafeBytes { bytes in
      (0..<columns).map { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
    }
    let (rarity, numbers) = (
      try file.floats(of: "inverse_frequencies") ?? [], try file.floats(of: "weights") ?? []
    )
    // What is learned is smaller by far; larger numbers would add up to infinity.
    guard rarity.allSatisfy({ $0 > 0 && $0 <= Self.largest }), numbers.allSatisfy({ abs($0) <= Self.largest }) else {
      throw refuse("it has numbers beyond ± \(Self.largest), or frequencies that are not positive")
    }
    guard let features = NGramFeatures(keys: keys, inverseFrequencies: rarity) else {
      throw refuse("an n-gram stands there twice")
    }
    ngrams = NGramClassifier(
      features: features,
      linear: LinearClassifier(numbers: numbers, columns: columns, kind: kind, labelCount: labels))
  }

  private static let mostLabels = 1 << 20
  private static let mostColumns = 1 << 28
  private static let largest: Float = 1e6

  private static func hash(_ folder: String) throws -> String {
    guard let hash = try FolderCompanion.weightsHash(of: folder) else {
      throw NGramFailure.noWeights(folder: folder)
    }
    return hash
  }
}
