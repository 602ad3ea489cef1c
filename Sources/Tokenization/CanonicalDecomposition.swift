#if canImport(Darwin)
  import Foundation
#else
  // The standard library has the tables of Unicode; on Linux they are reached without Foundation.
  @_spi(_Unicode) import Swift
#endif

extension String {
  /// The characters with their accents taken apart (Unicode's normalization form D).
  var canonicallyDecomposed: [Unicode.Scalar] {
    #if canImport(Darwin)
      Array(decomposedStringWithCanonicalMapping.unicodeScalars)
    #else
      Array(_nfd)
    #endif
  }
}
