import OmniPlatform
import OmniTransparencyLog

/// Files that hold a key: a secret one that only its owner may read, or a public one.
enum KeyFile {
  /// Reads the secret key at `path`.
  static func readSigner(_ path: String) throws -> SignerKey {
    let text = try text(path)
    do throws(NoteFailure) {
      return try SignerKey(text)
    } catch {
      throw Problem(describing: error, code: error.code, remedy: "name the file of a secret key")
    }
  }

  /// Makes a secret key of chance, and writes it to `path`, where nothing may be.
  static func makeSigner(_ path: String, name: String, kind: NoteKeyKind) throws -> SignerKey {
    let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    guard let signer = SignerKey(name: name, kind: kind, seed: seed) else {
      throw Problem.usage(
        "CLI-035", "nobody can be called \(name)",
        wanted: "a name without blanks and plus signs, such as ledger.example/books",
        remedy: "give one with --origin or --name")
    }
    // Whole or not at all: half a key would be in the way of every later one.
    let beside = "\(path).making"
    try Problem.wrapping {
      if FileSystem.exists(beside) { try FileSystem.remove(beside) }
      let file = try File(beside, .createSecret)
      try file.append(Array((signer.secretText + "\n").utf8))
      try file.synchronize()
      try FileSystem.rename(beside, to: path)
      try FileSystem.synchronizeDirectory(FileSystem.folder(of: path))
    }
    return signer
  }

  /// The public key that `value` is, or that stands in the file of that name.
  static func verifier(_ value: String) throws -> VerifierKey {
    let text = FileSystem.exists(value) || !value.contains("+") ? try text(value) : value
    do throws(NoteFailure) {
      return try VerifierKey(text)
    } catch {
      throw Problem(describing: error, code: error.code, remedy: "name the file of a public key")
    }
  }

  private static func text(_ path: String) throws -> String {
    let bytes = try Problem.wrapping {
      let file = try File(path, .read)
      return try file.bytes(at: 0, count: 4_096)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
