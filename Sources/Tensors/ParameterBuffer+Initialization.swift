extension ParameterBuffer {
  /// Draws the first values of all parameters, each from the distribution that its layout names.
  ///
  /// Every parameter has a generator of its own, derived from its name, so that the embeddings of a model begin
  /// alike whatever head it has.
  public func initialize(_ randomness: Randomness) {
    for entry in layout.entries { initialize(entry, randomness) }
  }

  /// Draws the first values of one parameter.
  public func initialize(_ entry: ParameterLayout.Entry, _ randomness: Randomness) {
    var random = randomness.derive(entry.name).generator
    let values = self[entry.parameter]
    func fill(_ next: () -> Float) {
      for index in 0..<values.count { values.pointer[index] = next() }
    }
    switch entry.initialization {
    case .zeros: fill { 0 }
    case .ones: fill { 1 }
    case .normal(let deviation): fill { Float(random.normal()) * deviation }
    case .uniform(let bound): fill { Float(random.uniform() * 2 - 1) * bound }
    case .truncatedNormal(let deviation):
      fill {
        var value = random.normal()
        while abs(value) > 2 { value = random.normal() }
        return Float(value) * deviation
      }
    }
  }
}
