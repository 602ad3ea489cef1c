import Tensors
import Testing

@Suite struct WorkspaceTests {
  struct Plan {
    var kept: Matrix, first: Matrix, second: Matrix
  }

  static func plan(_ planner: inout Workspace.Planner) -> Plan {
    let kept = planner.matrix(3, 5)
    let first = planner.temporarily { $0.matrix(10, 16) }
    let second = planner.temporarily { $0.matrix(4, 16) }
    return Plan(kept: kept, first: first, second: second)
  }

  @Test func thePlanIsMeasuredBeforeItIsMade() {
    let bytes = Workspace.bytes(of: Self.plan)
    #expect(bytes == (16 + 160) * 4)
    let (workspace, plan) = Workspace.make(Self.plan)
    #expect(workspace.byteCount == bytes)
    #expect(plan.first.pointer == plan.second.pointer && plan.first.pointer == plan.kept.pointer + 16)
    #expect(UInt(bitPattern: plan.first.pointer) % 64 == 0)
  }
}
