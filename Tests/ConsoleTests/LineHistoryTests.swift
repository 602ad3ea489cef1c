import Console
import Testing

@Suite struct LineHistoryTests {
  @Test("Looking back and forth keeps what is being written")
  func walk() {
    var history = LineHistory(["one", "two"])
    var shown = "draft"
    let walk = [false, true, true, true, false, false, false].map { older in
      let line = history.go(older: older, from: shown)
      shown = line ?? shown
      return line
    }
    #expect(walk == [nil, "two", "one", nil, "two", "draft", nil])
  }

  @Test("Empty lines and repeated ones are not kept, and old ones go")
  func limits() {
    var history = LineHistory([], limit: 2)
    let added = ["a", "a", "  ", "b", "c"].map { history.add($0) }
    #expect(added == [true, false, false, true, true])
    #expect(history.lines == ["b", "c"])
  }
}
