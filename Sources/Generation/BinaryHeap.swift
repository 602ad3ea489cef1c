/// A heap: the first element, after a given order, is always at hand.
struct BinaryHeap<Element> {
  private var elements: [Element]
  private let precedes: (Element, Element) -> Bool

  /// A heap of some elements, in time proportional to their count.
  init(_ elements: some Sequence<Element>, precedes: @escaping (Element, Element) -> Bool) {
    self.elements = Array(elements)
    self.precedes = precedes
    for index in (0..<(self.elements.count / 2)).reversed() { sink(index) }
  }

  /// The first element.
  var first: Element? { elements.first }

  /// Takes the first element out.
  mutating func removeFirst() -> Element? {
    guard let first = elements.first else { return nil }
    let last = elements.removeLast()
    if !elements.isEmpty { replaceFirst(by: last) }
    return first
  }

  /// Puts another element in the place of the first.
  mutating func replaceFirst(by element: Element) {
    elements[0] = element
    sink(0)
  }

  private mutating func sink(_ start: Int) {
    var parent = start
    while true {
      var best = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < elements.count {
        if precedes(elements[child], elements[best]) { best = child }
      }
      guard best != parent else { return }
      elements.swapAt(parent, best)
      parent = best
    }
  }
}
