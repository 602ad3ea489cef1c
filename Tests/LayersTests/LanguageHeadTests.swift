import Layers
import TestSupport
import Tensors
import Testing

@Suite struct LanguageHeadTests {
  static let rows: [Int32] = [0, 2, 3, 5, 8], targets: [Int32] = [4, 0, 6, 6, 1]

  struct Setting {
    let head: LanguageHead, bench: LayerBench, memory: LanguageHead.Memory, hidden: Matrix, hiddenGradient: Matrix

    init(hasTransform: Bool, chunk: Int) {
      var layout = ParameterLayout()
      let table = layout.table("tokens", rows: 7, columns: 4, .zeros)
      let bias = layout.vector([.init(name: "bias", rows: 0..<7, isVector: true)], count: 7, .zeros, depth: 1)
      var transform: LanguageHead.Transform?
      if hasTransform {
        let dense = Linear(&layout, ["dense": 4], inputs: 4, hasBias: true, .zeros, depth: 1)
        let norm = Normalization(&layout, "norm", .layer, width: 4, epsilon: 1e-5, depth: 1)
        transform = .init(dense: dense, activation: .gelu, norm: norm)
      }
      let head = LanguageHead(transform: transform, decoder: Linear(weight: table, bias: bias))
      self.head = head
      bench = LayerBench(layout)
      memory = bench.plan { LanguageHead.Memory(head, rows: chunk, training: true, &$0) }
      (hidden, hiddenGradient) = (bench.matrix(9, 4), bench.matrix(9, 4, deviation: 0))
    }

    func loss(_ pass: Pass, smoothing: Float, _ gradients: ParameterBuffer?) -> Double {
      head.loss(
        hidden, rows: rows[...], targets: targets, smoothing: smoothing, hiddenGradient: hiddenGradient, memory, pass,
        gradients)
    }
  }

  /// Chunks of two rows: the last has one.
  @Test("Backward is the derivative of forward", arguments: [false, true], [0, 0.2])
  func gradient(hasTransform: Bool, smoothing: Float) {
    for kernels in KernelChoice.allCases {
      let setting = Setting(hasTransform: hasTransform, chunk: 2)
      let pass = setting.bench.pass(kernels)
      let loss = setting.loss(pass, smoothing: smoothing, setting.bench.gradients)
      #expect(abs(loss - setting.loss(pass, smoothing: smoothing, nil)) < 1e-6)
      setting.bench.check("hidden", setting.hidden, setting.hiddenGradient) {
        setting.loss(pass, smoothing: smoothing, nil)
      }
      setting.bench.checkParameters { setting.loss(pass, smoothing: smoothing, nil) }
    }
  }

  /// A teacher of another width, whose memory has room for fewer rows than the student's.
  @Test("Backward is the derivative of what a teacher and the targets want")
  func gradientWithATeacher() {
    for kernels in KernelChoice.allCases {
      let setting = Setting(hasTransform: true, chunk: 4)
      let pass = setting.bench.pass(kernels)
      var layout = ParameterLayout()
      let table = layout.table("tokens", rows: 7, columns: 6, .zeros)
      let head = LanguageHead(transform: nil, decoder: Linear(weight: table, bias: nil))
      let bench = LayerBench(layout)
      let teacher = LanguageHead.Teacher(
        head: head, hidden: bench.matrix(9, 6), rows: Self.rows[...],
        memory: bench.plan { LanguageHead.Memory(head, rows: 3, training: false, &$0) }, pass: bench.pass(kernels),
        weight: 0.6, temperature: 2)
      func loss(_ gradients: ParameterBuffer?) -> Double {
        setting.head.loss(
          setting.hidden, rows: Self.rows[...], targets: Self.targets, smoothing: 0.1, teacher: teacher,
          hiddenGradient: setting.hiddenGradient, setting.memory, pass, gradients)
      }
      #expect(abs(loss(setting.bench.gradients) - loss(nil)) < 1e-6)
      setting.bench.check("hidden", setting.hidden, setting.hiddenGradient) { loss(nil) }
      setting.bench.checkParameters { loss(nil) }
    }
  }

  @Test("The size of a chunk changes nothing but the order of a sum", arguments: [1, 2, 3, 5, 100])
  func chunks(chunk: Int) {
    let (one, other) = (Setting(hasTransform: true, chunk: chunk), Setting(hasTransform: true, chunk: 5))
    let (first, second) = (
      one.loss(one.bench.pass(.reference), smoothing: 0.1, one.bench.gradients),
      other.loss(other.bench.pass(.reference), smoothing: 0.1, other.bench.gradients)
    )
    #expect(abs(first - second) < 1e-5)
    for index in 0..<one.bench.gradients.all.count {
      let difference = one.bench.gradients.all.pointer[index] - other.bench.gradients.all.pointer[index]
      #expect(abs(difference) < 1e-5)
    }
  }

  @Test("Chunks stay within their bounds for every vocabulary", arguments: [1, 65, 8192, 50257, 1 << 24])
  func chunkRows(vocabularySize: Int) {
    #expect((256...4096).contains(LanguageHead.chunkRows(vocabularySize: vocabularySize)))
  }
}
