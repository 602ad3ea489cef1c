import Files
import Tensors
import TestSupport
import Testing
import Training

@Suite struct MuonTests {
  /// A wide map, a tall one, two maps in one parameter, and a vector, which AdamW steps.
  private struct Problem {
    let layout: ParameterLayout
    let maps: [(name: String, parameter: Parameter)]
    let vector: Parameter

    init() {
      var layout = ParameterLayout()
      func add(_ name: String, _ rows: Int, _ columns: Int, _ maps: [Range<Int>]) -> (String, Parameter) {
        (name, layout.matrix([], rows: rows, columns: columns, .zeros, depth: 1, maps: maps))
      }
      maps = [add("wide", 3, 7, [0..<3]), add("tall", 9, 4, [0..<9]), add("pair", 7, 5, [0..<5, 5..<7])]
      vector = layout.vector([], count: 3, .zeros, depth: 1)
      self.layout = layout
    }
  }

  /// The gradients come as sums over 8 tokens.
  @Test(arguments: KernelChoice.allCases) func agreesWithPyTorch(kernels: KernelChoice) throws {
    let fixture = try fixture("muon")
    let problem = Problem()
    let execution = kernels.execution()
    let weights = ParameterBuffer(zeros: problem.layout)
    func values(_ name: String) -> JSONValue? { fixture["parameters"]?[name] }
    func fill(_ buffer: ParameterBuffer, _ parameter: Parameter, _ values: [Double], scale: Double = 1) {
      for (index, value) in values.enumerated() { buffer[parameter].pointer[index] = Float(value * scale) }
    }
    for (name, parameter) in problem.maps { fill(weights, parameter, values(name)?["start"]?.numbers ?? []) }
    let updater = ParameterUpdater(Muon(), layout: problem.layout)
    let gradients = ParameterBuffer(zeros: problem.layout)
    for step in 0..<(fixture["steps"]?.int ?? 0) {
      for (name, parameter) in problem.maps {
        fill(gradients, parameter, values(name)?["gradients"]?.array?[step].numbers ?? [], scale: 8)
      }
      fill(gradients, problem.vector, [8, -8, 4])
      updater.update(
        weights, gradients: gradients, gradientScale: 1 / 8, learningRate: fixture["rate"]?.double ?? 0,
        step: step + 1, execution: execution)
    }
    for (name, parameter) in problem.maps {
      let wanted = values(name)?["result"]?.numbers ?? []
      try #require(wanted.count == parameter.count)
      for (index, value) in wanted.enumerated() {
        // Twenty rounds of products in fp32, whose errors the quintic may triple in each.
        #expect(abs(Double(weights[parameter].pointer[index]) - value) < 2e-5, "\(name) [\(index)]")
      }
    }
    // Adam's steps along a gradient that stays are as long as the rate.
    for (index, value) in [-0.08, 0.08, -0.08].enumerated() {
      #expect(abs(Double(weights[problem.vector].pointer[index]) - value) < 1e-5)
    }
  }

  @Test func aMapWithoutGradientOnlyDecays() {
    let problem = Problem()
    let weights = ParameterBuffer(zeros: problem.layout)
    let wide = problem.maps[0].parameter
    weights[wide].pointer[0] = 1
    ParameterUpdater(Muon(), layout: problem.layout).update(
      weights, gradients: ParameterBuffer(zeros: problem.layout), gradientScale: 1, learningRate: 0.5, step: 1,
      execution: KernelChoice.active.execution())
    #expect(abs(weights[wide].pointer[0] - 0.95) < 1e-6)
    #expect((1..<wide.count).allSatisfy { weights[wide].pointer[$0] == 0 })
  }

  @Test(arguments: [2, 4]) func isTheSameOnAnyNumberOfThreads(threads: Int) {
    func result(threads: Int) -> [Float] {
      var layout = ParameterLayout()
      let map = layout.matrix([], rows: 200, columns: 72, .zeros, depth: 1, maps: [0..<128, 128..<200])
      let weights = ParameterBuffer(zeros: layout), gradients = ParameterBuffer(zeros: layout)
      var random = Randomness(seed: 3).generator
      for index in 0..<map.count { gradients[map].pointer[index] = Float(random.normal()) }
      let updater = ParameterUpdater(Muon(), layout: layout)
      for step in 1...2 {
        updater.update(
          weights, gradients: gradients, gradientScale: 1, learningRate: 0.1, step: step,
          execution: KernelChoice.active.execution(threads: threads))
      }
      return (0..<map.count).map { weights[map].pointer[$0] }
    }
    #expect(result(threads: 1) == result(threads: threads))
  }
}
