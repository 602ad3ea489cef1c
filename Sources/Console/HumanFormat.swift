/// Numbers as people read them.
public enum HumanFormat {
  /// A duration: `0.4 s`, `12 s`, `3:05`, `2:03:05`, `3 d 4 h`.
  public static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e10 else { return "?" }
    if seconds < 10 { return fixed(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    if hours == 0 { return "\(minutes):\(padded(whole % 60))" }
    if hours < 48 { return "\(hours):\(padded(minutes)):\(padded(whole % 60))" }
    return "\(hours / 24) d \(hours % 24) h"
  }

  /// A size in bytes, in units of 1024: `512 B`, `3.4 MB`.
  public static func bytes(_ count: Int) -> String {
    scaled(Double(count), step: 1024, units: [" B", " KB", " MB", " GB", " TB"])
  }

  /// A count, in units of 1000: `950`, `12.3 K`, `4.1 M`.
  public static func count(_ count: Int) -> String {
    scaled(Double(count), step: 1000, units: ["", " K", " M", " B", " T"])
  }

  /// A count with its thousands parted: `1,234,567`.
  public static func grouped(_ count: Int) -> String {
    var digits = String(count.magnitude)
    var index = digits.count - 3
    while index > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: index))
      index -= 3
    }
    return (count < 0 ? "-" : "") + digits
  }

  /// A rate for people: `873`, `12.3 K`.
  public static func rate(_ perSecond: Double) -> String {
    guard perSecond.isFinite, perSecond >= 0 else { return "?" }
    return perSecond < 10
      ? fixed(perSecond, 1) : scaled(perSecond.rounded(), step: 1000, units: ["", " K", " M", " B"])
  }

  /// A share as a percentage: `7 %`, `99.5 %`.
  public static func percent(_ share: Double, digits: Int = 0) -> String { fixed(share * 100, digits) + " %" }

  /// A number with so many digits after the point.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else {
      return value.isNaN ? "nan" : value.isFinite ? "\(value)" : value < 0 ? "-inf" : "inf"
    }
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    let scaled = (abs(value) * power).rounded()
    let whole = Int(scaled / power)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let fraction = String(Int(scaled - Double(whole) * power))
    return "\(sign)\(whole)." + String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
  }

  /// A small number with three significant digits: `3e-4`, `0.00125`.
  public static func scientific(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    var (mantissa, exponent) = (abs(value), 0)
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    if mantissa.rounded(.toNearestOrEven) >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    let sign = value < 0 ? "-" : ""
    if (-1...5).contains(exponent) { return sign + trimmed(fixed(abs(value), max(0, 2 - exponent))) }
    return "\(sign)\(trimmed(fixed(mantissa, 2)))e\(exponent)"
  }

  private static func scaled(_ value: Double, step: Double, units: [String]) -> String {
    var (value, index) = (value, 0)
    while abs(value) >= step - (index == 0 ? 0 : 0.05), index < units.count - 1 {
      value /= step
      index += 1
    }
    return (index == 0 || abs(value) >= 99.95 ? fixed(value, 0) : fixed(value, 1)) + units[index]
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
