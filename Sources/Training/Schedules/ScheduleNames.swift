import Files

/// The schedules by the words that settings and commands use.
public enum ScheduleName: String, Sendable, Hashable, CaseIterable {
  /// No decay.
  case constant
  /// A straight line.
  case linear
  /// Half a cosine.
  case cosine
  /// Stable, then a straight line.
  case trapezoid

  /// The schedule with its usual constants.
  public var usual: any Schedule {
    switch self {
    case .constant: ConstantSchedule()
    case .linear: LinearSchedule()
    case .cosine: CosineSchedule()
    case .trapezoid: TrapezoidSchedule()
    }
  }
}

/// Settings files name a schedule and its constants.
enum ScheduleJSON {
  static func json(of schedule: any Schedule) -> JSONValue {
    var json: JSONValue = ["name": .string(type(of: schedule).name)]
    for (name, value) in schedule.constants { json[name] = .number(value) }
    return json
  }

  /// Nil where the name is unknown or a constant is missing.
  static func schedule(_ json: JSONValue) -> (any Schedule)? {
    guard let name = json["name"]?.string.flatMap(ScheduleName.init(rawValue:)) else { return nil }
    let end = json["end"]?.double
    switch name {
    case .constant: return ConstantSchedule()
    case .linear: return end.map { LinearSchedule(end: $0) }
    case .cosine: return end.map { CosineSchedule(end: $0) }
    case .trapezoid:
      guard let end, let decay = json["decay"]?.double else { return nil }
      return TrapezoidSchedule(decay: decay, end: end)
    }
  }
}
