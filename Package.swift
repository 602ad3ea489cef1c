// swift-tools-version: 6.2
import PackageDescription

/// Kernels are one source, compiled once for each instruction set; `Kernels` picks one at start.
///
/// Swift takes its target features from the Clang importer, so `-Xcc` flags govern its code, too:
/// without them every fused multiply-add is a call into libm. The flags of a target win over those of
/// the command line, so kernels are optimised in debug builds as well.
let kernelOptimisation = ["-Ounchecked", "-wmo"]
#if arch(x86_64)
  let avx512 = ["-DAVX512", "-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512"]
  let kernelVariants: [(name: String, machine: [String])] = [
    ("KernelsPortable", []),
    ("KernelsAVX2", ["-DAVX2", "-Xcc", "-march=x86-64-v3"]),
    ("KernelsAVX512", avx512),
    ("KernelsAMX", avx512 + ["-DAMX", "-Xcc", "-mavx512bf16", "-Xcc", "-mamx-tile", "-Xcc", "-mamx-bf16"]),
  ]
#else
  let kernelVariants: [(name: String, machine: [String])] = [("KernelsPortable", [])]
#endif

/// Tests run the AMX variant on processors without AMX, too: with its tile instructions as a program. Nothing else
/// depends on this.
#if arch(x86_64)
  let tilesInSoftware: [Target] = [
    .target(
      name: "KernelsAMXInSoftware", dependencies: ["CInstructions", "KernelSupport"],
      path: "Tests/KernelsAMXInSoftware",
      swiftSettings: [
        .unsafeFlags(kernelOptimisation + avx512 + ["-DAMX", "-Xcc", "-DSWIFTLET_TILES_IN_SOFTWARE"])
      ])
  ]
#else
  let tilesInSoftware: [Target] = []
#endif

let package = Package(
  name: "swiftlet",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Swiftlet", targets: ["Swiftlet"]),
    .library(name: "SwiftletServing", targets: ["Serving"]),
    .executable(name: "swiftlet", targets: ["SwiftletCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // Each module imports only modules above it in this list.
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CInstructions"),
    .target(name: "Files", dependencies: ["CInstructions"]),
    .target(
      name: "CSentencePiece",
      linkerSettings: [.linkedLibrary("sentencepiece"), .linkedLibrary("sentencepiece_train")]),
    .target(name: "KernelSupport", dependencies: ["CInstructions"]),
  ]
    + kernelVariants.map { variant in
      .target(
        name: variant.name, dependencies: ["CInstructions", "KernelSupport"],
        swiftSettings: [.unsafeFlags(kernelOptimisation + variant.machine)])
    } + [
      .target(
        name: "Kernels",
        dependencies: ["CInstructions", "Files", "KernelSupport"] + kernelVariants.map { .init(stringLiteral: $0.name) }
      ),
      .target(name: "Tensors", dependencies: ["Files", "Kernels", "KernelSupport"]),
      .target(name: "Layers", dependencies: ["Tensors"]),
      .target(name: "Transformers", dependencies: ["Files", "Layers", "Tensors"]),
      .target(name: "Tokenization", dependencies: ["CSentencePiece", "Files", "Tensors"]),
      .target(name: "Corpora", dependencies: ["CZlib", "Files", "Tensors", "Tokenization", "Transformers"]),
      .target(name: "Checkpoints", dependencies: ["Files", "Layers", "Tensors", "Tokenization", "Transformers"]),
      .target(name: "NGrams", dependencies: ["Files", "Tensors", "Corpora", "Checkpoints"]),
      .target(
        name: "Training",
        dependencies: [
          "Files", "Tensors", "Layers", "Transformers", "Tokenization", "Corpora", "Checkpoints", "NGrams",
        ]),
      .target(
        name: "Generation",
        dependencies: ["Files", "Tensors", "Transformers", "Tokenization", "Corpora", "Checkpoints", "NGrams"]),
      .target(
        name: "Swiftlet",
        dependencies: [
          "Files", "Kernels", "Tensors", "Transformers", "Tokenization", "Corpora", "Checkpoints", "NGrams",
          "Training", "Generation",
        ]),
      .target(name: "Serving", dependencies: ["Swiftlet", .product(name: "FlyingFox", package: "FlyingFox")]),
      .target(name: "Console", dependencies: ["Files"]),
      .executableTarget(
        name: "SwiftletCommand",
        dependencies: [
          "Console", "Files", "Swiftlet", "Serving", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ]),
      .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
      .target(name: "TestSupport", dependencies: ["Files", "KernelSupport", "Tensors"], path: "Tests/TestSupport"),
    ] + tilesInSoftware,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

let testedModules: [String: [Target.Dependency]] = [
  "Files": [],
  "Kernels": ["KernelSupport"] + tilesInSoftware.map { .init(stringLiteral: $0.name) },
  "Tensors": ["Kernels"],
  "Layers": ["Tensors", "Kernels"],
  "Transformers": ["Layers", "Tensors", "Checkpoints"],
  "Tokenization": ["CSentencePiece", "Files", "Tensors"],
  "Corpora": ["CZlib", "Files", "Tensors", "Tokenization", "Transformers"],
  "Checkpoints": ["Files", "Tensors", "Transformers", "Tokenization"],
  "NGrams": ["Checkpoints", "Corpora", "Files", "Tensors"],
  "Training": [
    "NGrams", "Corpora", "Checkpoints", "Tensors", "Transformers", "Tokenization", "Files", "KernelSupport",
    "AllocationCounter",
  ],
  "Generation": ["NGrams", "Corpora", "Checkpoints", "Tensors", "Transformers", "Tokenization", "Files"],
  "Console": ["Files"],
  "Serving": ["Swiftlet"],
  "Swiftlet": [],
  "SwiftletCommand": [],
]
/// Folders of test targets that hold no Swift: fixtures, which tests read from where they lie (bundles would need
/// Foundation), and programs in Python to compare with.
let otherFolders = [
  "Checkpoints": ["Fixtures", "Oracle"], "Generation": ["Fixtures"], "Kernels": ["Fixtures"],
  "NGrams": ["Fixtures"],
  "Tokenization": ["Fixtures"],
  "Training": ["Fixtures"], "Transformers": ["Fixtures"],
]
for (module, others) in testedModules.sorted(by: { $0.key < $1.key }) {
  package.targets.append(
    .testTarget(
      name: module + "Tests", dependencies: [.init(stringLiteral: module), "TestSupport"] + others,
      exclude: otherFolders[module] ?? []))
}
for target in package.targets where ![.system, .plugin].contains(target.type) {
  target.swiftSettings = (target.swiftSettings ?? []) + [.enableUpcomingFeature("ExistentialAny")]
}
