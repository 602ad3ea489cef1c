import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Transformers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The other half of the comparison with transformers: folders that `Oracle/make_foreign_folders.py` wrote, each with the
/// numbers that transformers computes from it, and some that must be refused.
struct OracleForeignTests {
  private static let folder = getenv("SWIFTLET_FOREIGN_FOLDER").map { String(cString: $0) }
  static let names = folder.flatMap { try? Files.list($0) } ?? []

  @Test(.enabled(if: folder != nil), arguments: names)
  func readsFoldersOfTransformers(name: String) throws {
    let path = Files.path(try #require(Self.folder), name)
    let refusal = Files.path(path, "refused.txt")
    if Files.isFile(refusal) {
      let key = try Files.readText(refusal)
      let failure = #expect(throws: (any Error).self) { try ModelFolder(reading: path) }
      #expect("\(try #require(failure))".contains(key), "\(String(describing: failure))")
      return
    }
    let expected = try SafetensorsFile(Files.path(path, "expected.safetensors"))
    func numbers(_ name: String) throws -> [Float] { try #require(try expected.floats(of: name)) }
    let batch = TokenBatch(
      tokens: try numbers("tokens").map { Int32($0) }, lengths: try numbers("lengths").map { Int($0) })
    let folder = try ModelFolder(reading: path)
    let found = try ModelComparison.outputs(
      folder.configuration, folder.weights, batch, KernelChoice.reference.execution()
    ).joined()
    let wanted = try numbers("expected")
    #expect(found.count == wanted.count)
    let difference = zip(found, wanted).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    #expect(difference <= 1e-4, "\(difference)")
  }
}
