import Files
import Kernels
import Testing

@Suite struct KernelsTests {
  @Test func theBestRunnableVariantIsTheDefault() throws {
    #expect(try Kernels.choose(name: nil).name == Kernels.best.name)
    #expect(try Kernels.choose(name: "").name == Kernels.best.name)
    #expect(Kernels.runnable.first?.name == "portable")
    #expect(Kernels.runnable.map { $0.name }.contains(Kernels.active.name))
  }

  @Test func variantsHaveDifferentNames() {
    let names = Kernels.all.map { $0.name }
    #expect(Set(names).count == names.count)
    #expect(Kernels.runnable.allSatisfy { names.contains($0.name) })
  }

  @Test func runnableVariantsCanBeChosen() throws {
    for variant in Kernels.runnable { #expect(try Kernels.choose(name: variant.name).name == variant.name) }
  }

  @Test func anUnknownNameIsRefused() {
    let failure = #expect(throws: KernelFailure.self) { try Kernels.choose(name: "sse9") }
    #expect(failure == .unknown(name: "sse9", known: Kernels.all.map { $0.name }))
    #expect(failure?.kind == .usage)
    #expect(failure?.description.contains("\"sse9\"") == true)
    #expect(failure?.description.contains("portable") == true)
  }

  @Test func whatTheProcessorLacksIsRefused() {
    let runnable = Set(Kernels.runnable.map { $0.name })
    for variant in Kernels.all where !runnable.contains(variant.name) {
      let names = Kernels.runnable.map { $0.name }
      let failure = #expect(throws: KernelFailure.self) { try Kernels.choose(name: variant.name) }
      // Tiles have to be granted besides; a processor that lacks them is not asked.
      let isRefused = variant.name == "amx" && Processor.current.hasAMXBFloat16
      #expect(
        failure
          == (isRefused
            ? .notGranted(name: variant.name, runnable: names) : .notRunnable(name: variant.name, runnable: names)))
      #expect(failure?.description.contains("\"\(variant.name)\"") == true)
    }
  }
}
