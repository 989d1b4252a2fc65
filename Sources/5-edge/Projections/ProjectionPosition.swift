public import OmniCrypto

/// How far a projection has come in a ledger, and in which.
public struct ProjectionPosition: Sendable, Hashable {
  /// The ledger's 16 bytes of identity, the first being the most significant.
  public var identity: UInt128
  /// The number of the last frame that is in, below 2⁶³.
  public var frame: UInt64
  /// The ordinal of the last transaction that is in, or 0 for none.
  public var ordinal: UInt64
  /// The digest of the ledger's chain at the end of that frame.
  public var digest: Digest256

  /// Creates a position.
  public init(identity: UInt128, frame: UInt64, ordinal: UInt64, digest: Digest256) {
    self.identity = identity
    self.frame = frame
    self.ordinal = ordinal
    self.digest = digest
  }

  /// Throws unless a ledger can go on from here.
  ///
  /// - Parameters:
  ///   - identity: The ledger's identity.
  ///   - lastFrame: The number of its last frame.
  ///   - digest: The digest of its chain at the end of the frame of this position.
  public func check(
    identity: UInt128, lastFrame: UInt64, digest: (UInt64) -> Digest256?
  ) throws(ProjectionFailure) {
    guard identity == self.identity else {
      throw .otherLedger(found: self.identity, wanted: identity)
    }
    guard frame <= lastFrame else { throw .aheadOfLedger(position: frame, ledger: lastFrame) }
    guard digest(frame) == self.digest else { throw .otherHistory(frame: frame) }
  }
}
