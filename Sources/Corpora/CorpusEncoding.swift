import Tensors

/// Encodes documents on several threads and hands their tokens to writers in the documents' order.
struct CorpusEncoding {
  /// Text that is encoded between two visits to the disk.
  private static let roundBytes = 2 << 20
  /// Text that is one task for a thread.
  private static let taskBytes = 1 << 16

  let encoder: TextEncoder
  let execution: Execution?
  let split: CorpusSplit
  let survey: CorpusSurvey
  /// The documents that are left out, by their number.
  let dropped: Set<Int>

  /// A document, or a part of one, in the text of the round.
  private struct Piece {
    var range: Range<Int>
    var continues: Bool
    var ends: Bool
    var isForValidation: Bool
  }

  /// What a task made: the tokens of its pieces, one behind the other.
  ///
  /// Many small arrays that one thread makes and
  /// another gives back would scatter the memory.
  private struct Encoded {
    var tokens: [Int32] = []
    var counts: [Int] = []
  }

  private var text: [UInt8] = []
  private var pieces: [Piece] = []
  private var document = 0
  private var bytesRead = 0

  init(encoder: TextEncoder, execution: Execution?, split: CorpusSplit, survey: CorpusSurvey, dropped: Set<Int>) {
    (self.encoder, self.execution, self.split) = (encoder, execution, split)
    (self.survey, self.dropped) = (survey, dropped)
  }

  /// Encodes a source.
  /// - Parameter progress: Receives the bytes that are done.
  mutating func run(
    _ source: TextSource, training: TokenShardWriter, validation: TokenShardWriter?, progress: (Int) -> Void
  ) throws(CorpusFailure) {
    let reader = source.reader()
    while let part = try reader.next() {
      if !dropped.contains(document) { add(part) }
      bytesRead += part.utf8.count
      if part.ends { document += 1 }
      if text.count >= Self.roundBytes {
        try write(training, validation)
        progress(bytesRead)
      }
    }
    try write(training, validation)
  }

  private mutating func add(_ part: DocumentPart) {
    switch split {
    case .none: add(part.utf8[...], continues: !part.begins, ends: part.ends, isForValidation: false)
    case .byDocument(let threshold, let seed):
      // A document that was not there when the text was surveyed is for training.
      let isForValidation =
        document < survey.hashes.count && CorpusSplit.key(survey.hashes[document], seed: seed) <= threshold
      add(part.utf8[...], continues: !part.begins, ends: part.ends, isForValidation: isForValidation)
    case .byPosition(let bytes):
      let place = bytes - bytesRead
      guard place > 0, place < part.utf8.count else {
        return add(part.utf8[...], continues: !part.begins, ends: part.ends, isForValidation: place <= 0)
      }
      let cut = CorpusSplit.cut(part.utf8, near: place, total: survey.bytes)
      add(part.utf8[..<cut], continues: !part.begins, ends: true, isForValidation: false)
      add(part.utf8[cut...], continues: false, ends: part.ends, isForValidation: true)
    }
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>, continues: Bool, ends: Bool, isForValidation: Bool) {
    let start = text.count
    text.append(contentsOf: bytes)
    pieces.append(
      Piece(range: start..<text.count, continues: continues, ends: ends, isForValidation: isForValidation))
  }

  /// Encodes the round and begins the next one.
  private mutating func write(_ training: TokenShardWriter, _ validation: TokenShardWriter?) throws(CorpusFailure) {
    var piece = 0
    for encoded in encodedRound() {
      var start = 0
      for count in encoded.counts {
        let (range, isForValidation) = (pieces[piece].range, pieces[piece].isForValidation)
        let writer = isForValidation ? validation ?? training : training
        let characters = text[range].count { $0 & 0xC0 != 0x80 }
        try writer.append(encoded.tokens[start..<start + count], textBytes: range.count, characters: characters)
        if pieces[piece].ends { writer.endDocument() }
        start += count
        piece += 1
      }
    }
    text.removeAll(keepingCapacity: true)
    pieces.removeAll(keepingCapacity: true)
  }

  /// The tokens of the round's pieces, in their order; a partition by sizes alone, whatever the number of threads.
  private func encodedRound() -> [Encoded] {
    var tasks: [Range<Int>] = []
    var start = 0
    for index in pieces.indices {
      let size = pieces[index].range.upperBound - pieces[start].range.lowerBound
      guard size >= Self.taskBytes || index == pieces.count - 1 else { continue }
      tasks.append(start..<index + 1)
      start = index + 1
    }
    var results = [Encoded](repeating: Encoded(), count: tasks.count)
    results.withUnsafeMutableBufferPointer { results in
      // Each task writes its own result.
      let results = results
      let encode: (Int) -> Void = { task in
        var encoded = Encoded()
        for piece in pieces[tasks[task]] {
          let tokens = encoder.encode(Array(text[piece.range]), piece.continues)
          encoded.tokens.append(contentsOf: tokens)
          encoded.counts.append(tokens.count)
        }
        results[task] = encoded
      }
      if let execution {
        execution.pool.run(tasks: tasks.count) { task, _ in encode(task) }
      } else {
        for task in tasks.indices { encode(task) }
      }
    }
    return results
  }
}
