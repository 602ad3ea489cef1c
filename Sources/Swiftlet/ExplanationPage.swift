/// Explanations as one HTML page that needs nothing else: words in the colours of their weights, and what attends to
/// what.
public struct ExplanationPage: Sendable {
  /// What is shown, one below the other.
  public var explanations: [Explanation]

  /// A page of some explanations.
  public init(_ explanations: [Explanation]) { self.explanations = explanations }

  /// The content of the file.
  public var html: String {
    var parts = [Self.head]
    for (number, explanation) in explanations.enumerated() { parts.append(section(explanation, number)) }
    let maps = JSONValue.array(explanations.map(Self.maps)).serialized().split(
      separator: "<", omittingEmptySubsequences: false)
    parts.append(
      "<script>\nconst texts = \(maps.joined(separator: "\\u003c"));\n\(Self.script)</script>\n</body></html>\n")
    return parts.joined(separator: "\n")
  }

  private func section(_ explanation: Explanation, _ number: Int) -> String {
    let words = explanation.words
    let integrated = Self.line(words, explanation.words.map(\.integratedGradients))
    let product = Self.line(words, explanation.words.map(\.gradientTimesInput))
    let attention = explanation.attention.indices.map { layer in
      "<tr><th>\(layer + 1)</th><td>"
        + Self.line(words, explanation.attentionOfAnswer(layer: layer), marks: true) + "</td></tr>"
    }
    return """
      <section>
      <h2>\(Self.escaped(words.filter { !$0.isMark }.map(\.text).joined(separator: " ")))</h2>
      <p class="answer">Label <b>\(Self.escaped(explanation.label))</b>, score \(Self.number(explanation.score)); \
      with \(Self.escaped(explanation.baseline)) in place of every token \(Self.number(explanation.baselineScore)).</p>
      <h3>Integrated gradients</h3>
      <p class="words">\(integrated)</p>
      <p class="note">The shares add up to \(Self.number(explanation.sum)), and the score differs from the baseline's by \
      \(Self.number(explanation.difference)): completeness to \(Self.number(100 * explanation.completenessError)) %, \
      with \(explanation.steps) steps.</p>
      <h3>Gradient × input</h3>
      <p class="words">\(product)</p>
      \(Self.ngrams(explanation))
      <h3>What the place of the answer attends to, by layer, mean of heads</h3>
      <table class="layers">\(attention.joined())</table>
      <h3>Attention, word by word</h3>
      <p class="choice"><label>layer <select data-text="\(number)" data-role="layer"></select></label>
      <label>head <select data-text="\(number)" data-role="head"></select></label>
      rows look at columns</p>
      <div class="scroll"><table class="map" id="map\(number)"></table></div>
      </section>
      """
  }

  /// What the n-grams say, if they answer with the network.
  private static func ngrams(_ explanation: Explanation) -> String {
    guard let ngrams = explanation.ngrams else { return "" }
    return """
      <h3>N-grams</h3>
      <p class="words">\(line(ngrams.words.map { ($0.text, $0.share) }))</p>
      <p class="note">In the answer the network's score counts \(number(ngrams.networkWeight)) times, and the n-grams add \
      \(number(ngrams.score)), of which \(number(ngrams.rest)) whatever the words are.</p>
      """
  }

  /// The words with their weights as colours; the largest is full.
  private static func line(_ words: [Explanation.Word], _ weights: [Double], marks: Bool = false) -> String {
    line(zip(words, weights).filter { marks || !$0.0.isMark }.map { ($0.text, $1) })
  }

  private static func line(_ shown: [(word: String, weight: Double)]) -> String {
    let largest = shown.reduce(0.0) { max($0, abs($1.weight)) }
    let digits = Explanation.digits(largest)
    return shown.map { word, weight in
      let share = largest > 0 ? abs(weight) / largest : 0
      let color = weight < 0 ? "200,60,40" : "30,130,90"
      return
        "<span style=\"background:rgba(\(color),\(Self.number(0.75 * share, 3)))\" title=\"\(number(weight, digits + 2))\">"
        + "\(escaped(word))<small>\(number(weight, digits))</small></span>"
    }.joined(separator: " ")
  }

  /// The words and the maps of a text, for the script; shares in thousandths.
  private static func maps(_ explanation: Explanation) -> JSONValue {
    [
      "words": .array(explanation.words.map { .string($0.text) }),
      "maps": .array(
        explanation.attention.map { heads in
          .array(heads.map { map in .array(map.map { .integer(Int(($0 * 1000).rounded())) }) })
        }),
    ]
  }

  /// A number with so many digits behind the point.
  private static func number(_ value: Double, _ digits: Int = 2) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    guard abs(value) < 1e12 else { return "\(value)" }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    let sign = value < 0 && scaled > 0 ? "\u{2212}" : ""
    return sign + "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }

  private static let head = """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <title>What the words weighed</title>
    <style>
    :root { color-scheme: light }
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222;
      background: #fff }
    h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem } h3 { font-size: .95rem; margin: 1.2rem 0 .3rem }
    section { border-top: 1px solid #ccc }
    .words span, .layers span { display: inline-block; padding: .1rem .35rem; margin: .1rem 0; border-radius: .25rem;
      text-align: center }
    .words small, .layers small { display: block; font-size: .65rem; color: #444 }
    .layers { border-spacing: 0 } .layers th { font-weight: normal; color: #666; padding-right: .6rem; vertical-align: top }
    .note, .answer, .choice, .legend { color: #444; font-size: .9rem; margin: .3rem 0 }
    .key { display: inline-block; width: 1rem; height: .8rem; border-radius: .2rem; vertical-align: middle }
    .scroll { overflow-x: auto }
    .map { border-spacing: 1px; font-size: .75rem }
    .map th { font-weight: normal; text-align: right; padding: 0 .3rem; white-space: nowrap }
    .map thead th { writing-mode: vertical-rl; text-align: left; padding: .2rem 0 }
    .map td { width: 1.2rem; min-width: 1.2rem; height: 1.2rem; padding: 0 }
    </style></head><body>
    <h1>What the words weighed</h1>
    <p class="legend"><span class="key" style="background:rgba(30,130,90,.75)"></span> speaks for the label,
    <span class="key" style="background:rgba(200,60,40,.75)"></span> against it; the deepest colour is the largest weight
    of its line. Attention is where the model looked, which need not be what weighed.</p>
    """

  private static let script = """
    function cell(name, text) { const e = document.createElement(name); e.textContent = text; return e; }
    function draw(number) {
      const one = n => document.querySelector(`select[data-text="${number}"][data-role="${n}"]`);
      const text = texts[number], count = text.words.length, heads = text.maps[one("layer").value];
      const head = one("head").value;
      const share = i => head === "mean" ? heads.reduce((sum, map) => sum + map[i], 0) / heads.length : heads[head][i];
      const table = document.getElementById("map" + number), top = table.createTHead(), row = top.insertRow();
      top.replaceChildren(row); row.append(cell("th", ""));
      for (const word of text.words) row.append(cell("th", word));
      const body = document.createElement("tbody");
      text.words.forEach((word, from) => {
        const row = body.insertRow(); row.append(cell("th", word));
        for (let to = 0; to < count; to++) {
          const value = share(from * count + to) / 1000, box = cell("td", "");
          box.style.background = `rgba(40,80,170,${Math.sqrt(value).toFixed(3)})`;
          box.title = `${word} → ${text.words[to]}: ${(100 * value).toFixed(1)} %`;
          row.append(box);
        }
      });
      table.tBodies[0]?.remove(); table.append(body);
    }
    texts.forEach((text, number) => {
      for (const menu of document.querySelectorAll(`select[data-text="${number}"]`)) {
        const isLayer = menu.dataset.role === "layer", count = isLayer ? text.maps.length : text.maps[0].length;
        if (!isLayer) menu.append(new Option("mean", "mean"));
        for (let i = 0; i < count; i++) menu.append(new Option(i + 1, i));
        menu.value = isLayer ? count - 1 : "mean";
        menu.onchange = () => draw(number);
      }
      draw(number);
    });

    """
}
