/// What tells the time; the core never has one, programs hand one to whoever needs it.
public protocol Clock: Sendable {
  /// The present instant.
  func now() -> Timestamp
}
