import Tensors
import Testing

@Suite struct ParameterLayoutTests {
  static func layout() -> (ParameterLayout, Parameter, Parameter) {
    var layout = ParameterLayout()
    let matrix = layout.matrix(
      [.init(name: "a.weight", rows: 0..<3, isTransposed: false, isVector: false)], rows: 3, columns: 7,
      .normal(deviation: 0.02), depth: 0)
    let vector = layout.vector(
      [.init(name: "a.bias", rows: 0..<1, isTransposed: false, isVector: true)], count: 5, .ones, depth: 1)
    return (layout, matrix, vector)
  }

  @Test func parametersBeginOnCacheLinesAndDoNotOverlap() {
    let (layout, matrix, vector) = Self.layout()
    #expect(matrix.offset == 0 && vector.offset == 32 && layout.bufferCount == 48)
    #expect(layout.parameterCount == 26)
    let buffer = ParameterBuffer(zeros: layout)
    #expect(UInt(bitPattern: buffer[matrix].pointer) % 64 == 0 && UInt(bitPattern: buffer[vector].pointer) % 64 == 0)
  }

  @Test func onlyMatricesDecay() {
    let (layout, _, _) = Self.layout()
    #expect(layout.entries.map(\.decays) == [true, false])
    #expect(layout.entries.map(\.name) == ["a.weight", "a.bias"])
  }

  @Test func gapsBetweenParametersStayZero() {
    let (layout, matrix, vector) = Self.layout()
    let buffer = ParameterBuffer(zeros: layout)
    buffer.initialize(Randomness(seed: 1))
    #expect(buffer[vector].row(0) == [1, 1, 1, 1, 1])
    #expect((0..<3).allSatisfy { buffer[matrix].row($0).allSatisfy { $0 != 0 && abs($0) < 0.2 } })
    let all = buffer.all.row(0)
    #expect(all[21..<32].allSatisfy { $0 == 0 } && all[37..<48].allSatisfy { $0 == 0 })
    let copy = ParameterBuffer(zeros: layout)
    copy.copy(from: buffer)
    #expect(copy.all.row(0) == all)
    copy.clear()
    #expect(copy.all.row(0).allSatisfy { $0 == 0 })
  }

  /// What is cleared is zero however it is looked at, and told to be once to who is going to overwrite it.
  @Test func clearedMemoryIsWrittenWhenItIsAskedFor() {
    let (layout, matrix, vector) = Self.layout()
    let buffer = ParameterBuffer(zeros: layout)
    #expect(!buffer.target(matrix).isZero)
    func fill() { for parameter in [matrix, vector] { buffer[parameter].pointer.update(repeating: 7, count: 5) } }
    fill()
    buffer.clear()
    #expect(buffer[matrix].row(0).allSatisfy { $0 == 0 } && !buffer.target(matrix).isZero)
    #expect(buffer.target(vector).isZero && !buffer.target(vector).isZero)
    fill()
    buffer.clear()
    buffer.clear()
    let target = buffer.target(vector)
    #expect(target.isZero)
    target.matrix.pointer.update(repeating: 3, count: 5)
    #expect(buffer.all.row(0).filter { $0 != 0 } == [3, 3, 3, 3, 3])
    fill()
    buffer.clear()
    let copy = ParameterBuffer(zeros: layout)
    copy[vector].pointer.update(repeating: 2, count: 5)
    copy.clear()
    copy.copy(from: buffer)
    #expect(copy.all.row(0).allSatisfy { $0 == 0 } && buffer.all.row(0).allSatisfy { $0 == 0 })
  }

  @Test func initializationsHaveTheirDeviations() {
    var layout = ParameterLayout()
    func add(_ name: String, _ initialization: Initialization) -> Parameter {
      layout.matrix(
        [.init(name: name, rows: 0..<100, isTransposed: false, isVector: false)], rows: 100, columns: 200,
        initialization, depth: 0)
    }
    let normal = add("n", .normal(deviation: 0.5))
    let truncated = add("t", .truncatedNormal(deviation: 0.5))
    let uniform = add("u", .uniform(bound: 0.5))
    let buffer = ParameterBuffer(zeros: layout)
    buffer.initialize(Randomness(seed: 3))
    func deviation(_ parameter: Parameter) -> Float {
      let values = (0..<100).flatMap { buffer[parameter].row($0) }
      return (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
    }
    // The deviation of a normal cut at two deviations is 0.8796 of it; that of a uniform, bound/√3. 20,000 samples
    // give them to about half a percent.
    #expect(abs(deviation(normal) - 0.5) < 0.015)
    #expect(abs(deviation(truncated) - 0.4398) < 0.015)
    #expect(abs(deviation(uniform) - 0.2887) < 0.01)
    #expect((0..<100).allSatisfy { buffer[truncated].row($0).allSatisfy { abs($0) <= 1 } })
  }
}
