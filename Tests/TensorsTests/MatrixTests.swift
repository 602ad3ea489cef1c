import Tensors
import Testing

@Suite struct MatrixTests {
  @Test func viewsShareTheirMemory() {
    let storage = MatrixStorage([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    let matrix = storage.matrix
    #expect(matrix.rows(1..<3).row(0) == [4, 5, 6])
    #expect(matrix.columns(1..<3).row(2) == [8, 9])
    #expect(matrix.rows(1..<3).columns(2..<3)[1, 0] == 9)
    matrix.columns(1..<2)[1, 0] = 50
    #expect(matrix[1, 1] == 50)
    #expect(
      matrix.isContiguous && !matrix.columns(0..<2).isContiguous && matrix.rows(0..<1).columns(0..<2).isContiguous)
  }
}
