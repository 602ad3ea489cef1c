import Kernels
import TestSupport
import Testing

@Suite struct UpdatesTests {
  /// A rule with its settings.
  struct Rule: Sendable, CustomTestStringConvertible {
    var name: String
    var learningRate: Float
    var weightDecay: Float = 0
    var l1: Float = 0
    var gradientScale: Float = 1
    /// The rule of step t, counted from 1.
    var rule: @Sendable (_ step: Int) -> UpdateRule
    var testDescription: String { name }

    static func adam(_ beta1: Double, _ beta2: Double, _ epsilon: Float, decoupled: Bool)
      -> @Sendable (Int) -> UpdateRule
    {
      { step in
        func correction(_ beta: Double) -> Float {
          Float(1 / (1 - (0..<step).reduce(1.0) { product, _ in product * beta }))
        }
        return .adam(
          beta1: beta1, beta2: beta2, epsilon: epsilon, firstCorrection: correction(beta1),
          secondCorrection: correction(beta2), decoupled: decoupled)
      }
    }
    static func sgd(_ momentum: Float, _ dampening: Float, _ nesterov: Bool) -> @Sendable (Int) -> UpdateRule {
      { .sgd(momentum: momentum, dampening: dampening, nesterov: nesterov, first: $0 == 1) }
    }

    /// The settings of `Fixtures/make_updates.py`.
    static let fixtures = [
      Rule(name: "adamw", learningRate: 0.01, weightDecay: 0.1, rule: adam(0.9, 0.95, 1e-8, decoupled: true)),
      Rule(name: "adam", learningRate: 0.01, rule: adam(0.9, 0.999, 1e-8, decoupled: false)),
      Rule(name: "adam_decay", learningRate: 0.01, weightDecay: 0.05, rule: adam(0.8, 0.99, 1e-6, decoupled: false)),
      Rule(name: "sgd", learningRate: 0.1, weightDecay: 0.01, rule: sgd(0, 0, false)),
      Rule(name: "sgd_momentum", learningRate: 0.05, weightDecay: 0.01, rule: sgd(0.9, 0.2, false)),
      Rule(name: "sgd_nesterov", learningRate: 0.05, rule: sgd(0.9, 0, true)),
      Rule(
        name: "rmsprop", learningRate: 0.01, weightDecay: 0.02,
        rule: { _ in .rmsprop(alpha: 0.95, epsilon: 1e-8, momentum: 0) }),
      Rule(
        name: "rmsprop_momentum", learningRate: 0.01, rule: { _ in .rmsprop(alpha: 0.99, epsilon: 1e-8, momentum: 0.8) }
      ),
      Rule(name: "adagrad", learningRate: 0.1, weightDecay: 0.01, rule: { _ in .adagrad(epsilon: 1e-10) }),
    ]

    /// The same, and what PyTorch has no name for.
    static let all =
      fixtures + [
        Rule(
          name: "adam, uncorrected (BERT)", learningRate: 0.01, weightDecay: 0.01,
          rule: { _ in
            .adam(
              beta1: 0.9, beta2: 0.999, epsilon: 1e-6, firstCorrection: 1, secondCorrection: 1, decoupled: true)
          }),
        Rule(
          name: "adamw with L1, scaled", learningRate: 0.01, weightDecay: 0.1, l1: 0.02, gradientScale: 0.3,
          rule: adam(0.9, 0.95, 1e-8, decoupled: true)),
        Rule(
          name: "sgd with L1, scaled", learningRate: 0.1, weightDecay: 0.1, l1: 0.02, gradientScale: 0.3,
          rule: sgd(0.9, 0, false)),
      ]

    func update(
      count: Int, step: Int, values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
      first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>
    ) -> ParameterUpdate {
      ParameterUpdate(
        count: count, values: values, gradients: gradients, gradientScale: gradientScale, first: first,
        second: second, learningRate: learningRate, weightDecay: weightDecay, l1: l1, rule: rule(step))
    }
  }

  struct Case: KernelCase {
    var rule: Rule, count: Int, step: Int
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(count))
      // values (some of them zero), gradients, first, second
      return [
        sample.normal(count).map { abs($0) < 0.05 ? 0 : $0 }, sample.normal(count), sample.normal(count),
        sample.normal(count).map { $0 * $0 + 0.01 },
      ]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.update(
        rule.update(count: count, step: step, values: m[0], gradients: m[1], first: m[2], second: m[3]), on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      func array(_ index: Int) -> [Real] { (0..<count).map { m[index][$0] } }
      var gradients = array(1).map { Float($0) }
      var unused = gradients
      let update = unused.withUnsafeMutableBufferPointer { unused in
        gradients.withUnsafeMutableBufferPointer { gradients -> (values: [Real], first: [Real]?, second: [Real]?)? in
          guard let gradients = gradients.baseAddress, let unused = unused.baseAddress else { return nil }
          return ReferenceKernels.updated(
            rule.update(count: count, step: step, values: unused, gradients: gradients, first: unused, second: unused),
            values: array(0), first: array(2), second: array(3))
        }
      }
      guard let update, let first = update.first, let second = update.second else { return }
      for index in 0..<count {
        (m[0][index], m[2][index], m[3][index]) = (update.values[index], first[index], second[index])
      }
    }
  }

  @Test(arguments: Variant.all, Rule.all) func agrees(variant: Variant, rule: Rule) {
    for count in oddSizes + [40_001] {
      for step in [1, 7] { check(Case(rule: rule, count: count, step: step), on: variant, "\(count), step \(step)") }
    }
  }

  @Test(arguments: Variant.all, Rule.fixtures) func agreesWithPyTorch(variant: Variant, rule: Rule) throws {
    let text = try #require(Fixture.text("updates.txt"))
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(rule.name): ") })
    let steps = line.dropFirst(rule.name.count + 2).split(separator: ",").map { step in
      step.split(separator: " ").map { Float(bitPattern: UInt32($0, radix: 16) ?? .max) }
    }
    try #require(steps.count == 10)
    let start: [Float] = [0.5, -1.25, 2.0, 0.0, -0.001, 3.5, -0.75]
    let count = start.count
    let zeros = [Float](repeating: 0, count: count)
    let values = PoisonedMemory<Float>(start)
    let (first, second) = (PoisonedMemory<Float>(zeros), PoisonedMemory<Float>(zeros))
    for (t, expected) in steps.enumerated() {
      let gradients = PoisonedMemory<Float>((0..<count).map { Float((7 * $0 + 5 * t + 3 * $0 * t) % 11 - 5) / 8 })
      variant.kernels.update(
        rule.update(
          count: count, step: t + 1, values: values.pointer, gradients: gradients.pointer, first: first.pointer,
          second: second.pointer),
        on: ThreadPool(threads: 1))
      // PyTorch rounds after each operation and takes some constants in Double: two units in the last place a step.
      for (value, expected) in zip(values.numbers, expected) {
        #expect(abs(value - expected) <= Float(t + 1) * 2 * max(abs(expected), 0.05).ulp, "step \(t + 1)")
      }
    }
  }
}
