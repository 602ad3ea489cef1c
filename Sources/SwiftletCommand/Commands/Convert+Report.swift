import Console
import Swiftlet

extension QuantizationReport {
  /// All figures, for programs.
  var json: JSONValue {
    var object = JSONObject()
    object["bytes_before"] = .integer(bytesBefore)
    object["bytes_after"] = .integer(bytesAfter)
    if let before, let after {
      object["loss_before"] = .number(before.loss)
      object["loss_after"] = .number(after.loss)
      object["bits_per_byte_before"] = before.bitsPerByte.map { .number($0) }
      object["bits_per_byte_after"] = after.bitsPerByte.map { .number($0) }
    }
    object["greedy_agreement"] = greedyAgreement.map { .number($0) }
    object["tensors"] = .array(
      tensors.map { tensor in
        [
          "name": .string(tensor.name), "format": .string(tensor.format.rawValue),
          "relative_error": .number(tensor.relativeError),
        ]
      })
    return .object(object)
  }

  /// All figures, for people.
  var text: String {
    var perTensor = TextTable(["tensor", "stored as", "relative error"], alignments: [.left, .left, .right])
    for tensor in tensors {
      perTensor.add([tensor.name, tensor.format.rawValue, HumanFormat.fixed(tensor.relativeError, 5)])
    }
    var summary = TextTable(["", "before", "after"], alignments: [.left, .right, .right])
    summary.add(["weights", HumanFormat.bytes(bytesBefore), HumanFormat.bytes(bytesAfter)])
    if let before, let after {
      summary.add(["loss, nats a token", HumanFormat.fixed(before.loss, 4), HumanFormat.fixed(after.loss, 4)])
      if let one = before.bitsPerByte, let other = after.bitsPerByte {
        summary.add(["bits a byte", HumanFormat.fixed(one, 4), HumanFormat.fixed(other, 4)])
      }
    }
    if let greedyAgreement {
      summary.add(["same likeliest token", "", HumanFormat.fixed(greedyAgreement * 100, 2) + " %"])
    }
    return perTensor.text + "\n\n" + summary.text
  }
}
