import ArgumentParser
import Swiftlet

/// How labelled files are read.
struct LabelOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The column of the text.", valueName: "name")) var textColumn: String?
  @Option(name: .long, help: ArgumentHelp("The column of the second text of a pair.", valueName: "name"))
  var pairColumn: String?
  @Option(
    name: .long,
    help: ArgumentHelp("The column of the label; in CoNLL's columns its number, in CoNLL-U upos.", valueName: "name"))
  var labelColumn: String?
  @Option(
    name: .long,
    help: ArgumentHelp("tsv, csv, jsonl, fasttext, conll or conllu; otherwise found out.", valueName: "name"))
  var format: LabelledFormat?
  @Option(name: .long, help: ArgumentHelp("What labels are: single, multiple, value or tokens.", valueName: "kind"))
  var labels: LabelKind?
  @Option(name: .long, help: ArgumentHelp("What stands between several labels in a cell.", valueName: "character"))
  var labelSeparator: String = "|"
  @Flag(name: .long, help: "Leave out bad rows, and say how many, instead of refusing the file.") var skipBadRows =
    false
  @Flag(name: .customLong("repair-labels"), help: "Put U+FFFD in place of bytes that are not UTF-8.") var repair = false

  func validate() throws {
    if labelSeparator.count != 1 {
      throw ValidationError("--label-separator '\(labelSeparator)': one character is expected.")
    }
  }

  /// Whether anything was asked for.
  var isGiven: Bool {
    textColumn != nil || pairColumn != nil || labelColumn != nil || format != nil || labels != nil || skipBadRows
      || repair || labelSeparator != "|"
  }

  /// Refuses what was asked for where no labelled file is read.
  func requireNone(because reason: String) throws {
    if isGiven { throw ValidationError("Columns, formats and kinds of labels are of labelled files; \(reason).") }
  }

  /// Reads a file.
  /// - Parameters:
  ///   - kind: What labels are taken for, unless the user has said so; nil finds it out.
  ///   - findsFaults: Whether rows and bytes that cannot be used are to be told of, instead of ending the reading.
  func read(
    _ path: String, kind: LabelKind? = nil, allowsNoLabels: Bool = false, findsFaults: Bool = false
  ) throws -> LabelledData {
    var options = LabelledOptions()
    (options.textColumn, options.pairColumn, options.labelColumn) = (textColumn, pairColumn, labelColumn)
    (options.format, options.kind, options.skipsBadRows) = (format, labels ?? kind, skipBadRows)
    if let separator = labelSeparator.first { options.labelSeparator = separator }
    (options.repairs, options.allowsNoLabels) = (repair || findsFaults, allowsNoLabels)
    if findsFaults { options.skipsBadRows = true }
    return try LabelledData(contentsOf: path, options: options)
  }
}

extension LabelledFormat: ExpressibleByArgument {}
extension LabelKind: ExpressibleByArgument {}
