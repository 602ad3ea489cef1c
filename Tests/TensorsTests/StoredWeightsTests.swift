import KernelSupport
import TestSupport
import Tensors
import Testing

@Suite struct StoredWeightsTests {
  private func buffer(_ rows: Int, _ columns: Int) -> (ParameterBuffer, Parameter) {
    var layout = ParameterLayout()
    let parameter = layout.matrix(
      [.init(name: "w", rows: 0..<rows)], rows: rows, columns: columns, .zeros, depth: 0, maps: [])
    let weights = ParameterBuffer(zeros: layout)
    var sample = SampleNumbers(seed: UInt64(rows + columns))
    for (index, number) in sample.normal(rows * columns).enumerated() { weights[parameter].pointer[index] = number }
    return (weights, parameter)
  }

  @Test("What is stored is near the numbers, at any width", arguments: WeightFormat.allCases, [1, 16, 31, 32, 33, 100])
  func near(format: WeightFormat, columns: Int) {
    let (weights, parameter) = buffer(7, columns)
    let stored = StoredWeights(weights, formats: [(parameter, format)])
    let copy = ParameterBuffer(zeros: weights.layout)
    copy.copy(from: weights)
    stored.copy(to: copy)
    for row in 0..<7 {
      for group in stride(from: 0, to: columns, by: 32) {
        let places = group..<min(group + 32, columns)
        let largest = places.reduce(Float(0)) { max($0, abs(weights[parameter][row, $1])) }
        // Half a step of 127, 1/2 of a step of 8 or a little more where the scale is another one, half of the 8th bit.
        let most: Float = [.fp32: 0, .bf16: largest / 256, .q8: largest / 250, .q4: largest / 7][format] ?? 0
        for place in places {
          #expect(abs(weights[parameter][row, place] - copy[parameter][row, place]) <= most)
        }
      }
    }
  }

  @Test("Numbers for a file make the same matrix again", arguments: [WeightFormat.bf16, .q8, .q4])
  func file(format: WeightFormat) throws {
    let (weights, parameter) = buffer(6, 45)
    let stored = StoredWeights(weights, formats: [(parameter, format)])
    let parts = try [0..<2, 2..<6].map { try #require(stored.numbers(of: parameter, rows: $0)) }
    let all = try #require(StoredWeights.Numbers(joining: parts))
    let again = try #require(StoredWeights([parameter]) { _ in all })
    let (one, other) = (ParameterBuffer(zeros: weights.layout), ParameterBuffer(zeros: weights.layout))
    stored.copy(to: one)
    again.copy(to: other)
    #expect((0..<270).allSatisfy { one[parameter].pointer[$0] == other[parameter].pointer[$0] })
    #expect(again.format(of: parameter) == format && again.isQuantized == (format != .bf16))
  }
}
