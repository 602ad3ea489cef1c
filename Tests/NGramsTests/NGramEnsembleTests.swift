import Checkpoints
import Corpora
import Files
import NGrams
import Tensors
import TestSupport
import Testing

/// Weights against SciPy's, beside n-grams of scikit-learn's: `Fixtures/ngrams.py`.
@Suite struct NGramEnsembleTests {
  private struct Case {
    var training: LabelledData, held: LabelledData
    var network: [Float]
    var weights: [Double], joined: [Double]

    init(_ index: Int) throws {
      let json = try #require(try NGramFixture.json["ensembles"]?.array?[index])
      let kind = try #require(json["kind"]?.string.flatMap(LabelKind.init(rawValue:)))
      let names = kind == .value ? [] : (0..<(json["labels"]?.int ?? 0)).map { "\($0)" }
      func data(_ texts: String, _ truths: String) -> LabelledData {
        let rows = zip(json[texts]?.array ?? [], json[truths]?.array ?? []).map { text, truth in
          LabelledRow(text: text.string ?? "", labels: truth.numbers.map { Int32($0) }, value: truth.double ?? 0)
        }
        return LabelledData(rows: rows, labelNames: names, kind: kind)
      }
      (training, held) = (data("texts", "truths"), data("held", "held_truths"))
      network = (json["network"]?.numbers ?? []).map { Float($0) }
      (weights, joined) = (json["weights"]?.numbers ?? [], json["joined"]?.numbers ?? [])
    }

    var ensemble: NGramEnsemble? {
      get throws {
        NGramEnsemble(of: try #require(NGramClassifier(learningFrom: training)), network: network, on: held)
      }
    }
  }

  /// Ours are learned to a gradient of 1e-4.
  private static let tolerance = 0.005

  @Test(arguments: 0..<4)
  func weighsAsSciPyDoes(index: Int) throws {
    let example = try Case(index)
    let ngrams = try #require(NGramClassifier(learningFrom: example.training))
    let ensemble = try #require(NGramEnsemble(weighing: ngrams, network: example.network, on: example.held))
    let (found, expected) = (ensemble.weights, example.weights)
    #expect(abs(found.network - expected[0]) < Self.tolerance, "\(found), \(expected)")
    #expect(abs(found.ngrams - expected[1]) < Self.tolerance, "\(found), \(expected)")
    let scores = ensemble.scores(network: example.network, of: example.held.rows)
    let columns = ensemble.columns
    #expect(scores.count == example.joined.count)
    for row in example.held.rows.indices {
      let (ours, theirs) = (
        scores[row * columns..<(row + 1) * columns].map { Double($0) },
        Array(example.joined[row * columns..<(row + 1) * columns])
      )
      // Of labels that exclude each other, a number more for all is none.
      let shift = example.held.kind == .single ? ours[0] - theirs[0] : 0
      for (our, their) in zip(ours, theirs) {
        #expect(abs(our - shift - their) < 10 * Self.tolerance)
      }
    }
  }

  /// Of many n-grams, half is left out, and nothing is missed.
  @Test func halfOfManyNGramsIsEnough() throws {
    var numbers = RandomGenerator(seed: 3)
    func rows(_ count: Int) -> [LabelledRow] {
      (0..<count).map { row in
        let words = (0..<6).map { _ in String(numbers.next() % (1 << 40), radix: 36) }
        return LabelledRow(
          text: (words + [["sun", "moon", "star"][row % 3]]).joined(separator: " "), labels: [Int32(row % 3)])
      }
    }
    let training = rows(1200), held = rows(60)
    let whole = try #require(NGramClassifier(learningFrom: LabelledData(rows: training, labelNames: ["a", "b", "c"])))
    let half = whole.condensed()
    #expect(whole.size > 40_000 && (whole.size / 2...whole.size * 11 / 20).contains(half.size), "\(half.size)")
    for ngrams in [whole, half] {
      let answers = ngrams.answers(to: held)
      for (row, asked) in held.enumerated() {
        #expect(answers[row * 3..<row * 3 + 3].max() == answers[row * 3 + Int(asked.labels[0])])
      }
    }
    // Of few, all stay.
    let few = try #require(NGramClassifier(learningFrom: Case(1).training))
    #expect(few.condensed().size == few.size)
  }

  @Test func nothingIsJoinedThatSaysNothing() throws {
    let example = try Case(1)
    // The network knows, and the n-grams have learned at random.
    var training = example.training
    for index in training.rows.indices { training.rows[index].labels = [Int32(index * 7 % 4)] }
    let network = example.held.rows.flatMap { row in (0..<4).map { row.labels == [Int32($0)] ? Float(6) : 0 } }
    let random = try #require(NGramClassifier(learningFrom: training))
    #expect(NGramEnsemble(of: random, network: network, on: example.held) == nil)
    // Nothing to be weighted by, scores of another model, or broken ones.
    let ngrams = try #require(NGramClassifier(learningFrom: example.training))
    let none = LabelledData(rows: [], labelNames: example.held.labelNames)
    #expect(NGramEnsemble(of: ngrams, network: [], on: none) == nil)
    #expect(NGramEnsemble(of: ngrams, network: Array(network.dropLast()), on: example.held) == nil)
    #expect(NGramEnsemble(of: ngrams, network: network.map { _ in .nan }, on: example.held) == nil)
    #expect(NGramClassifier(learningFrom: none) == nil)
  }

  /// Where the network errs nowhere, the held-out texts cannot show what n-grams bring, which is no reason against them.
  @Test func fewMistakesAreNoVerdict() throws {
    let example = try Case(1)
    let network = example.held.rows.flatMap { row in (0..<4).map { row.labels == [Int32($0)] ? Float(12) : 0 } }
    let ngrams = try #require(NGramClassifier(learningFrom: example.training))
    let ensemble = try #require(NGramEnsemble(of: ngrams, network: network, on: example.held))
    #expect(ensemble.weights.network > 0.3 && ensemble.weights.ngrams > 0.3, "\(ensemble.weights)")
  }

  /// A network that is wrong where n-grams are right is not asked.
  @Test func noWeightIsNegative() throws {
    let example = try Case(1)
    let network = example.held.rows.flatMap { row in (0..<4).map { row.labels == [Int32($0)] ? Float(-4) : 0 } }
    let ngrams = try #require(NGramClassifier(learningFrom: example.training))
    let ensemble = try #require(NGramEnsemble(of: ngrams, network: network, on: example.held))
    #expect(ensemble.weights.network == 0 && ensemble.weights.ngrams > 0)
  }

  @Test func foldsAreAveraged() throws {
    let ngrams = try #require(NGramClassifier(learningFrom: Case(1).training))
    let (one, two) = (EnsembleWeights(network: 0.2, ngrams: 1), EnsembleWeights(network: 0.4, ngrams: 0.5))
    let mean = try #require(NGramEnsemble(of: ngrams, averaging: [one, nil, two])?.weights)
    #expect(abs(mean.network - 0.3) < 1e-12 && abs(mean.ngrams - 0.75) < 1e-12)
    #expect(NGramEnsemble(of: ngrams, averaging: [one, nil]) == nil)
  }

  // MARK: The file

  private static let weights = "model.safetensors"

  private func written(_ index: Int, to folder: String) throws -> (NGramEnsemble, Case) {
    let example = try Case(index)
    let ensemble = try #require(try example.ensemble)
    try AtomicFile.write(Array("weights".utf8), to: Files.path(folder, Self.weights))
    try ensemble.write(to: folder)
    return (ensemble, example)
  }

  @Test(arguments: 0..<4)
  func whatIsReadAnswersAlike(index: Int) throws {
    try withScratchFolder { folder in
      let (ensemble, example) = try written(index, to: folder)
      let read = try #require(try NGramEnsemble(folder: folder))
      #expect(read.weights == ensemble.weights && read.kind == ensemble.kind && read.columns == ensemble.columns)
      #expect(
        read.scores(network: example.network, of: example.held.rows)
          == ensemble.scores(network: example.network, of: example.held.rows))
    }
  }

  @Test func belongsToItsWeights() throws {
    try withScratchFolder { folder in
      #expect(try NGramEnsemble(folder: folder) == nil)
      let (ensemble, _) = try written(0, to: folder)
      try AtomicFile.write(Array("others".utf8), to: Files.path(folder, Self.weights))
      #expect(throws: NGramFailure.self) { try NGramEnsemble(folder: folder) }
      try Files.remove(Files.path(folder, Self.weights))
      #expect(throws: NGramFailure.noWeights(folder: folder)) { try ensemble.write(to: folder) }
    }
  }

  /// What a file may have that nobody wrote here.
  private struct Content {
    var metadata = [
      "format": "swiftlet-ngrams-1", "labels": "3", "kind": "single", "network_weight": "0.5", "ngram_weight": "1",
      "weights_sha256": SHA256.digest(of: Array("weights".utf8)).description,
    ]
    var hashes: [Int64] = [7, 9], frequencies: [Float] = [1, 2], numbers = [UInt16](repeating: 0x3F80, count: 9)
    var shape = [3, 3], type = TensorType.bfloat16, names = ["hashes", "inverse_frequencies", "weights"]

    func write(to folder: String) throws {
      func bytes(_ numbers: [some Any]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
      try SafetensorsWriter.write(
        [
          (names[0], .int64, [hashes.count], bytes(hashes)),
          (names[1], .float32, [frequencies.count], bytes(frequencies)), (names[2], type, shape, bytes(numbers)),
        ], metadata: metadata, to: Files.path(folder, NGramEnsemble.fileName))
    }
  }

  @Test func unsoundFilesAreRefused() throws {
    try withScratchFolder { folder in
      try AtomicFile.write(Array("weights".utf8), to: Files.path(folder, Self.weights))
      try Content().write(to: folder)
      #expect(try NGramEnsemble(folder: folder)?.columns == 3)
      func refused(_ part: String, _ change: (inout Content) -> Void) throws {
        var content = Content()
        change(&content)
        try content.write(to: folder)
        let failure = #expect(throws: NGramFailure.self) { try NGramEnsemble(folder: folder) }
        #expect(failure?.description.contains(part) == true, "\(part): \(failure?.description ?? "")")
      }
      try refused("format") { $0.metadata["format"] = "pt" }
      for value in ["tokens", "colour", nil] { try refused("which kind") { $0.metadata["kind"] = value } }
      for value in ["0", "-1", "two", "99999999999", nil] {
        try refused("how many labels") { $0.metadata["labels"] = value }
      }
      for value in ["nan", "inf", "-1", "1e7", "", nil] {
        try refused("network_weight") { $0.metadata["network_weight"] = value }
        try refused("ngram_weight") { $0.metadata["ngram_weight"] = value }
      }
      try refused("other weights") { $0.metadata["weights_sha256"] = nil }
      for place in 0..<3 { try refused("no tensor") { $0.names[place] = "else" } }
      try refused("inverse_frequencies is") { $0.frequencies = [1] }
      try refused("weights is") { $0.shape = [9] }
      try refused("weights is") { $0.metadata["labels"] = "2" }
      try refused("weights is") { ($0.type, $0.shape) = (.float16, [3, 3]) }
      try refused("twice") { $0.hashes = [7, 7] }
      for value in [Float.nan, 0, -1, 1e7, .infinity] { try refused("not positive") { $0.frequencies[1] = value } }
      // Infinity, not-a-number, and numbers too large to be added up.
      for bits in [0x7F80, 0x7FC0, 0x7F00, 0xFF00] as [UInt16] { try refused("beyond") { $0.numbers[8] = bits } }
    }
  }
}
