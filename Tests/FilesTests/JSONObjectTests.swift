import Files
import Testing

struct JSONObjectTests {
  @Test(arguments: [3, 12, 13, 14, 31, 32, 33, 100, 5_000])
  func findsSetsAndRemovesKeys(count: Int) {
    var object = JSONObject()
    for index in 0..<count { object["key\(index)"] = .integer(index) }
    #expect(object.count == count)
    object["key1"] = "new"
    #expect(object["key1"]?.string == "new")
    object["key0"] = nil
    #expect(object["key0"] == nil)
    #expect(object.keys == (1..<count).map { "key\($0)" })
    #expect(object["key\(count - 1)"]?.int == count - 1)
    object["missing"] = nil
    #expect(object.count == count - 1)
  }

  @Test func isEqualOnlyInTheSameOrder() {
    #expect(JSONObject(dictionaryLiteral: ("a", 1), ("b", 2)) == ["a": 1, "b": 2])
    #expect(JSONObject(dictionaryLiteral: ("a", 1), ("b", 2)) != ["b": 2, "a": 1])
  }
}
