import Layers
import Testing

@Suite struct RotaryTests {
  /// transformers 5.23, `LlamaRotaryEmbedding(config).inv_freq`, of a head of 32 columns with
  /// theta 500, unscaled; and with llama3's scaling by factor 4, low 1, high 4, 64 positions.
  static let plain: [Float] = [
    1, 0.678132236, 0.459863275, 0.311848104, 0.21147424, 0.143407494, 0.0972492471, 0.0659478456, 0.0447213612,
    0.030326996, 0.0205657128, 0.0139462715, 0.0094574159, 0.00641337875, 0.00434911856, 0.0029492774,
  ]
  static let llama3: [Float] = [
    1, 0.678132236, 0.459863275, 0.247643143, 0.113881998, 0.0523701459, 0.0243123118, 0.0164869614, 0.0111803403,
    0.007581749, 0.00514142821, 0.00348656788, 0.00236435398, 0.00160334469, 0.00108727964, 0.000737319351,
  ]

  @Test("Frequencies of transformers", arguments: 0..<16)
  func frequencies(pair: Int) {
    func relative(_ scaling: RotaryFrequencies.Scaling, _ expected: Float) -> Float {
      abs(RotaryFrequencies(base: 500, scaling: scaling).frequency(pair: pair, headWidth: 32) / expected - 1)
    }
    #expect(relative(.none, Self.plain[pair]) < 1e-6)
    #expect(relative(.linear(factor: 4), Self.plain[pair] / 4) < 1e-6)
    let llama3 = RotaryFrequencies.Scaling.llama3(factor: 4, lowFactor: 1, highFactor: 4, originalPositions: 64)
    #expect(relative(llama3, Self.llama3[pair]) < 1e-6)
  }

  @Test("A row of the table holds the angles of its position")
  func table() {
    let table = RotaryTable(RotaryFrequencies(base: 10_000), headWidth: 4, positions: 3)
    #expect(table.cosines.row(0) == [1, 1] && table.sines.row(0) == [0, 0])
    #expect(abs(table.cosines[2, 0] - -0.41614684) < 1e-6)
    #expect(abs(table.sines[2, 1] - 0.019998667) < 1e-6)
  }
}
