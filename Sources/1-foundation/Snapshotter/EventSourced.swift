/// What a model has to say so that its state can be rebuilt from events.
///
/// The conforming type is never created; it names the state, the events, and how one changes the
/// other. Everything is static, so that a replay is a loop without a witness or a box in it.
///
///     enum Account: EventSourced {
///       static let schemaVersion: UInt32 = 1
///       static let reducerFingerprint = ReducerFingerprint.of("account", ["deposited": 1])
///       static var initialState: Int64 { 0 }
///       static func apply(_ cents: Int64, to balance: inout Int64) { balance += cents }
///       …
///     }
///
/// What has to change when the model does:
///
/// | change | ``schemaVersion`` | ``reducerFingerprint`` |
/// | --- | --- | --- |
/// | bytes of an encoded state mean something else | rises by one, with an upcaster | stays |
/// | the same events lead to another state | stays | changes |
/// | both at once | rises by one | changes: old snapshots are of no more use |
/// | a new kind of event that no stream holds yet | stays | stays |
/// | a new way of writing events, the old one still read | stays | stays |
///
/// - Invariant: `apply` depends on its arguments alone: no clock, randomness or order of hashing.
/// - Invariant: decoding gives back what was encoded, for states and for events.
public protocol EventSourced {
  /// What the events add up to.
  associatedtype State
  /// What happened.
  associatedtype Event

  /// The number of the layout of encoded states; rises by one with each change of it.
  static var schemaVersion: UInt32 { get }

  /// A number that differs whenever `apply` may lead to another state; see ``ReducerFingerprint``.
  static var reducerFingerprint: UInt64 { get }

  /// How states of older schemas become states of this one; none unless the model says so.
  static var upcasters: Upcasters { get }

  /// The state before the first event.
  static var initialState: State { get }

  /// Changes `state` by what happened.
  static func apply(_ event: Event, to state: inout State)

  /// The bytes of `state`.
  ///
  /// Equal states should give equal bytes, and a small change of the state a small change of the
  /// bytes: then deltas are short.
  static func encode(_ state: State) -> [UInt8]

  /// The state that `bytes` stand for.
  ///
  /// - Throws: ``CodecFailure`` if they stand for none; the snapshot is then ignored.
  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> State

  /// Adds the bytes of `event` to the end of `bytes`, and changes nothing before it.
  static func encode(_ event: Event, into bytes: inout [UInt8])

  /// The event that `bytes` stand for.
  ///
  /// - Throws: ``CodecFailure`` if they stand for none; the stream can then not be replayed.
  static func decodeEvent(_ bytes: Span<UInt8>) throws(CodecFailure) -> Event
}

extension EventSourced {
  /// None.
  public static var upcasters: Upcasters { Upcasters() }

  /// Applies the events of `batch` whose places are in `places`, one after the other.
  ///
  /// - Precondition: `places` lies within the batch.
  /// - Complexity: O(events), without allocation where decoding and applying need none.
  @inlinable
  static func replay(
    _ batch: borrowing EventBatch, _ places: Range<Int>, onto state: inout State
  ) throws(BatchFailure) {
    let bytes = batch.bytes.span
    let ends = batch.ends.span
    var start = places.lowerBound == 0 ? 0 : ends[places.lowerBound - 1]
    for place in places {
      let end = ends[place]
      do throws(CodecFailure) {
        apply(try decodeEvent(bytes.extracting(start..<end)), to: &state)
      } catch {
        throw BatchFailure(place: place, cause: error)
      }
      start = end
    }
  }
}

/// Which event of a batch could not be read, and why.
@usableFromInline
struct BatchFailure: Error {
  @usableFromInline let place: Int
  @usableFromInline let cause: CodecFailure

  @inlinable
  init(place: Int, cause: CodecFailure) {
    self.place = place
    self.cause = cause
  }
}
