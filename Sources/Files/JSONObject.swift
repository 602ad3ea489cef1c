/// A JSON object: keys with values, in the order in which they were written.
///
/// Keys are told apart by their bytes: "é" as one scalar and as two are two keys, as for every other JSON reader,
/// though they are equal as Swift strings. (Vocabularies have both.)
public struct JSONObject: Sendable, Hashable {
  /// The keys in order.
  public private(set) var keys: [String] = []
  /// The value of each key, in the same order.
  public private(set) var values: [JSONValue] = []
  /// Where each key is, kept once there are so many that a search from the front would be slow.
  ///
  /// A key is looked for from the place on that its hash gives. A place has the key's number from 1, or 0 where it is free;
  /// at most half of the places are taken. A dictionary would take four times the memory.
  private var places: [UInt32] = []

  private static let largestUnindexedCount = 12

  /// An object without keys.
  public init() {}

  /// How many keys there are.
  public var count: Int { keys.count }
  /// Whether there are no keys.
  public var isEmpty: Bool { keys.isEmpty }

  /// The value of a key; nil where there is none.
  ///
  /// Setting nil removes the key, setting a new key appends it.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { values[$0] } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): values[position] = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  /// Appends a key that is not there yet; returns false, and does nothing, if it is.
  package mutating func appendIfNew(_ key: String, _ value: JSONValue) -> Bool {
    guard position(of: key) == nil else { return false }
    append(key, value)
    return true
  }

  private func position(of key: String) -> Int? {
    guard !places.isEmpty else { return keys.firstIndex { $0.isExactly(key) } }
    let number = places[place(of: key)]
    return number == 0 ? nil : Int(number) - 1
  }

  /// The place of a key in the table, or the one where it would be put.
  private func place(of key: String) -> Int {
    var hasher = Hasher()
    ExactString(key).hash(into: &hasher)
    var place = hasher.finalize() & (places.count - 1)
    while places[place] != 0, !keys[Int(places[place]) - 1].isExactly(key) { place = (place + 1) & (places.count - 1) }
    return place
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    keys.append(key)
    values.append(value)
    if 2 * keys.count <= places.count {
      places[place(of: key)] = UInt32(keys.count)
    } else if keys.count > Self.largestUnindexedCount {
      indexKeys()
    }
  }

  private mutating func remove(at position: Int) {
    keys.remove(at: position)
    values.remove(at: position)
    places = []
    if keys.count > Self.largestUnindexedCount { indexKeys() }
  }

  private mutating func indexKeys() {
    var size = 64
    while size < 2 * keys.count { size *= 2 }
    places = []
    places = [UInt32](repeating: 0, count: size)
    for (index, key) in keys.enumerated() { places[place(of: key)] = UInt32(index + 1) }
  }

  /// Whether both have the same keys with the same values in the same order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.keys.elementsEqual(right.keys) { $0.isExactly($1) } && left.values == right.values
  }

  /// Hashes keys and values in order.
  public func hash(into hasher: inout Hasher) {
    for key in keys { hasher.combine(ExactString(key)) }
    hasher.combine(values)
  }
}

extension JSONObject: Sequence {
  /// The keys with their values, in order.
  public func makeIterator() -> Zip2Sequence<[String], [JSONValue]>.Iterator {
    zip(keys, values).makeIterator()
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object of the pairs in order; of a key that comes twice the last value stays.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }
}

/// A string that equals another only if their bytes are the same, unlike Swift's, which compares canonical forms.
package struct ExactString: Hashable, Sendable {
  /// The string.
  package let string: String

  /// Wraps a string.
  package init(_ string: String) { self.string = string }

  package static func == (left: ExactString, right: ExactString) -> Bool { left.string.isExactly(right.string) }

  package func hash(into hasher: inout Hasher) {
    var string = string
    string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String {
  /// Whether both are the same bytes.
  package func isExactly(_ other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }
}
