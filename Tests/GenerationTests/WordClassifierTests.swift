import Generation
import TestSupport
import Testing
import Transformers

@Suite struct WordClassifierTests {
  private func classifier(_ family: TransformerConfiguration.Family, context: Int = 48) throws -> WordClassifier {
    let tiny = try TinyModel(family, context: context) { $0 = $0.classifying(tokensInto: ["O", "B-X", "I-X"]) }
    return try WordClassifier(
      model: tiny.model, weights: tiny.weights, tokenizer: testTokenizer, execution: KernelChoice.active.execution())
  }

  @Test func punctuationIsAWordAtTheBorderOfOne() {
    #expect(
      WordClassifier.words(of: " He said: \u{201C}It's 3.5 (at U.S.A.)\u{201D}\n -- ok?!")
        == [
          "He", "said", ":", "\u{201C}", "It's", "3.5", "(", "at", "U.S.A", ".", ")", "\u{201D}", "-", "-", "ok", "?",
          "!",
        ])
    #expect(WordClassifier.words(of: "  ").isEmpty)
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func everyWordHasALabelHoweverLongTheText(_ family: TransformerConfiguration.Family) throws {
    let classifier = try classifier(family, context: 12)
    let words = "And God said , Let there be light : and there was light . unbelievablylongwordwithoutend".split(
      separator: " "
    ).map { String($0) }
    let labelled = try classifier.classify(words)
    #expect(labelled.map(\.word) == words)
    #expect(labelled.allSatisfy { classifier.labels.contains($0.label) && $0.score > 1.0 / 3 && $0.score <= 1 })
    #expect(try classifier.classify([]).isEmpty)
  }

  @Test func otherHeadsAreRefused() throws {
    let tiny = try TinyModel(.bert)
    #expect(throws: GenerationFailure.self) {
      _ = try WordClassifier(
        model: tiny.model, weights: tiny.weights, tokenizer: testTokenizer, execution: KernelChoice.active.execution())
    }
  }
}
