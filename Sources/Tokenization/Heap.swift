/// A binary heap that gives the largest element first.
package struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  package init() {}

  package mutating func insert(_ element: Element) {
    elements.append(element)
    var index = elements.count - 1
    while index > 0, elements[(index - 1) / 2] < elements[index] {
      elements.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  package mutating func popLargest() -> Element? {
    guard let largest = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return largest }
    elements[0] = last
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < elements.count else { return largest }
      if child + 1 < elements.count, elements[child] < elements[child + 1] { child += 1 }
      guard elements[index] < elements[child] else { return largest }
      elements.swapAt(index, child)
      index = child
    }
  }
}
