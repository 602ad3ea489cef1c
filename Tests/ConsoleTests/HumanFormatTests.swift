import Console
import Testing

@Suite struct HumanFormatTests {
  @Test(
    "Durations",
    arguments: [
      (0, "0.0 s"), (0.44, "0.4 s"), (9.94, "9.9 s"), (12.4, "12 s"), (59.6, "1:00"), (185, "3:05"), (7385, "2:03:05"),
      (273_600, "3 d 4 h"), (.infinity, "?"), (-1, "?"), (.nan, "?"),
    ] as [(Double, String)])
  func durations(_ seconds: Double, _ expected: String) { #expect(HumanFormat.duration(seconds: seconds) == expected) }

  @Test("Sizes and counts")
  func sizes() {
    #expect(HumanFormat.bytes(512) == "512 B")
    #expect(HumanFormat.bytes(1536) == "1.5 KB")
    #expect(HumanFormat.bytes(100 << 20) == "100 MB")
    #expect(HumanFormat.bytes(1 << 20) == "1.0 MB")
    #expect(HumanFormat.bytes((1 << 20) - 1) == "1.0 MB")
    #expect(HumanFormat.count(950) == "950")
    #expect(HumanFormat.count(12_345) == "12.3 K")
    #expect(HumanFormat.grouped(1_234_567) == "1,234,567")
    #expect(HumanFormat.grouped(-123) == "-123")
    #expect(HumanFormat.rate(3.14) == "3.1")
    #expect(HumanFormat.rate(54_321) == "54.3 K")
    #expect(HumanFormat.percent(0.995, digits: 1) == "99.5 %")
  }

  @Test("Numbers")
  func numbers() {
    #expect(HumanFormat.fixed(3.14159, 2) == "3.14")
    #expect(HumanFormat.fixed(-0.001, 2) == "0.00")
    #expect(HumanFormat.fixed(-1.005, 1) == "-1.0")
    #expect(HumanFormat.fixed(2.999, 2) == "3.00")
    #expect(HumanFormat.fixed(0.05, 4) == "0.0500")
    #expect(HumanFormat.fixed(.nan, 4) == "nan")
    #expect(HumanFormat.fixed(-.infinity, 4) == "-inf")
    #expect(HumanFormat.scientific(0.0003) == "3e-4")
    #expect(HumanFormat.scientific(0.00125) == "1.25e-3")
    #expect(HumanFormat.scientific(0.25) == "0.25")
    #expect(HumanFormat.scientific(0) == "0")
    #expect(HumanFormat.scientific(9.999e-5) == "1e-4")
  }
}
