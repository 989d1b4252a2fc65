/// What happens when a reader is so slow that the ring is full for it.
@frozen
public enum OverflowPolicy: UInt8, Sendable, CaseIterable {
  /// The writer waits, up to its patience; the reader loses nothing.
  case block = 1
  /// The writer goes on; the reader skips to the oldest record that is there, and counts the rest.
  case dropOldest = 2
  /// The writer goes on and closes the reader, which is told so.
  case disconnect = 3
}
