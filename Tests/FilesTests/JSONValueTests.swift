import Files
import Testing

struct JSONValueTests {
  @Test func givesEachKindToItsAccessorOnly() {
    let value: JSONValue = ["i": 3, "d": 1.5, "one": 1.0, "s": "x", "b": true, "n": .null, "a": [1]]
    #expect(value["i"]?.int == 3)
    #expect(value["i"]?.double == 3)
    #expect(value["d"]?.double == 1.5)
    #expect(value["one"]?.int == nil)
    #expect(value["s"]?.string == "x")
    #expect(value["s"]?.int == nil)
    #expect(value["b"]?.bool == true)
    #expect(value["b"]?.int == nil)
    #expect(value["n"]?.isNull == true)
    #expect(value["a"]?.array == [1])
    #expect(value["missing"] == nil)
    #expect(value["a"]?["i"] == nil)
  }

  @Test func setsKeys() {
    var value: JSONValue = .null
    value["a"] = 1
    value["b"] = ["c": true]
    value["a"] = nil
    #expect(value == ["b": ["c": true]])
  }
}
