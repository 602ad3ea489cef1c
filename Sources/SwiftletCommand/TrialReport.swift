import Console
import Swiftlet

/// What several fine-tuning runs brought, for people and for programs.
struct TrialReport {
  let trials: FineTuningTrials
  let outcomes: [FineTuningTrials.Trial]
  /// The figures of words and letters, one of each split.
  let ngrams: (held: [JSONValue], test: [JSONValue])

  /// The best candidate's number.
  var best: Int { trials.best(of: outcomes) }

  private func summary(_ candidate: Int) -> (held: FigureSummary, test: FigureSummary?) {
    let own = outcomes.filter { $0.candidate == candidate }
    let tests = own.compactMap(\.test)
    return (FigureSummary(of: own.map(\.figures)), tests.isEmpty ? nil : FigureSummary(of: tests))
  }

  /// The means of the best candidate under the names of `evaluate`, with every candidate and every run behind them.
  var json: JSONValue {
    let (held, test) = summary(best)
    var json: JSONValue = .object([:])
    for figure in held.figures { json[figure.name] = .number(figure.mean) }
    json["summary"] = held.json
    json["baselines"] = baselines(outcomes.map(\.figures), ngrams.held)
    if let network = network(\.figures) { json["network"] = network.json }
    if let test {
      json["test"] = test.json
      json["test_baselines"] = baselines(outcomes.compactMap(\.test), ngrams.test)
      if let network = network(\.test) { json["test_network"] = network.json }
    }
    json["candidates"] = .array(
      trials.candidates.indices.map { number in
        let (held, test) = summary(number)
        var object: JSONValue = ["settings": settings(number), "summary": held.json]
        if let test { object["test"] = test.json }
        return object
      })
    json["best"] = settings(best)
    json["runs"] = .array(
      outcomes.map { outcome in
        var object: JSONValue = [
          "candidate": .integer(outcome.candidate), "seed": .integer(Int(truncatingIfNeeded: outcome.seed)),
          "fold": outcome.fold.map { .integer($0 + 1) } ?? .null, "steps": .integer(outcome.steps),
          "seconds": .number(outcome.seconds), "figures": outcome.figures.singleFigures,
        ]
        if let network = outcome.figures["network"] { object["network"] = network }
        if let test = outcome.test {
          object["test"] = test.singleFigures
          if let network = test["network"] { object["test_network"] = network }
        }
        return object
      })
    return json
  }

  /// Of the best candidate's figures those of the network by itself; nil where n-grams join no run.
  private func network(_ figures: (FineTuningTrials.Trial) -> JSONValue?) -> FigureSummary? {
    let own = outcomes.filter { $0.candidate == best }.compactMap(figures)
    guard own.contains(where: { $0["network"] != nil }) else { return nil }
    return FigureSummary(of: own.map { $0["network"] ?? $0 })
  }

  /// The means of the baselines' figures over the splits.
  private func baselines(_ figures: [JSONValue], _ ngrams: [JSONValue]) -> JSONValue {
    var json: JSONValue = .object([:])
    for name in ["majority", "mean", "usual_label"] {
      let own = figures.compactMap { $0["baselines"]?[name] }
      if !own.isEmpty { json[name] = means(own) }
    }
    if !ngrams.isEmpty { json["ngrams"] = means(ngrams) }
    return json
  }

  private func means(_ figures: [JSONValue]) -> JSONValue {
    var json: JSONValue = .object([:])
    for figure in FigureSummary(of: figures).figures { json[figure.name] = .number(figure.mean) }
    return json
  }

  private func settings(_ candidate: Int) -> JSONValue {
    var json: JSONValue = .object([:])
    for (name, value) in trials.candidates[candidate].values { json[name] = .number(value) }
    return json
  }

  /// A line a candidate: mean ± deviation; below them the baselines.
  var text: String {
    let names = ["accuracy", "entity_f1", "macro_f1", "mcc", "mean_squared_error", "pearson", "loss"]
    let (first, test) = summary(0)
    let shown = names.filter { first[$0] != nil }
    let tested = names.filter { test?[$0] != nil }.prefix(2)
    var table = TextTable(
      ["settings", "runs"] + shown + tested.map { "test \($0)" },
      alignments: [.left] + Array(repeating: .right, count: 9))
    for number in trials.candidates.indices {
      let (held, test) = summary(number)
      let values = trials.candidates[number].values.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
      table.add(
        [
          (number == best && trials.candidates.count > 1 ? "* " : "") + (values.isEmpty ? "as given" : values),
          "\(outcomes.count { $0.candidate == number })",
        ] + shown.map { cell(held[$0]) } + tested.map { cell(test?[$0]) })
    }
    if let network = network(\.figures) {
      let test = self.network(\.test)
      table.add(["network alone", ""] + shown.map { cell(network[$0]) } + tested.map { cell(test?[$0]) })
    }
    let held = baselines(outcomes.map(\.figures), ngrams.held)
    let tests = baselines(outcomes.compactMap(\.test), ngrams.test)
    let titles = [
      ("ngrams", "n-grams"), ("usual_label", "each word's usual label"), ("majority", "majority"), ("mean", "the mean"),
    ]
    for (name, title) in titles {
      guard let figures = held[name] else { continue }
      table.add([title, ""] + shown.map { cell(figures[$0]) } + tested.map { cell(tests[name]?[$0]) })
    }
    return table.text
  }

  private func cell(_ value: JSONValue?) -> String { value?.double.map { HumanFormat.fixed($0, 4) } ?? "-" }

  private func cell(_ figure: FigureSummary.Figure?) -> String {
    guard let figure else { return "-" }
    return "\(HumanFormat.fixed(figure.mean, 4)) ± \(HumanFormat.fixed(figure.deviation, 4))"
  }
}
