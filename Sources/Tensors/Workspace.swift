import KernelSupport

/// Memory that is planned before it is taken: matrices are reserved one after the other, counted, and then given
/// places in one allocation.
///
/// The same code runs twice: `Workspace.measure` runs it to count, `Workspace.init` to hand out the memory. So the
/// size of a training step is known exactly before anything is allocated, and a step allocates nothing.
public final class Workspace: @unchecked Sendable {
  private let storage: AlignedBuffer<Float>

  /// Reserves matrices in a workspace.
  public struct Planner {
    private let base: UnsafeMutablePointer<Float>?
    /// How many floats are reserved at the moment, and at most until now.
    public private(set) var used = 0, peak = 0

    fileprivate init(base: UnsafeMutablePointer<Float>?) { self.base = base }

    /// Reserves a matrix whose rows begin on a cache line if `columns` is a multiple of 16.
    public mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
      let begin = used
      used += (rows * columns + 15) / 16 * 16
      peak = max(peak, used)
      return Matrix((base ?? Planner.nowhere) + begin, rows: rows, columns: columns)
    }

    /// Reserves what `body` asks for, and gives it back when it ends: what comes next uses the same memory.
    public mutating func temporarily<Result>(_ body: (inout Planner) -> Result) -> Result {
      let before = used
      defer { used = before }
      return body(&self)
    }

    /// Where the views point while measuring; nobody follows them.
    nonisolated(unsafe) private static let nowhere = UnsafeMutablePointer<Float>.allocate(capacity: 1)
  }

  /// How many bytes the plan needs.
  public static func bytes<Plan>(of plan: (inout Planner) -> Plan) -> Int {
    var planner = Planner(base: nil)
    _ = plan(&planner)
    return planner.peak * MemoryLayout<Float>.stride
  }

  /// Takes the memory that the plan needs, and returns it with the plan's matrices.
  public static func make<Plan>(_ plan: (inout Planner) -> Plan) -> (workspace: Workspace, plan: Plan) {
    let workspace = Workspace(floats: bytes(of: plan) / MemoryLayout<Float>.stride)
    var planner = Planner(base: workspace.storage.pointer)
    return (workspace, plan(&planner))
  }

  /// Hands out the same memory by another plan, a smaller one: that of a batch with fewer tokens.
  public func reuse<Plan>(_ plan: (inout Planner) -> Plan) -> Plan {
    var planner = Planner(base: storage.pointer)
    let result = plan(&planner)
    precondition(planner.peak <= storage.count, "another plan needs \(planner.peak) of \(storage.count) floats")
    return result
  }

  private init(floats: Int) { storage = AlignedBuffer(zeros: floats) }

  /// How many bytes it holds.
  public var byteCount: Int { storage.count * MemoryLayout<Float>.stride }
}
