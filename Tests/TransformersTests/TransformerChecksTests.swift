import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct TransformerChecksTests {
  private func hiddenFailure(_ bench: ModelBench, _ batch: TokenBatch, _ activations: Activations? = nil)
    -> ModelFailure?
  {
    do throws(ModelFailure) {
      _ = try bench.model.hidden(
        of: batch, weights: bench.weights, activations: activations ?? bench.activations(), execution: bench.execution)
      return nil
    } catch {
      return error
    }
  }

  @Test("Bad batches are refused before anything is computed")
  func batches() throws {
    let bench = try ModelBench(.bert)
    #expect(hiddenFailure(bench, TokenBatch()) == .empty(sequence: nil))
    #expect(hiddenFailure(bench, TokenBatch(tokens: [5], lengths: [1, 0])) == .empty(sequence: 1))
    #expect(
      hiddenFailure(bench, TokenBatch(tokens: [5, 6], lengths: [1]))
        == .inconsistentBatch(tokens: 2, segments: 0, lengths: 1))
    #expect(
      hiddenFailure(bench, TokenBatch(tokens: [5, 6], segments: [0], lengths: [2]))
        == .inconsistentBatch(tokens: 2, segments: 1, lengths: 2))
    #expect(
      hiddenFailure(bench, TokenBatch(tokens: [5, 29], lengths: [2]))
        == .tokenOutOfRange(token: 29, row: 1, vocabularySize: 29))
    #expect(
      hiddenFailure(bench, TokenBatch(tokens: [-1], lengths: [1]))
        == .tokenOutOfRange(token: -1, row: 0, vocabularySize: 29))
    #expect(
      hiddenFailure(bench, TokenBatch(tokens: [5, 5], segments: [0, 2], lengths: [2]))
        == .segmentOutOfRange(segment: 2, row: 1, segmentTypes: 2))
    #expect(
      hiddenFailure(bench, bench.batch([3, 13])) == .sequenceTooLong(sequence: 1, length: 13, maximum: 12))
    #expect(
      hiddenFailure(bench, bench.batch([5, 6]), bench.activations(tokens: 10))
        == .activationsTooSmall(what: "tokens", found: 11, planned: 10))
    #expect(
      hiddenFailure(bench, bench.batch([1, 1, 1]), bench.activations(sequences: 2))
        == .activationsTooSmall(what: "sequences", found: 3, planned: 2))
    #expect(hiddenFailure(bench, bench.batch([12])) == nil)
  }

  @Test("RoBERTa's longest sequence is what its positions leave")
  func robertaLength() throws {
    let bench = try ModelBench(.roberta)
    #expect(bench.model.configuration.maximumPositions == 16 && bench.model.configuration.maximumLength == 12)
    #expect(hiddenFailure(bench, bench.batch([12])) == nil)
    #expect(hiddenFailure(bench, bench.batch([13])) == .sequenceTooLong(sequence: 0, length: 13, maximum: 12))
  }

  @Test("Buffers of another model are refused")
  func buffers() throws {
    let (bench, other) = (try ModelBench(.gpt2), try ModelBench(.gpt2) { $0.layers = 3 })
    #expect(hiddenFailure(bench, bench.batch([4]), other.activations()) == .otherModel(what: "activations"))
    #expect(throws: ModelFailure.otherModel(what: "weights")) {
      _ = try bench.model.hidden(
        of: bench.batch([4]), weights: other.weights, activations: bench.activations(), execution: bench.execution)
    }
    #expect(throws: ModelFailure.otherModel(what: "gradients")) {
      _ = try bench.loss(bench.batch([4]), other.weights, bench.activations(training: true))
    }
    #expect(throws: ModelFailure.activationsNotForTraining) {
      _ = try bench.loss(bench.batch([4]), ParameterBuffer(zeros: bench.model.layout), bench.activations())
    }
  }

  private func languageFailure(_ bench: ModelBench, _ targets: LanguageTargets) -> ModelFailure? {
    do throws(ModelFailure) {
      _ = try bench.model.languageLoss(
        of: bench.batch([4, 3]), targets: targets, weights: bench.weights, gradients: nil,
        activations: bench.activations(), execution: bench.execution)
      return nil
    } catch {
      return error
    }
  }

  @Test("Bad targets of a language head are refused")
  func languageTargets() throws {
    let bench = try ModelBench(.bert) { $0.head = .maskedLanguageAndNextSentence }
    #expect(languageFailure(bench, .init(rows: [1], tokens: [])) == .targetCount(expected: 1, found: 0))
    #expect(languageFailure(bench, .init(rows: [7], tokens: [1])) == .rowOutOfRange(row: 7, index: 0, rows: 7))
    #expect(languageFailure(bench, .init(rows: [-1], tokens: [1])) == .rowOutOfRange(row: -1, index: 0, rows: 7))
    #expect(languageFailure(bench, .init(rows: [2, 2], tokens: [1, 1])) == .rowOutOfRange(row: 2, index: 1, rows: 7))
    #expect(
      languageFailure(bench, .init(rows: [2], tokens: [29])) == .targetOutOfRange(target: 29, index: 0, count: 29))
    #expect(
      languageFailure(bench, .init(rows: [2], tokens: [-100])) == .targetOutOfRange(target: -100, index: 0, count: 29))
    #expect(languageFailure(bench, .init(nextSentence: [1])) == .targetCount(expected: 2, found: 1))
    #expect(languageFailure(bench, .init(nextSentence: [1, 2])) == .targetOutOfRange(target: 2, index: 1, count: 2))
    #expect(languageFailure(bench, .init(rows: [2], tokens: [1], nextSentence: [1, 0])) == nil)
    #expect(
      languageFailure(try ModelBench(.bert), .init(nextSentence: [1, 0]))
        == .wrongHead(needed: "a next-sentence head", found: .maskedLanguage))
    #expect(
      languageFailure(try ModelBench(.gpt2) { $0.head = .none }, .init())
        == .wrongHead(needed: "a language head", found: .none))
  }

  private func classFailure(_ bench: ModelBench, _ targets: ClassTargets, classWeights: [Float]? = nil) -> ModelFailure?
  {
    do throws(ModelFailure) {
      _ = try bench.model.classificationLoss(
        of: bench.batch([4, 3]), targets: targets, weights: bench.weights, gradients: nil,
        activations: bench.activations(), execution: bench.execution, classWeights: classWeights)
      return nil
    } catch {
      return error
    }
  }

  @Test("Bad targets of a classification head are refused")
  func classTargets() throws {
    let single = try ModelBench(.bert) { $0 = $0.classifying(sequencesInto: ["a", "b", "c"]) }
    #expect(classFailure(single, .classes([0, 2])) == nil)
    #expect(classFailure(single, .classes([0])) == .targetCount(expected: 2, found: 1))
    #expect(classFailure(single, .classes([0, 3])) == .targetOutOfRange(target: 3, index: 1, count: 3))
    #expect(classFailure(single, .classes([0, -1])) == .targetOutOfRange(target: -1, index: 1, count: 3))
    #expect(classFailure(single, .values([0])) == .wrongTargets(expected: "one label a sequence"))
    #expect(classFailure(single, .classes([0, 1]), classWeights: [1, 2]) == .targetCount(expected: 3, found: 2))
    #expect(classFailure(single, .classes([0, 1]), classWeights: [1, .nan, 1]) == .targetNotFinite(index: 1))

    let several = try ModelBench(.gpt2) { $0 = $0.classifying(sequencesInto: ["a", "b"], problemType: .multiLabel) }
    #expect(classFailure(several, .multiLabel([0, 1, 1, 0])) == nil)
    #expect(classFailure(several, .multiLabel([0, 1])) == .targetCount(expected: 4, found: 2))
    #expect(classFailure(several, .multiLabel([0, .infinity, 1, 0])) == .targetNotFinite(index: 1))
    #expect(classFailure(several, .classes([0, 1])) == .wrongTargets(expected: "a number for each label"))

    let value = try ModelBench(.llama) { $0 = $0.classifying(sequencesInto: ["score"]) }
    #expect(classFailure(value, .values([0.5, 2])) == nil)
    #expect(classFailure(value, .classes([0, 0])) == .wrongTargets(expected: "values"))

    let tokens = try ModelBench(.roberta) { ($0.head, $0.labels) = (.tokenClassification, ["a", "b"]) }
    #expect(classFailure(tokens, .tokenClasses(rows: [0, 6], classes: [1, 0])) == nil)
    #expect(
      classFailure(tokens, .tokenClasses(rows: [0, 7], classes: [1, 0])) == .rowOutOfRange(row: 7, index: 1, rows: 7))
    #expect(classFailure(tokens, .classes([0, 1])) == .wrongTargets(expected: "labels of tokens"))
    #expect(
      classFailure(try ModelBench(.gpt2), .classes([0, 1]))
        == .wrongHead(needed: "a classification head", found: .causalLanguage))
  }

  @Test("Too many rows of logits are refused")
  func logitRows() throws {
    let bench = try ModelBench(.gpt2)
    let activations = Activations(bench.model, tokens: 20, sequences: 2, training: false, logitRows: 2)
    #expect(throws: ModelFailure.activationsTooSmall(what: "rows of logits", found: 3, planned: 2)) {
      _ = try bench.model.logits(
        of: bench.batch([5]), rows: [0, 1, 2], weights: bench.weights, activations: activations,
        execution: bench.execution)
    }
  }

  @Test("Every failure is one sentence")
  func sentences() {
    let failures: [ModelFailure] = [
      .empty(sequence: nil), .empty(sequence: 3), .inconsistentBatch(tokens: 1, segments: 2, lengths: 3),
      .tokenOutOfRange(token: 9, row: 8, vocabularySize: 7), .segmentOutOfRange(segment: 1, row: 2, segmentTypes: 1),
      .sequenceTooLong(sequence: 0, length: 9, maximum: 8), .activationsTooSmall(what: "tokens", found: 2, planned: 1),
      .activationsNotForTraining, .otherModel(what: "weights"), .wrongHead(needed: "a language head", found: .none),
      .targetCount(expected: 1, found: 2), .targetOutOfRange(target: 5, index: 0, count: 4), .targetNotFinite(index: 1),
      .rowOutOfRange(row: 1, index: 0, rows: 1), .wrongTargets(expected: "values"),
      .unknownSequence(sequence: 1, sequences: 1), .cacheFull(sequence: 0, length: 1, added: 1, capacity: 1),
    ]
    for failure in failures {
      #expect(failure.description.hasSuffix(".") || failure.description.hasSuffix("?"))
      #expect(failure.description.first?.isUppercase == true)
    }
  }
}
