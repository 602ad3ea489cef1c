import Generation
import Testing

@Suite struct PatternParserTests {
  @Test(
    "What is no pattern, or is not known, is refused with its place",
    arguments: [
      ("(a", "a ) is missing"), ("a)", "a closing )"), ("*a", "nothing is before"), ("a**", "nothing is before"),
      ("a+?", "nothing is before"), ("[a", "ends too early"), ("a{2", "ends too early"), ("a{3,2}", "{m,n}"),
      ("[z-a]", "upside down"), ("a\\", "ends too early"), ("\\b", "\\b is not known"), ("\\1", "is not known"),
      ("\\p{L}", "is not known"), ("(?=a)", "only groups"), ("(?\"a)", "only groups"), ("a^b", "anchors"),
      ("a$b", "anchors"), ("a{100001}", "counts too far"), ("((((a{99}){99}){99}){99})", "too"),
      ("\\x+f", "hexadecimal"),
      ("\\uD800", "no text matches"), ("[^\\s\\S]", "no text matches"),
      ("a[^\\x00-\\xff\\u0100-\\uffff\\W\\w]", "no text"),
    ])
  func refused(pattern: String, reason: String) {
    var settings = GenerationSettings()
    do throws(GenerationFailure) {
      try settings.set("regex", to: "\"\(pattern.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"")
      Issue.record("\(pattern) was accepted")
    } catch {
      #expect(error.description.contains(reason), "\(error.description)")
      #expect(error.description.contains("regular expression"))
    }
    #expect(settings.constraint == nil)
  }
}
