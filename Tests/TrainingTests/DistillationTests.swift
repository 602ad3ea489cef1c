import Files
import Layers
import TestSupport
import Tensors
import Testing
import Training

/// The losses against those of PyTorch, which `Fixtures/distillation.py` has written down.
@Suite struct DistillationTests {
  private struct Case {
    let json: JSONValue
    let rows: Int, columns: Int

    func numbers(_ name: String) -> [Double] { json[name]?.numbers ?? [] }
    func number(_ name: String) -> Float { Float(json[name]?.double ?? .nan) }
    var kind: String { json["kind"]?.string ?? "" }
    func matrix(_ name: String) -> MatrixStorage {
      let values = numbers(name).map { Float($0) }
      return MatrixStorage((0..<rows).map { Array(values[$0 * columns..<($0 + 1) * columns]) })
    }
  }

  private static func cases() throws -> [Case] {
    let fixture = try fixture("distillation")
    let (rows, columns) = (fixture["rows"]?.int ?? 0, fixture["columns"]?.int ?? 0)
    return (fixture["cases"]?.array ?? []).map { Case(json: $0, rows: rows, columns: columns) }
  }

  private func compare(_ found: Double, _ scores: Matrix, _ test: Case) {
    #expect(abs(found - (test.json["loss"]?.double ?? .nan)) < 2e-5, "\(test.kind): \(found)")
    for (index, wanted) in test.numbers("gradient").enumerated() {
      let gradient = scores[index / test.columns, index % test.columns]
      #expect(abs(Double(gradient) - wanted) < 5e-6, "\(test.kind), \(index): \(gradient), PyTorch \(wanted)")
    }
  }

  @Test(arguments: KernelChoice.allCases) func languageHeadsAgreeWithPyTorch(kernels: KernelChoice) throws {
    let cases = try Self.cases().filter { $0.kind == "language" }
    try #require(cases.count == 4)
    for test in cases {
      let (student, teacher) = (test.matrix("student"), test.matrix("teacher"))
      let losses = MatrixStorage(rows: test.rows, columns: 1)
      kernels.execution().distillation(
        student.matrix, teacher: teacher.matrix, targets: test.numbers("targets").map { Int32($0) }[...],
        smoothing: test.number("smoothing"), weight: test.number("weight"), temperature: test.number("temperature"),
        gradientScale: 1, losses: losses.matrix)
      compare((0..<test.rows).reduce(0) { $0 + Double(losses.matrix[$1, 0]) }, student.matrix, test)
    }
  }

  @Test func classifiersAgreeWithPyTorch() throws {
    let cases = try Self.cases().filter { $0.kind != "language" }
    try #require(cases.map(\.kind) == ["single", "several", "values"])
    for test in cases {
      let student = test.matrix("student")
      let soft = SoftTargets(
        scores: test.matrix("teacher").matrix, weight: test.number("weight"), temperature: test.number("temperature"))
      let targets = test.numbers("targets")
      let loss: Double
      switch test.kind {
      case "single":
        let (classes, weights) = (targets.map { Int32($0) }, test.numbers("classWeights").map { Float($0) })
        loss = soft.mix(
          student.matrix, .oneLabel, rowWeight: { Double(weights[Int(classes[$0])]) }, differentiates: true
        ) {
          ClassLosses.singleLabel(
            student.matrix, classes: classes, smoothing: 0, classWeights: weights, differentiates: true
          ).sum
        }
      case "several":
        loss = soft.mix(student.matrix, .eachLabel, differentiates: true) {
          ClassLosses.multiLabel(student.matrix, targets: targets.map { Float($0) }, differentiates: true)
        }
      default:
        loss = soft.mix(student.matrix, .values, differentiates: true) {
          ClassLosses.regression(student.matrix, targets: targets.map { Float($0) }, differentiates: true)
        }
      }
      compare(loss, student.matrix, test)
    }
  }
}
