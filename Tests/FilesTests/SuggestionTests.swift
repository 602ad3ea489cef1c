import Files
import Testing

@Suite struct SuggestionTests {
  private let names = ["temperature", "top_k", "top_p", "seed", "/help", "/history"]

  @Test(
    "Typing errors find the name that was meant",
    arguments: [
      ("temprature", "temperature"), ("TEMPERATURE", "temperature"), ("tmeperature", "temperature"),
      ("/hlep", "/help"), ("sed", "seed"), ("top_kk", "top_k"),
    ])
  func found(_ typed: String, _ meant: String) {
    #expect(Suggestion.nearest(to: typed, among: names) == meant)
  }

  @Test("What is like nothing finds nothing", arguments: ["colour", "", "xyzzy"])
  func nothing(_ typed: String) {
    #expect(Suggestion.nearest(to: typed, among: names) == nil)
  }
}
