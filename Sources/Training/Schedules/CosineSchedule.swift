import Tensors

/// Half a cosine from the peak rate to the last one (Loshchilov & Hutter 2017).
public struct CosineSchedule: Schedule {
  /// `cosine`.
  public static let name = "cosine"
  /// The last factor.
  public var end: Double

  /// By default to a tenth, as nanoGPT and many others have it.
  public init(end: Double = 0.1) { self.end = end }

  /// 1 at 0, the middle at 1/2, `end` at 1.
  public func factor(at progress: Double) -> Double {
    end + (1 - end) * 0.5 * (1 + cosine(Double.pi * progress))
  }
  /// The end.
  public var constants: [(name: String, value: Double)] { [("end", end)] }
}
