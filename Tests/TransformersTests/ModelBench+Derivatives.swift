import TestSupport
import Tensors
import Testing
import Transformers

extension ModelBench {
  /// Compares a loss's gradient with its derivative along random directions of all parameters at once.
  ///
  /// The second method for a whole model: the gradient's product with a direction is the derivative by four points. The
  /// loss is summed in 64 bits over values of 32: its rounding, some 1e-6, over a step of 2⁻⁹ leaves 1e-3 of a derivative
  /// of size 1; they are 10 to 1000.
  func checkGradient(
    _ location: SourceLocation = #_sourceLocation, loss: (_ gradients: ParameterBuffer?) throws -> Double
  ) throws {
    let gradients = ParameterBuffer(zeros: model.layout)
    _ = try loss(gradients)
    var random = RandomGenerator(seed: 3)
    for _ in 0..<3 {
      let direction = gradients.all.values.map { _ in Float(random.normal()) * 0.1 }
      let expected = zip(direction, gradients.all.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let start = weights.all.values
      func lossAt(_ distance: Float) throws -> Double {
        for index in start.indices { weights.all.pointer[index] = start[index] + distance * direction[index] }
        defer { for index in start.indices { weights.all.pointer[index] = start[index] } }
        return try loss(nil)
      }
      let h: Float = 0x1p-9
      let derivative = (8 * (try lossAt(h) - lossAt(-h)) - (try lossAt(2 * h) - lossAt(-2 * h))) / (12 * Double(h))
      #expect(
        abs(derivative - expected) <= 1e-3 * max(abs(expected), 10), "\(derivative) and \(expected)",
        sourceLocation: location)
    }
  }
}
