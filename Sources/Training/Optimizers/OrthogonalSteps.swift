import KernelSupport
import Tensors

/// The steps of maps between hidden states along the orthogonal matrix nearest to their momentum.
///
/// The iteration of Newton and Schulz with a quintic whose coefficients (3.4445, -4.7750, 2.0315) lift small singular
/// values fastest: after five rounds all of them lie within about 0.7 and 1.2 (Jordan et al. 2024).
struct OrthogonalSteps {
  private static let coefficients: (linear: Float, cubic: Float, quintic: Float) = (3.4445, -4.7750, 2.0315)

  private let rule: Orthogonalization
  private let maps: [Map]
  private let scratch: Scratch

  /// A map in the buffers.
  private struct Map {
    var offset: Int, rows: Int, columns: Int
    var rateFactor: Double
  }

  /// Memory for the largest map.
  private struct Scratch {
    var workspace: Workspace
    var direction: Matrix, next: Matrix, square: Matrix, polynomial: Matrix
  }

  /// The maps of a layout, as far as they learn.
  init(_ rule: Orthogonalization, _ policy: UpdatePolicy, layout: ParameterLayout) {
    self.rule = rule
    maps = layout.entries.filter { $0.depth >= policy.frozenDepth }.flatMap { entry in
      entry.maps.map { rows in
        Map(
          offset: entry.parameter.offset + rows.lowerBound * entry.parameter.columns, rows: rows.count,
          columns: entry.parameter.columns, rateFactor: policy.rateFactor(depth: entry.depth, of: layout))
      }
    }
    let (count, side) = Self.largest(maps)
    let (workspace, plan) = Workspace.make { planner in
      (
        planner.matrix(1, count), planner.matrix(1, count), planner.matrix(1, side * side),
        planner.matrix(1, side * side)
      )
    }
    scratch = Scratch(
      workspace: workspace, direction: plan.0, next: plan.1, square: plan.2, polynomial: plan.3)
  }

  /// The floats that the steps need beside the moments.
  static func scratchCount(_ layout: ParameterLayout) -> Int {
    let sizes = layout.entries.flatMap { entry in entry.maps.map { ($0.count, entry.parameter.columns) } }
    let count = sizes.map { $0.0 * $0.1 }.max() ?? 0, side = sizes.map { min($0.0, $0.1) }.max() ?? 0
    return 2 * (count + side * side)
  }

  private static func largest(_ maps: [Map]) -> (count: Int, side: Int) {
    (maps.map { $0.rows * $0.columns }.max() ?? 0, maps.map { min($0.rows, $0.columns) }.max() ?? 0)
  }

  /// One step of all maps.
  func update(
    _ weights: ParameterBuffer, gradients: ParameterBuffer, momentum: ParameterBuffer, gradientScale: Double,
    learningRate: Double, weightDecay: Double, l1: Double, step: Int, execution: Execution
  ) {
    for map in maps {
      let count = map.rows * map.columns
      let direction = scratch.direction.shaped(map.rows, map.columns)
      direction.clear()
      // Descent by one from zero leaves the direction of descent in the momentum's sense.
      execution.update(
        ParameterUpdate(
          count: count, values: direction.pointer, gradients: UnsafePointer(gradients.all.pointer + map.offset),
          gradientScale: Float(gradientScale), first: momentum.all.pointer + map.offset, second: nil,
          learningRate: 1, weightDecay: 0, l1: 0,
          rule: .sgd(momentum: Float(rule.momentum), dampening: 0, nesterov: true, first: step == 1)))
      let orthogonal = orthogonalized(direction, execution)
      let length = -0.2 * Double(max(map.rows, map.columns)).squareRoot()
      execution.update(
        ParameterUpdate(
          count: count, values: weights.all.pointer + map.offset, gradients: UnsafePointer(orthogonal.pointer),
          gradientScale: Float(length), first: nil, second: nil,
          learningRate: Float(learningRate * map.rateFactor), weightDecay: Float(weightDecay), l1: Float(l1),
          rule: .sgd(momentum: 0, dampening: 0, nesterov: false, first: false)))
    }
  }

  /// About U · Vᵀ where the matrix, which is lost, is U · S · Vᵀ.
  func orthogonalized(_ matrix: Matrix, _ execution: Execution) -> Matrix {
    let isWide = matrix.rows <= matrix.columns
    let side = min(matrix.rows, matrix.columns)
    let square = scratch.square.shaped(side, side), polynomial = scratch.polynomial.shaped(side, side)
    var (x, next) = (matrix, scratch.next.shaped(matrix.rows, matrix.columns))
    let norm = execution.sumOfSquares(x).squareRoot()
    // A map without a gradient has no direction, and keeps its place.
    guard norm > 0 else { return x }
    execution.scale(x, by: Float(1 / norm))
    let (a, b, c) = Self.coefficients
    for _ in 0..<rule.iterations {
      if isWide {
        execution.linear(x, weight: x, into: square)
      } else {
        square.clear()
        execution.linearWeightGradient(x, input: x, into: square)
      }
      // b S + c S², symmetric like S.
      execution.linear(square, weight: square, into: polynomial)
      execution.scale(polynomial, by: c)
      execution.add(square, scale: b, to: polynomial)
      for index in 0..<side { polynomial[index, index] += a }
      if isWide {
        execution.linearInputGradient(polynomial, weight: x, into: next)
      } else {
        execution.linear(x, weight: polynomial, into: next)
      }
      swap(&x, &next)
    }
    return x
  }
}

extension Matrix {
  /// The beginning of a long row as a matrix.
  fileprivate func shaped(_ rows: Int, _ columns: Int) -> Matrix { Matrix(pointer, rows: rows, columns: columns) }
}
