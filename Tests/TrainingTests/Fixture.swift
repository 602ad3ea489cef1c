import Files

/// Numbers of other programs, in a file beside the program that made it.
func fixture(_ name: String) throws -> JSONValue {
  let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined()
  return try Files.readJSON("\(folder)/Fixtures/\(name).json")
}

extension JSONValue {
  /// An array of numbers.
  var numbers: [Double] { (array ?? []).compactMap(\.double) }
}
