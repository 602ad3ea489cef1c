import Kernels
import Testing

@Suite struct ProcessorTests {
  @Test func laterInstructionSetsIncludeEarlierOnes() {
    let processor = Processor.current
    if processor.hasAMXBFloat16 || processor.hasAVX512BFloat16 { #expect(processor.hasAVX512) }
    if processor.hasAVX512 { #expect(processor.hasAVX2) }
    #expect(processor.instructionSets.contains("AVX-512") == processor.hasAVX512)
  }

  @Test func theNameIsTidy() {
    let name = Processor.current.name
    #expect(name.utf8.count <= 48)
    #expect(!name.hasPrefix(" ") && !name.hasSuffix(" ") && !name.contains("  "))
    #if arch(x86_64)
      #expect(!name.isEmpty)
    #endif
  }

  #if !arch(x86_64)
    @Test func otherArchitecturesHaveThePortableVariant() {
      #expect(Processor.current.instructionSets.isEmpty)
      #expect(Kernels.all.count == 1)
    }
  #endif
}
