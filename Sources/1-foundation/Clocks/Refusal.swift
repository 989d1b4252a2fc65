/// An error that says that a call was not made: a limiter, a breaker or a bulkhead refused it.
///
/// It tells nothing of the service behind: a breaker does not count it as a failure, a gate that
/// tunes itself not as a sign of overload, and nobody tries again at once because of it.
public protocol Refusal: Error {}
