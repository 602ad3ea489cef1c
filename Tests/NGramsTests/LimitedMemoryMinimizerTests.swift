import NGrams
import Testing

@Suite struct LimitedMemoryMinimizerTests {
  @Test func theMinimumOfABowlIsFound() {
    // Σ i · (x_i - i)², as ill-conditioned as 1 to 200.
    var x = [Float](repeating: 0, count: 200)
    var minimizer = LimitedMemoryMinimizer()
    (minimizer.tolerance, minimizer.maximumSteps) = (1e-3, 500)
    minimizer.minimize(&x) { x, gradient in
      var sum = 0.0
      for index in x.indices {
        let (weight, distance) = (Float(index + 1), x[index] - Float(index) / 100)
        gradient[index] = 2 * weight * distance
        sum += Double(weight * distance * distance)
      }
      return sum
    }
    #expect(x.indices.allSatisfy { abs(x[$0] - Float($0) / 100) < 1e-3 })
  }
}
