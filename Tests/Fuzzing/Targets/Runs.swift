@testable import Checkpoints
import Files
import Training

extension FuzzTarget {
  /// What training runs leave on the disk.
  static let runs = [
    FuzzTarget(name: "manifest") { bytes, file in
      _ = try? Manifest.read(folder: Files.folder(of: file.write(bytes, "manifest.json")))
      // With the hash that fits, so that what stands behind it is reached, too.
      guard var object = try JSONValue(parsing: bytes).object else { return }
      object["manifest_sha256"] = nil
      object["manifest_sha256"] = .string(SHA256.digest(of: JSONValue.object(object).bytes()).description)
      let folder = Files.folder(of: file.write(JSONValue.object(object).bytes(pretty: true), "manifest.json"))
      let manifest = try Manifest.read(folder: folder)
      for name in manifest?.files.keys.prefix(10) ?? [:].keys.prefix(0) {
        _ = try? manifest?.check(name, at: Files.path(folder, name))
      }
    },
    FuzzTarget(name: "state") { bytes, _ in
      let json = try JSONValue(parsing: bytes)
      if let progress = TrainingProgress(json: json) { _ = (progress.isFinished, progress.budget.progress(at: 1)) }
      if let settings = PretrainingSettings(json: json) { try settings.validate() }
      if let settings = FineTuningSettings(json: json) { try settings.validate() }
    },
  ]
}
