// `import Swiftlet` is enough: what its declarations speak of comes with it.
@_exported import Checkpoints
@_exported import Corpora
@_exported import Files
@_exported import Generation
@_exported import Kernels
@_exported import NGrams
@_exported import Tensors
@_exported import Tokenization
@_exported import Training
@_exported import Transformers
