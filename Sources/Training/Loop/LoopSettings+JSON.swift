import Files

extension LoopSettings {
  /// For the state file and for reports.
  public var json: JSONValue {
    var json: JSONValue = [
      "optimizer": OptimizerJSON.json(of: optimizer), "schedule": ScheduleJSON.json(of: learningRate.schedule),
      "learning_rate": .number(learningRate.peak), "accumulation": .integer(accumulation),
      "clipping": .number(clipping.maximum), "average_decay": JSONValue(averageDecay),
      "evaluation_interval": evaluationInterval.map { .integer($0) } ?? .null,
      "checkpoint_interval": checkpointInterval.map { .integer($0) } ?? .null,
      "kept_checkpoints": .integer(keptCheckpoints), "patience": patience.map { .integer($0) } ?? .null,
      "criterion": .string(criterion.rawValue), "prefers_later": .bool(prefersLater),
      // As text: not every seed is an integer that all JSON readers can hold.
      "seed": .string(String(seed)), "l1": .number(policy.l1), "layer_decay": .number(policy.layerDecay),
      "frozen_depth": .integer(policy.frozenDepth),
    ]
    if let pruning { json["pruning"] = pruning.json }
    switch learningRate.warmup {
    case .steps(let steps): json["warmup_steps"] = .integer(steps)
    case .fraction(let part): json["warmup_fraction"] = .number(part)
    }
    switch budget {
    case .steps(let steps): json["steps"] = .integer(steps)
    case .epochs(let epochs): json["epochs"] = .number(epochs)
    case .minutes(let minutes): json["minutes"] = .number(minutes)
    }
    return json
  }

  /// Reads them back; nil where something is missing or unknown.
  public init?(json: JSONValue) {
    let warmup: LearningRate.Warmup
    if let steps = json["warmup_steps"]?.int {
      warmup = .steps(steps)
    } else if let part = json["warmup_fraction"]?.double {
      warmup = .fraction(part)
    } else {
      return nil
    }
    let budget: RunBudget
    if let steps = json["steps"]?.int {
      budget = .steps(steps)
    } else if let epochs = json["epochs"]?.double {
      budget = .epochs(epochs)
    } else if let minutes = json["minutes"]?.double {
      budget = .minutes(minutes)
    } else {
      return nil
    }
    guard let optimizer = json["optimizer"].flatMap(OptimizerJSON.optimizer),
      let schedule = json["schedule"].flatMap(ScheduleJSON.schedule), let peak = json["learning_rate"]?.double,
      let accumulation = json["accumulation"]?.int, let clipping = json["clipping"]?.double,
      let criterion = json["criterion"]?.string.flatMap(SelectionCriterion.init(rawValue:)),
      let seed = json["seed"]?.string.flatMap({ UInt64($0) }), let l1 = json["l1"]?.double,
      let layerDecay = json["layer_decay"]?.double, let frozenDepth = json["frozen_depth"]?.int
    else { return nil }
    self.init(
      optimizer: optimizer, learningRate: LearningRate(peak: peak, warmup: warmup, schedule: schedule),
      budget: budget)
    policy = UpdatePolicy(l1: l1, layerDecay: layerDecay, frozenDepth: frozenDepth)
    self.accumulation = accumulation
    self.clipping = GradientClipping(maximum: clipping)
    averageDecay = json["average_decay"]?.double
    evaluationInterval = json["evaluation_interval"]?.int
    checkpointInterval = json["checkpoint_interval"]?.int
    keptCheckpoints = json["kept_checkpoints"]?.int ?? keptCheckpoints
    patience = json["patience"]?.int
    if let json = json["pruning"] {
      guard let pruning = PruningSettings(json: json) else { return nil }
      self.pruning = pruning
    }
    (self.criterion, self.seed) = (criterion, seed)
    // Older runs know nothing of it.
    prefersLater = json["prefers_later"]?.bool ?? false
  }
}
