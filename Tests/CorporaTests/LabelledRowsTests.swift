import Corpora
import Testing

/// Packed rows against a list of them.
struct LabelledRowsTests {
  /// Rows of every shape, at the lengths and numbers where the packing changes.
  private static let rows: [LabelledRow] = {
    var rows: [LabelledRow] = []
    for length in [0, 1, 7, 8, 127, 128, 1023, 1024, 20_000] {
      let text = String(repeating: "é", count: length / 2) + String(repeating: "x", count: length % 2)
      rows.append(LabelledRow(text: text, labels: [Int32(length)], line: length))
      rows.append(LabelledRow(text: "a", pair: text, labels: [], line: 1 << 40))
      rows.append(LabelledRow(text: text, words: [text, "", "b"], labels: [2, 0, 1]))
    }
    for value in [0.0, -0.0, 1, -20, 0.1, .pi, .infinity, .leastNonzeroMagnitude] {
      rows.append(LabelledRow(text: "v", value: value))
      rows.append(LabelledRow(text: "v", labels: [3], value: value, line: -1))
    }
    for labels in [[0], [127], [128], [Int32.max], [-1], [Int32.min], [1, 5, 300]] as [[Int32]] {
      rows.append(LabelledRow(text: "\u{0}l\u{1F98A}", labels: labels, line: 7))
    }
    rows.append(LabelledRow(text: "all", pair: "of", words: ["it"], labels: [9, 1], value: -1.5, line: 3))
    return rows
  }()

  @Test func rowsComeOutAsTheyWentIn() {
    let packed = LabelledRows(Self.rows)
    #expect(packed.count == Self.rows.count)
    for (packed, row) in zip(packed, Self.rows) {
      #expect(packed == row && packed.value.bitPattern == row.value.bitPattern)
    }
    #expect(packed == LabelledRows(Self.rows) && packed != LabelledRows(Self.rows.dropLast()))
    #expect(LabelledRows().isEmpty && LabelledRows(arrayLiteral: Self.rows[3])[0] == Self.rows[3])
  }

  @Test func rowsCanBeChosenAndChanged() {
    var packed = LabelledRows(Self.rows)
    var rows = Self.rows
    for place in stride(from: 0, to: rows.count, by: 3) {
      rows[place].text += " and more"
      packed[place].text += " and more"
      rows.swapAt(place, 1)
      packed.swapAt(place, 1)
    }
    #expect(Array(packed) == rows)
    let places = rows.indices.filter { $0 % 4 == 1 }.reversed()
    let part = packed.selecting(places)
    #expect(Array(part) == places.map { rows[$0] })
    packed.append(rows[0])
    #expect(packed.count == rows.count + 1 && part.count == places.count)
  }

  /// Labels that have other numbers now: in order where they are of a whole text, in their words' order otherwise.
  @Test func labelsAreRenumbered() throws {
    let rows = [
      LabelledRow(text: "a", labels: [0]), LabelledRow(text: "b", labels: [0, 1, 2]),
      LabelledRow(text: "c d", words: ["c", "d"], labels: [0, 2]),
    ]
    let names = ["x", "y", "z"], others = ["q", "z", "r", "y", "x"]
    var data = try LabelledData(rows: rows, labelNames: names, kind: .multiple).relabelled(as: others, of: "it")
    #expect(data.rows.map(\.labels) == [[4], [1, 3, 4], [4, 1]])
    data.rows[0].labels = [2]
    data.rows[1].labels = [0, 3]
    data.rows[2].labels.swapAt(0, 1)
    #expect(data.rows.map(\.labels) == [[2], [0, 3], [1, 4]])
    data = try data.relabelled(as: others.reversed(), of: "it")
    #expect(data.rows.map(\.labels) == [[2], [1, 4], [3, 0]])
  }
}
