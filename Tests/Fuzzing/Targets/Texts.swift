import CZlib
@testable import Corpora
import Files

extension FuzzTarget {
  private static func labelled(_ format: LabelledFormat, _ name: String) -> FuzzTarget {
    FuzzTarget(name: format.rawValue) { bytes, file in
      var options = LabelledOptions()
      options.format = format
      // The first byte chooses the options, so that all of them are tried.
      let choice = bytes.first ?? 0
      options.allowsNoLabels = choice & 1 != 0
      options.repairs = choice & 2 != 0
      options.skipsBadRows = choice & 4 != 0
      options.kind = choice & 8 != 0 ? .multiple : choice & 16 != 0 ? .value : nil
      options.labelColumn = choice & 32 == 0 ? nil : format == .conllu ? "deprel" : format == .conll ? "2" : nil
      let data = try LabelledData(contentsOf: file.write(Array(bytes.dropFirst()), name), options: options)
      _ = (data.classCounts, data.majority?.share, data.hasPairs)
    }
  }

  /// Text, packed text, tables, and tokens.
  static let texts = [
    labelled(.tsv, "a.tsv"), labelled(.csv, "a.csv"), labelled(.jsonLines, "a.jsonl"), labelled(.fastText, "a.txt"),
    labelled(.conll, "a.conll"), labelled(.conllu, "a.conllu"),
    FuzzTarget(name: "gzip") { _, file in
      var source = try ByteSource(file.path("text.gz"))
      while true {
        let piece = try source.next()
        if piece.isEmpty { break }
      }
    },
    FuzzTarget(name: "text") { bytes, file in
      let path = file.write(Array(bytes.dropFirst()), "text.txt")
      let boundary = DocumentBoundary.allCases[Int(bytes.first ?? 0) % DocumentBoundary.allCases.count]
      _ = try TextSource([path], documents: boundary, repairs: (bytes.first ?? 0) & 128 != 0).forEachPart { part in
        guard String(validating: part.utf8, as: UTF8.self) != nil else { fatalError("a document that is not text") }
      }
    },
    FuzzTarget(name: "shard") { bytes, file in
      // As they come, and with checksums that fit, so that what stands behind them is reached, too.
      _ = try? TokenShard(contentsOf: file.write(bytes, "a.tokens"))
      guard bytes.count > 64 else { return }
      let footer = bytes.count - 64
      var whole = bytes
      func put(_ value: UInt, at offset: Int) {
        withUnsafeBytes(of: UInt32(value).littleEndian) { word in
          for (index, byte) in word.enumerated() { whole[offset + index] = byte }
        }
      }
      var sum = Checksum()
      sum.update(Array(whole[..<footer]))
      put(sum.value, at: footer + 40)
      sum = Checksum()
      sum.update(Array(whole[footer..<footer + 44]))
      put(sum.value, at: footer + 44)
      let shard = try TokenShard(contentsOf: file.write(whole, "a.tokens"))
      for document in 0..<min(shard.documentCount, 1000) {
        guard shard.document(document).allSatisfy({ $0 >= 0 && Int($0) < shard.vocabularySize }) else {
          fatalError("a token outside of the vocabulary")
        }
      }
    },
  ]
}
