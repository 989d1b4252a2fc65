public import OmniCrypto
public import OmniTransparencyLog

/// The line of a checkpoint that says how far the ledger's own log went, and its digest there.
///
/// Who has the whole ledger sees by it that these are the files that were signed.
enum LogLine {
  static func text(frame: UInt64, digest: MerkleHash) -> String {
    "log \(frame) \(digest.base64)"
  }
}

/// The line of a checkpoint that has the state root.
public enum StateLine {
  private static let word = "state "

  /// The line, without its end.
  public static func text(_ root: MerkleHash) -> String { word + root.base64 }

  /// The state root of a checkpoint, or nil when it has none.
  public static func root(_ checkpoint: Checkpoint) -> MerkleHash? {
    guard checkpoint.extensions.count == 2, let line = checkpoint.extensions.first,
      line.hasPrefix(word)
    else { return nil }
    return MerkleHash(base64: line.dropFirst(word.count).utf8)
  }
}
