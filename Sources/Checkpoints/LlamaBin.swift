import Files
import Tensors
import Transformers

/// Why a llama2.c checkpoint is refused.
public enum LlamaBinFailure: Failure, Equatable {
  /// Too short for its header.
  case tooShort(path: String, bytes: Int)
  /// A size in the header makes no sense.
  case size(path: String, name: String, found: Int)
  /// The file is not as long as its header says.
  case length(path: String, expected: Int, found: Int)
  /// A weight is not a number.
  case notFinite(path: String, tensor: String)

  /// All are properties of the file.
  public var kind: FailureKind { .badData }

  /// One sentence.
  public var description: String {
    switch self {
    case .tooShort(let path, let bytes):
      "\(path) has \(bytes) bytes, and a llama2.c checkpoint begins with a header of 28."
    case .size(let path, let name, let found):
      "\(path) is not a llama2.c checkpoint of version 0: its header has \(name) \(found)."
    case .length(let path, let expected, let found):
      "\(path) should have \(expected) bytes by its header, and has \(found); it is cut off, or of another version."
    case .notFinite(let path, let tensor): "\(path) has a number in \(tensor) that is not finite."
    }
  }
}

/// A checkpoint of llama2.c (version 0): seven 32-bit sizes, then all weights as 32-bit floats, kind by kind.
public enum LlamaBin {
  private static let headerByteCount = 28

  /// Reads a checkpoint as a llama model.
  ///
  /// Its rotary positions turn neighbouring pairs; the rows of queries and keys change places here, so that pairs half
  /// a head apart are turned, as Hugging Face does.
  public static func read(_ path: String) throws -> (configuration: TransformerConfiguration, weights: ParameterBuffer)
  {
    let file = try ReadableFile(path)
    guard file.byteCount >= headerByteCount else {
      throw LlamaBinFailure.tooShort(path: path, bytes: file.byteCount)
    }
    let sizes = try file.read(at: 0, count: headerByteCount).withUnsafeBytes { bytes in
      (0..<7).map { Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))) }
    }
    let configuration = try configuration(sizes, path)
    let order = order(configuration, positions: sizes[6])
    // Before memory is taken for numbers that the file may not have. Seven matrices of at most 2⁴⁸ numbers in each of at
    // most 4,096 layers can be counted; their bytes cannot.
    let (count, rest) = (file.byteCount - headerByteCount).quotientAndRemainder(dividingBy: 4)
    let expected = order.reduce(0) { $0 + $1.count }
    guard count == expected, rest == 0 else {
      throw LlamaBinFailure.length(
        path: path, expected: headerByteCount + 4 * min(expected, Int.max / 8), found: file.byteCount)
    }
    let model = try Transformer(configuration)
    let weights = ParameterBuffer(zeros: model.layout)
    try fill(weights, configuration, order, from: file)
    return (configuration, weights)
  }

  private static func configuration(_ sizes: [Int], _ path: String) throws -> TransformerConfiguration {
    let names = ["width", "inner width", "layers", "heads", "key/value heads", "vocabulary size", "context"]
    for (name, size) in zip(names, sizes) where !(1...(1 << 24)).contains(name == "vocabulary size" ? abs(size) : size)
    {
      throw LlamaBinFailure.size(path: path, name: name, found: size)
    }
    let (width, inner, layers, heads, keyHeads) = (sizes[0], sizes[1], sizes[2], sizes[3], sizes[4])
    guard width % heads == 0 else { throw LlamaBinFailure.size(path: path, name: "heads", found: heads) }
    guard heads % keyHeads == 0 else {
      throw LlamaBinFailure.size(path: path, name: "key/value heads", found: keyHeads)
    }
    guard layers <= 1 << 12 else { throw LlamaBinFailure.size(path: path, name: "layers", found: layers) }
    // A negative vocabulary size says that the head has a matrix of its own.
    var c = TransformerConfiguration.preset(
      .nano, family: .llama, vocabularySize: abs(sizes[5]), context: sizes[6])
    (c.width, c.innerWidth, c.layers, c.heads, c.keyHeads) = (width, inner, layers, heads, keyHeads)
    c.headWidth = width / heads
    c.normEpsilon = 1e-5
    c.tiesEmbeddings = sizes[5] > 0
    (c.beginToken, c.endTokens, c.paddingToken) = (1, [2], nil)
    return c
  }

  /// The tensors in the file's order, by Hugging Face's names; `nil` stands for numbers that nobody needs.
  private static func order(_ c: TransformerConfiguration, positions: Int) -> [(name: String?, count: Int)] {
    let keyWidth = c.keyHeads * c.headWidth
    func layers(_ part: String, _ count: Int) -> [(name: String?, count: Int)] {
      (0..<c.layers).map { ("model.layers.\($0).\(part).weight", count) }
    }
    return [("model.embed_tokens.weight", c.vocabularySize * c.width)]
      + layers("input_layernorm", c.width) + layers("self_attn.q_proj", c.width * c.width)
      + layers("self_attn.k_proj", keyWidth * c.width) + layers("self_attn.v_proj", keyWidth * c.width)
      + layers("self_attn.o_proj", c.width * c.width) + layers("post_attention_layernorm", c.width)
      + layers("mlp.gate_proj", c.innerWidth * c.width) + layers("mlp.down_proj", c.innerWidth * c.width)
      + layers("mlp.up_proj", c.innerWidth * c.width)
      // After the last norm stand tables of cosines and sines.
      + [("model.norm.weight", c.width), (nil, positions * (c.headWidth / 2 * 2))]
      + (c.tiesEmbeddings ? [] : [("lm_head.weight", c.vocabularySize * c.width)])
  }

  private static func fill(
    _ weights: ParameterBuffer, _ c: TransformerConfiguration, _ order: [(name: String?, count: Int)],
    from file: ReadableFile
  ) throws {
    let tensors = Dictionary(uniqueKeysWithValues: weights.layout.storedTensors.map { ($0.name, $0) })
    var offset = headerByteCount
    for (name, count) in order {
      defer { offset += 4 * count }
      guard let name, let tensor = tensors[name] else { continue }
      let view = tensor.view(in: weights)
      let bytes = try file.read(at: offset, count: 4 * count)
      var numbers = [Float](repeating: 0, count: count)
      numbers.withUnsafeMutableBufferPointer { numbers in
        bytes.withUnsafeBytes { TensorType.float32.convert($0, to: numbers) }
      }
      guard numbers.allSatisfy(\.isFinite) else { throw LlamaBinFailure.notFinite(path: file.path, tensor: name) }
      let isTurned = name.hasSuffix("q_proj.weight") || name.hasSuffix("k_proj.weight")
      let half = c.headWidth / 2
      for row in 0..<view.rows {
        let (head, place) = (row / c.headWidth, row % c.headWidth)
        let source = isTurned ? head * c.headWidth + place % half * 2 + place / half : row
        for column in 0..<view.columns { view[row, column] = numbers[source * view.columns + column] }
      }
    }
  }
}
