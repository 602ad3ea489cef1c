// What follows is put behind the package's own manifest: the thread pool and its tests alone, compiled with the thread
// sanitizer.
let checkedModules: Set<String> = ["CInstructions", "KernelSupport"]
package.targets.removeAll { !checkedModules.contains($0.name) }
package.products = []
package.dependencies = []
package.targets.append(
  .testTarget(
    name: "ThreadPoolTests", dependencies: ["KernelSupport"], path: "Tests/KernelsTests", exclude: ["Fixtures"],
    sources: ["ThreadPoolTests.swift"]))
for target in package.targets {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=thread", "-Xcc", "-fsanitize=thread"])]
  target.cSettings = [.unsafeFlags(["-fsanitize=thread"])]
  target.linkerSettings = [.unsafeFlags(["-sanitize=thread"])]
}
