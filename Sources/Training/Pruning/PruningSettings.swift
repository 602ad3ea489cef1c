import Files
import Tensors

/// Which weights are set to zero before a run, and stay zero in it: the smallest of the maps between hidden states.
///
/// By magnitude as in Han et al. (2015), in groups as in Mishra et al. (2021). Embeddings, heads, norms and biases stay
/// whole.
public struct PruningSettings: Sendable, Equatable {
  /// Which of the maps' weights are compared with each other.
  public enum Pattern: Sendable, Equatable {
    /// So large a share of all weights, wherever they are small.
    case all(share: Double)
    /// So large a share of the weights of each map.
    case eachMap(share: Double)
    /// All but so many in each group of neighbours along the inputs of a map: 2 of 4 is what some processors multiply
    /// faster.
    case groups(kept: Int, of: Int)
  }

  /// The pattern.
  public var pattern: Pattern

  /// Settings.
  public init(_ pattern: Pattern) { self.pattern = pattern }

  /// The share of the maps' weights that becomes zero.
  public var share: Double {
    switch pattern {
    case .all(let share), .eachMap(let share): share
    case .groups(let kept, let size): 1 - Double(kept) / Double(size)
    }
  }

  /// What a person calls it.
  public var name: String {
    switch pattern {
    case .all(let share): "\(share) of all"
    case .eachMap(let share): "\(share) of each matrix"
    case .groups(let kept, let size): "\(kept):\(size)"
    }
  }

  /// Refuses numbers that make no sense.
  func validate() throws(TrainingFailure) {
    switch pattern {
    case .all(let share), .eachMap(let share):
      guard share > 0 && share < 1 else {
        throw .setting(name: "sparsity", value: "\(share)", expected: "a share above 0 and below 1")
      }
    case .groups(let kept, let size):
      guard kept > 0 && kept < size && size <= 1024 else {
        throw .setting(name: "pattern", value: name, expected: "fewer weights kept than a group has, as in 2:4,")
      }
    }
  }

  /// Refuses groups that do not fill the rows of a model's maps, and models that have no maps.
  public func check(_ layout: ParameterLayout) throws(TrainingFailure) {
    try validate()
    let entries = layout.entries.filter { !$0.maps.isEmpty }
    guard !entries.isEmpty else {
      throw .setting(name: "pruning", value: "set", expected: "a model with matrices between hidden states")
    }
    guard layout.bufferCount <= UInt32.max else {
      throw .setting(name: "pruning", value: "set", expected: "a model of less than 4 G parameters")
    }
    guard case .groups(_, let size) = pattern else { return }
    for entry in entries where entry.parameter.columns % size != 0 {
      throw .setting(
        name: "pattern", value: name,
        expected: "a group size that divides the \(entry.parameter.columns) inputs of \(entry.name)")
    }
  }

  /// For the state file and for reports.
  public var json: JSONValue {
    switch pattern {
    case .all(let share): ["sparsity": .number(share), "scope": "all"]
    case .eachMap(let share): ["sparsity": .number(share), "scope": "matrix"]
    case .groups(let kept, let size): ["kept": .integer(kept), "of": .integer(size)]
    }
  }

  /// Reads them back; nil where something is missing.
  init?(json: JSONValue) {
    if let share = json["sparsity"]?.double, let scope = json["scope"]?.string {
      self.init(scope == "matrix" ? .eachMap(share: share) : .all(share: share))
    } else if let kept = json["kept"]?.int, let size = json["of"]?.int {
      self.init(.groups(kept: kept, of: size))
    } else {
      return nil
    }
  }
}
