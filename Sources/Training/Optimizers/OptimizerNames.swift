import Files

/// The optimizers by the words that settings and commands use.
public enum OptimizerName: String, Sendable, Hashable, CaseIterable {
  /// Adam with decoupled decay.
  case adamw
  /// Adam.
  case adam
  /// Gradient descent with momentum.
  case sgd
  /// RMSprop.
  case rmsprop
  /// Adagrad.
  case adagrad
  /// Muon, with AdamW for what is not a map between hidden states.
  case muon

  /// The optimizer with the constants that are usual in training transformers, or, where it is not, PyTorch's.
  public var usual: any Optimizer {
    switch self {
    case .adamw: AdamW(beta1: 0.9, beta2: 0.99, weightDecay: 0.1)
    case .adam: Adam(beta1: 0.9, beta2: 0.99)
    case .sgd: GradientDescent(momentum: 0.9, nesterov: true)
    case .rmsprop: RMSprop()
    case .adagrad: Adagrad()
    case .muon: Muon()
    }
  }
}

/// Settings files name an optimizer and its constants.
enum OptimizerJSON {
  static func json(of optimizer: any Optimizer) -> JSONValue {
    var json: JSONValue = ["name": .string(type(of: optimizer).name)]
    for (name, value) in optimizer.constants { json[name] = .number(value) }
    return json
  }

  /// Nil where the name is unknown or a constant is missing.
  static func optimizer(_ json: JSONValue) -> (any Optimizer)? {
    var isComplete = true
    func value(_ name: String) -> Double {
      guard let value = json[name]?.double else {
        isComplete = false
        return 0
      }
      return value
    }
    guard let name = json["name"]?.string.flatMap(OptimizerName.init(rawValue:)) else { return nil }
    let optimizer: any Optimizer
    switch name {
    case .adamw:
      optimizer = AdamW(
        beta1: value("beta1"), beta2: value("beta2"), epsilon: value("epsilon"), weightDecay: value("weight_decay"),
        correctsBias: value("corrects_bias") != 0)
    case .adam:
      optimizer = Adam(
        beta1: value("beta1"), beta2: value("beta2"), epsilon: value("epsilon"), weightDecay: value("weight_decay"),
        correctsBias: value("corrects_bias") != 0)
    case .sgd:
      optimizer = GradientDescent(
        momentum: value("momentum"), dampening: value("dampening"), nesterov: value("nesterov") != 0,
        weightDecay: value("weight_decay"))
    case .rmsprop:
      optimizer = RMSprop(
        alpha: value("alpha"), epsilon: value("epsilon"), momentum: value("momentum"),
        weightDecay: value("weight_decay"))
    case .adagrad:
      optimizer = Adagrad(
        epsilon: value("epsilon"), rateDecay: value("rate_decay"), weightDecay: value("weight_decay"))
    case .muon:
      optimizer = Muon(
        momentum: value("momentum"), iterations: Int(value("iterations")),
        others: AdamW(
          beta1: value("beta1"), beta2: value("beta2"), epsilon: value("epsilon"),
          weightDecay: value("weight_decay"), correctsBias: value("corrects_bias") != 0))
    }
    return isComplete ? optimizer : nil
  }
}
