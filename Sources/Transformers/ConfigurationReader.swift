import Files

/// Values of a JSON object by their keys, of the type that is asked for; a null is as good as no value.
struct ConfigurationReader {
  let object: JSONObject

  func value(_ key: String) -> JSONValue? {
    guard let value = object[key], !value.isNull else { return nil }
    return value
  }

  func int(_ key: String) throws(ConfigurationFailure) -> Int? {
    try typed(key, "an integer", \.int)
  }

  func int(_ key: String, default fallback: Int) throws(ConfigurationFailure) -> Int {
    try int(key) ?? fallback
  }

  func double(_ key: String) throws(ConfigurationFailure) -> Double? {
    try typed(key, "a number", \.double)
  }

  func double(_ key: String, default fallback: Double) throws(ConfigurationFailure) -> Double {
    try double(key) ?? fallback
  }

  func bool(_ key: String, default fallback: Bool) throws(ConfigurationFailure) -> Bool {
    try typed(key, "true or false", \.bool) ?? fallback
  }

  func string(_ key: String) throws(ConfigurationFailure) -> String? {
    try typed(key, "a string", \.string)
  }

  func object(_ key: String) throws(ConfigurationFailure) -> ConfigurationReader? {
    try typed(key, "an object", \.object).map(ConfigurationReader.init)
  }

  func array(_ key: String) throws(ConfigurationFailure) -> [JSONValue]? {
    try typed(key, "an array", \.array)
  }

  /// Refuses a value that is there and is not the one that this package implements.
  func require(_ key: String, _ supported: JSONValue) throws(ConfigurationFailure) {
    guard let value = value(key), value != supported else { return }
    throw .unsupported(key: key, value: value.serialized(), supported: supported.serialized())
  }

  /// Refuses a key that changes the result, whatever its value.
  func refuse(_ key: String) throws(ConfigurationFailure) {
    guard let value = value(key) else { return }
    if value == false || value == .object([:]) || value == .array([]) { return }
    throw .unsupported(key: key, value: value.serialized(), supported: "none")
  }

  private func typed<Value>(
    _ key: String, _ expected: String, _ path: KeyPath<JSONValue, Value?>
  ) throws(ConfigurationFailure) -> Value? {
    guard let value = value(key) else { return nil }
    guard let result = value[keyPath: path] else {
      throw .wrongType(key: key, expected: expected, found: value.kindName)
    }
    return result
  }
}
