import Corpora
import Tensors
import Testing

struct PermutationTests {
  @Test(arguments: [1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4097])
  func everyNumberComesOnce(_ count: Int) {
    let permutation = Permutation(of: count, Randomness(seed: 5))
    #expect(Set((0..<count).map { permutation[$0] }) == Set(0..<count))
  }

  @Test func seedsGiveOrdersOfTheirOwn() {
    let orders = (0..<20).map { seed in
      let permutation = Permutation(of: 1000, Randomness(seed: UInt64(seed)))
      return (0..<1000).map { permutation[$0] }
    }
    #expect(Set(orders).count == 20)
    // A shuffled order has about one fixed point, and its mean distance is a third of the length.
    let fixed = orders.map { $0.enumerated().count { $0.offset == $0.element } }.reduce(0, +)
    #expect(fixed < 60)
    let distance = orders.joined().enumerated().reduce(0) { $0 + abs($1.offset % 1000 - $1.element) }
    #expect(abs(Double(distance) / 20_000 - 1000 / 3) < 15)
  }
}
