import Swiftlet
import Testing

@Suite struct ExplanationPageTests {
  private let explanation = Explanation(
    label: "a & b", score: 2.5, baselineScore: -1, baseline: "<mask>",
    words: [
      .init(text: "<s>", isMark: true, gradientTimesInput: 0, integratedGradients: 0),
      .init(text: "</script><b>\"x\"", isMark: false, gradientTimesInput: 0.0004, integratedGradients: 3.25),
      .init(text: "no", isMark: false, gradientTimesInput: -0.0002, integratedGradients: 0.3),
    ], steps: 32, attention: [[[1, 0, 0, 0.5, 0.5, 0, 0.25, 0.25, 0.5]]], readAt: 2)

  @Test func figures() {
    #expect(explanation.sum == 3.55 && explanation.difference == 3.5)
    #expect(abs(explanation.completenessError - 0.05 / 3.5) < 1e-9)
    #expect(explanation.attentionOfAnswer(layer: 0) == [0.25, 0.25, 0.5])
  }

  @Test func nothingOfATextIsMarkup() {
    let html = ExplanationPage([explanation]).html
    #expect(html.hasPrefix("<!DOCTYPE html>") && html.hasSuffix("</html>\n"))
    #expect(!html.contains("</script><b>") && html.contains("&lt;/script&gt;&lt;b&gt;&quot;x&quot;"))
    #expect(html.contains("a &amp; b"))
    // One script of the page's own, and nothing from elsewhere.
    #expect(html.split(separator: "<script").count == 2 && !html.contains("http") && !html.contains("src="))
  }

  @Test func ngramsAreShownWhereTheyAnswer() {
    #expect(!ExplanationPage([explanation]).html.contains("N-grams"))
    var joined = explanation
    joined.ngrams = NGramShares(
      words: [.init(text: "<i>", share: 1.5), .init(text: "no", share: -0.25)], rest: 0.125, networkWeight: 0.4)
    let html = ExplanationPage([joined]).html
    #expect(html.contains("<h3>N-grams</h3>") && html.contains("&lt;i&gt;<small>1.50</small>"))
    #expect(html.contains("counts 0.40 times") && html.contains("add 1.38, of which 0.13"), "\(html)")
  }

  @Test func smallWeightsHaveDigits() {
    let html = ExplanationPage([explanation]).html
    #expect(html.contains("<small>0.00040</small>") && html.contains("<small>\u{2212}0.00020</small>"))
    #expect(html.contains("<small>3.25</small>") && html.contains("<small>0.30</small>"))
  }
}
