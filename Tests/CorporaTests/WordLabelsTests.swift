import Corpora
import Testing
import Transformers

/// Labels of words, from files to sequences.
struct WordLabelsTests {
  private func read(_ text: String, _ name: String, _ options: LabelledOptions = .init()) throws -> LabelledData {
    let scratch = try Scratch()
    return try LabelledData(contentsOf: scratch.write(text, name), options: options)
  }

  private static let columns = """
    -DOCSTART- -X- O

    Anna NNP B-PER
    lives VBZ O

    in IN O
    New NNP B-LOC
    York NNP I-LOC
    """

  @Test func columnsOfCoNLL() throws {
    for text in [Self.columns, Self.columns.replacing(" ", with: "\t") + "\n\n\n"] {
      let data = try read(text, "a.conll")
      #expect(data.kind == .tokens && data.labelNames == ["B-LOC", "B-PER", "I-LOC", "O"])
      #expect(data.rows.map(\.words) == [["Anna", "lives"], ["in", "New", "York"]])
      #expect(data.rows.map(\.labels) == [[1, 3], [3, 0, 2]])
      #expect(data.rows.map(\.text) == ["Anna lives", "in New York"] && data.rows.map(\.line) == [3, 6])
      #expect(data.classCounts == [1, 1, 1, 2] && data.majority?.label == 3 && data.majority?.share == 0.4)
    }
  }

  @Test func columnsByNumber() throws {
    var options = LabelledOptions()
    options.labelColumn = "2"
    #expect(try read(Self.columns, "a.conll", options).labelNames == ["IN", "NNP", "VBZ"])
    for name in ["0", "4", "pos"] {
      options.labelColumn = name
      #expect(throws: LabelledFailure.self) { _ = try read(Self.columns, "a.conll", options) }
    }
  }

  private static let universal = """
    # newdoc id = a
    # text = vámonos al mar
    1-2\tvámonos\t_\t_\t_\t_\t_\t_\t_\t_
    1\tvamos\tir\tVERB\tV\t_\t0\troot\t_\t_
    2\tnos\tnosotros\tPRON\tP\t_\t1\tobj\t_\t_
    2.1\tgone\tgo\tVERB\tV\t_\t_\t_\t_\t_
    3-4\tal\t_\t_\t_\t_\t_\t_\t_\t_
    3\ta\ta\tADP\tA\t_\t5\tcase\t_\t_
    4\tel\tel\tDET\tD\t_\t5\tdet\t_\t_
    5\tmar\tmar\tNOUN\tN\t_\t1\tobl\t_\t_

    # text = New York
    1\tNew York\tNew York\tPROPN\tN\t_\t0\troot\t_\t_

    """

  @Test func universalDependencies() throws {
    // By its name, or by its first line; among labels of words in any case.
    var options = LabelledOptions()
    options.kind = .tokens
    for (name, options) in [("a.conllu", LabelledOptions()), ("a.txt", .init()), ("a.conllu", options)] {
      let data = try read(Self.universal, name, options)
      #expect(data.labelNames == ["ADP", "DET", "NOUN", "PRON", "PROPN", "VERB"])
      #expect(data.rows.map(\.words) == [["vamos", "nos", "a", "el", "mar"], ["New York"]])
      #expect(data.rows.map(\.labels) == [[5, 3, 0, 1, 2], [4]] && data.rows.map(\.line) == [4, 13])
    }
    options.labelColumn = "DEPREL"
    #expect(try read(Self.universal, "a.conllu", options).labelNames == ["case", "det", "obj", "obl", "root"])
    options.labelColumn = "pos"
    #expect(throws: LabelledFailure.self) { _ = try read(Self.universal, "a.conllu", options) }
    #expect(throws: LabelledFailure.self) { _ = try read("1\tword\tNOUN\n", "a.conllu") }
  }

  @Test func listsInJSON() throws {
    let data = try read(
      "{\"id\": 1, \"tokens\": [\"a\", \"b c\"], \"ner_tags\": [\"O\", \"B-X\"]}\n{\"tokens\": [\"d\"], \"ner_tags\": [\"O\"]}",
      "a.jsonl")
    #expect(data.kind == .tokens && data.rows.map(\.words) == [["a", "b c"], ["d"]])
    #expect(data.rows.map(\.labels) == [[1, 0], [1]])
    // Labels of whole texts stay what they are.
    #expect(try read("{\"text\": \"a\", \"labels\": [\"x\"]}", "b.jsonl").kind == .multiple)
  }

  @Test func badRowsAreNamed() throws {
    func problems(_ text: String, _ name: String) -> [Int] {
      do {
        _ = try read(text, name)
        return []
      } catch {
        guard case .badRows(_, let rows, _)? = error as? LabelledFailure else { return [-1] }
        return rows.map(\.line)
      }
    }
    #expect(problems("a X\nb\n\nc Y\nd Z e", "a.conll") == [2, 5])
    #expect(problems("only\none\n", "a.conll") == [1])
    #expect(
      problems(
        "{\"tokens\": [\"a\"], \"tags\": [\"O\"]}\n{\"tokens\": [\"a\", \"b\"], \"tags\": [\"O\"]}\n{\"tokens\": [\"\"], \"tags\": [\"O\"]}",
        "a.jsonl") == [2, 3])
    var options = LabelledOptions()
    options.kind = .tokens
    #expect(throws: LabelledFailure.self) { _ = try read("{\"text\": \"a\", \"label\": \"x\"}", "a.jsonl", options) }
    options.kind = .single
    #expect(throws: LabelledFailure.self) { _ = try read("a O\n", "a.conll", options) }
  }

  @Test func wordsWithoutLabels() throws {
    var options = LabelledOptions()
    options.allowsNoLabels = true
    let data = try read("a\nb\n\nc\n", "a.conll", options)
    #expect(data.rows.map(\.words) == [["a", "b"], ["c"]] && data.labelNames.isEmpty)
  }

  @Test func labelsKeepTheirOrderUnderOtherNumbers() throws {
    let data = try read(Self.columns, "a.conll").relabelled(as: ["O", "I-LOC", "B-PER", "B-LOC"], of: "b")
    #expect(data.rows.map(\.labels) == [[2, 0], [0, 3, 1]])
  }

  @Test func partsBelongToOneSide() throws {
    let text = (0..<40).map { "w\($0) O\nx B-X\n\n" }.joined()
    let (training, validation) = try read(text, "a.conll").split(validationFraction: 0.25, seed: 3)
    #expect(training.rows.count + validation.rows.count == 40 && validation.rows.count == 10)
    #expect(training.kind == .tokens && validation.rows.allSatisfy { $0.words.count == $0.labels.count })
  }

  @Test func aSpaceAloneAnswersForNoWord() {
    func tokens(_ text: String) -> [Int32] { text.unicodeScalars.map { Int32($0.value) } }
    let words = WordTokens(["ab", "c"], lastPiece: false, blank: 32, encode: tokens, continuation: tokens)
    #expect(words.tokens == [97, 98, 32, 99] && words.answers == [0, 3] && words.starts == [0, 2, 4])
    #expect(WordTokens([""], lastPiece: false, encode: tokens, continuation: tokens).answers == [nil])
  }

  @Test(arguments: [false, true]) func aTokenOfEachWordAnswers(_ lastPiece: Bool) {
    let data = LabelledData(
      rows: [
        LabelledRow(text: "", words: ["abc", "d"], labels: [1, 0]),
        LabelledRow(text: "", words: ["e", "fghijk", "l"], labels: [0, 1, 0]),
      ], labelNames: ["O", "X"], kind: .tokens)
    var template = ExampleTemplate(begin: 1, end: 2, maximumTokens: 8)
    template.answersWithLastPiece = lastPiece
    // A token a character.
    let examples = EncodedExamples(data, template: template) { $0.unicodeScalars.map { Int32($0.value) } }
    #expect(examples.truncatedCount == 1 && examples.length(0) == 7 && examples.length(1) == 8)
    #expect(examples.answers == (lastPiece ? [[3, 5], [1, nil, nil]] : [[1, 4], [1, 2, nil]]))
    #expect(
      examples.targets(of: [1, 0])
        == .tokenClasses(
          rows: lastPiece ? [1, 11, 13] : [1, 2, 9, 12], classes: lastPiece ? [0, 1, 0] : [0, 1, 1, 0]))
  }
}
