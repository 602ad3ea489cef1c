/// The first of many things, and how many there are: a list of all could take more memory than the data.
public struct Listing<Element: Sendable>: Sendable {
  /// Things that are kept.
  public static var limit: Int { 100_000 }

  /// The first of them.
  public private(set) var kept: [Element] = []
  /// How many there are.
  public private(set) var count = 0

  /// None so far.
  public init() {}

  /// One more.
  public mutating func append(_ element: Element) {
    count += 1
    if count <= Self.limit { kept.append(element) }
  }
}
