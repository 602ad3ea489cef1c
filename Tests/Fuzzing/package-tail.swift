// What follows is put behind the package's own manifest: the modules that read files, compiled with the address
// sanitizer and libFuzzer's counters, and one program that feeds them.
let sanitizers = ["-sanitize=fuzzer,address", "-enable-testing"]
let readers: Set<String> = [
  "CZlib", "Files", "CSentencePiece", "CInstructions", "KernelSupport", "KernelsPortable", "KernelsAVX2",
  "KernelsAVX512", "KernelsAMX", "Kernels", "Tensors", "Layers", "Transformers", "Tokenization", "Corpora",
  "Checkpoints", "NGrams", "Training", "Generation",
]
package.targets.removeAll { !readers.contains($0.name) }
package.products = []
package.dependencies = []
for target in package.targets where target.type == .regular {
  target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(sanitizers)]
  target.cSettings = [.unsafeFlags(["-fsanitize=address,fuzzer-no-link"])]
  target.cxxSettings = [.unsafeFlags(["-fsanitize=address,fuzzer-no-link"])]
}
package.targets.append(
  .executableTarget(
    name: "Fuzz",
    dependencies: [
      "CZlib", "Files", "Tokenization", "Transformers", "Corpora", "Checkpoints", "NGrams", "Training", "Generation",
      "Tensors",
    ],
    path: "Targets", swiftSettings: [.unsafeFlags(sanitizers + ["-parse-as-library"])],
    linkerSettings: [.unsafeFlags(["-sanitize=address"]), .linkedLibrary("stdc++")]))
