public import CPlatform

/// Stores `word` at `address` after all that was stored before it, in one piece.
///
/// Whoever sees the word, another process or the next run after this one was killed, sees the
/// earlier stores as well.
///
/// - Precondition: `address` is writable and divisible by 8.
@inlinable
@unsafe public func publish(_ word: UInt64, at address: UnsafeMutableRawPointer) {
  unsafe omni_publish(address, word)
}
