import Corpora
import Files
import Generation
import TestSupport
import Testing

@Suite struct CopiedRunTests {
  @Test("The longest common run is that of the plain search")
  func plainSearch() {
    var sample = SampleNumbers(seed: 3)
    for count in [0, 1, 5, 40, 200] {
      func text(_ count: Int) -> [UInt8] { sample.normal(count).map { UInt8(97 + Int(abs($0) * 2) % 3) } }
      let (one, other) = (text(count), text(150))
      var automaton = SuffixAutomaton(one)
      automaton.read(other[..<70])
      automaton.read(other[70...])
      var longest = 0
      for start in one.indices {
        for place in other.indices {
          var length = 0
          while start + length < one.count, place + length < other.count, one[start + length] == other[place + length] {
            length += 1
          }
          longest = max(longest, length)
        }
      }
      #expect(automaton.longestRun.count == longest)
      #expect(
        one.count == 0
          || String(decoding: other, as: UTF8.self).contains(
            String(decoding: automaton.longestRun, as: UTF8.self))
      )
    }
  }

  @Test("A run does not reach over the end of a document")
  func documents() {
    var automaton = SuffixAutomaton(Array("abcdef".utf8))
    automaton.read("abc".utf8)
    automaton.forget()
    automaton.read("def".utf8)
    #expect(automaton.longestRun.count == 3)
  }
}
