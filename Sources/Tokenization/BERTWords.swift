/// Cuts a text into words as BERT does: cleaned, lowercased and without accents if it was trained so, at spaces and at
/// punctuation (Devlin and others 2019, arXiv:1810.04805).
struct BERTWords: Sendable {
  var cleans = true
  var separatesIdeographs = true
  var stripsAccents = true
  var lowercases = true

  /// The words in order.
  func words(of text: String) -> [[Unicode.Scalar]] {
    var words: [[Unicode.Scalar]] = []
    var word: [Unicode.Scalar] = []
    func end() {
      if !word.isEmpty { words.append(word) }
      word = []
    }
    for scalar in normalized(text) {
      if scalar.isSpace {
        end()
      } else if scalar.isPunctuationMark {
        end()
        words.append([scalar])
      } else {
        word.append(scalar)
      }
    }
    end()
    return words
  }

  private func normalized(_ text: String) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      let isLineSpace = scalar == "\t" || scalar == "\n" || scalar == "\r"
      if cleans {
        if scalar.value == 0 || scalar.value == 0xFFFD || (!isLineSpace && scalar.isOther) { continue }
        if scalar.isSpace {
          scalars.append(" ")
          continue
        }
      }
      if separatesIdeographs, scalar.isIdeograph {
        scalars += [" ", scalar, " "]
      } else {
        scalars.append(scalar)
      }
    }
    if stripsAccents {
      scalars = String(String.UnicodeScalarView(scalars)).canonicallyDecomposed
        .filter { !$0.isNonspacingMark }
    }
    // One character at a time: unlike Swift's own lowercasing, a sigma does not look at its neighbours.
    return lowercases ? scalars.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) } : scalars
  }
}
