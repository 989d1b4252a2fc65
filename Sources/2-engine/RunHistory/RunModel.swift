import OmniBacktest
import OmniCrypto
import OmniEncoding
import OmniKernel
import OmniModel
public import OmniSnapshotter
import OmniStorage
import OmniStrategy

/// A run as the snapshotter sees it: its events are the journal's records, its state is a node's.
///
/// An input is processed with all that follows from it; what followed once and stands in the
/// journal is then passed over. So the state after any record is well defined, and one that is
/// snapshotted in the midst of an input's consequences goes on rightly.
public enum RunModel: EventSourced {
  /// The layout of encoded states: the plan, then what `TradingNode` puts.
  public static var schemaVersion: UInt32 { 1 }

  /// The rules by which inputs change the state.
  ///
  /// Raise the number with each change after which a run ends in another digest: the golden test of
  /// this module's tests says so.
  public static var reducerFingerprint: UInt64 { ReducerFingerprint.of("run", ["rules": 1]) }

  /// The state before the first record.
  public static var initialState: RunState { RunState() }

  /// Changes `state` by a record.
  public static func apply(_ event: RunEvent, to state: inout RunState) { state.take(event) }

  /// The bytes of `state`; none for one that a record did not fit.
  public static func encode(_ state: RunState) -> [UInt8] { state.encoded() }

  /// The state that `bytes` stand for.
  public static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> RunState {
    try RunState(decoding: bytes)
  }

  /// Adds the bytes of `event`, without the instant and the chain, which only a journal knows.
  public static func encode(_ event: RunEvent, into bytes: inout [UInt8]) {
    var words = WordArray()
    switch event {
    case .started(let plan):
      words = head(.runStarted)
      plan.encode(into: &words)
    case .bar(let bar):
      words = head(.barClosed)
      bar.encode(into: &words)
    case .action(let action):
      words = head(.corporateAction)
      action.encode(into: &words)
    case .ended(let digest):
      words = head(.runEnded)
      for word in [digest.words.0, digest.words.1, digest.words.2, digest.words.3] {
        words.put(word)
      }
    case .derived(let kind): words = WordArray([UInt64(kind), 0])
    }
    bytes += words.bytes
  }

  /// The record that `bytes` stand for.
  public static func decodeEvent(_ bytes: Span<UInt8>) throws(CodecFailure) -> RunEvent {
    try RunEventBytes.decode(bytes)
  }

  private static func head(_ kind: RecordKind) -> WordArray {
    WordArray([UInt64(kind.rawValue), 0])
  }
}
