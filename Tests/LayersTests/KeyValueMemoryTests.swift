import KernelSupport
import Layers
import Tensors
import Testing

@Suite struct KeyValueMemoryTests {
  @Test("New rows go behind those of their sequences, in their layer")
  func store() {
    let memory = KeyValueMemory(layers: 2, rows: 8, width: 2)
    let new = MatrixStorage([[1, 2], [3, 4], [5, 6]])
    let spans = [
      SequenceSpan(firstQuery: 0, queries: 1, firstKey: 0, keys: 3),
      SequenceSpan(firstQuery: 1, queries: 2, firstKey: 4, keys: 2),
    ]
    memory.store(new.matrix, layer: 1, spans: spans)
    #expect(memory[1].row(2) == [1, 2] && memory[1].row(4) == [3, 4] && memory[1].row(5) == [5, 6])
    #expect((0..<8).filter { memory[1].row($0) != [0, 0] } == [2, 4, 5])
    #expect((0..<8).allSatisfy { memory[0].row($0) == [0, 0] })
  }
}
