public import OmniCrypto
import OmniEncoding
public import OmniKernel
public import OmniModel
import OmniSnapshotter

/// A record of a run's journal, as far as the state depends on it.
public enum RunEvent: Sendable, Equatable {
  /// What the run is made of.
  case started(RunPlan)
  /// A bar was closed.
  case bar(Bar)
  /// An issuer did something.
  case action(CorporateAction)
  /// The run came to its end, in the state with this digest.
  case ended(Digest256)
  /// Something that followed from an input, which the node does again by itself.
  case derived(kind: UInt16)
}

/// How a record is written for the snapshotter: a head of two words, then what an input holds.
///
///     offset  0  kind of record                                  UInt16
///             2  version of the kind's payload                   UInt16
///             4  chain of the checksums of all records so far    UInt32
///             8  the record's instant, in nanoseconds            Int64
///            16  the payload's words, of inputs and of the end only
///
/// The chain makes two records of two journals equal only if all that went before is equal, so that
/// a snapshot of another run is never taken for one of this.
enum RunEventBytes {
  /// Whether the payload of a record of `kind` is written.
  static func holdsPayload(_ kind: UInt16) -> Bool {
    guard let known = RecordKind(rawValue: kind) else { return true }
    return known.isInput || known == .runEnded
  }

  static func decode(_ bytes: Span<UInt8>) throws(CodecFailure) -> RunEvent {
    var words = try ByteWords(bytes)
    do throws(WordFailure) {
      let kind = UInt16(truncatingIfNeeded: try words.take())
      _ = try words.take()
      let event: RunEvent =
        switch RecordKind(rawValue: kind) {
        case .runStarted: .started(try RunPlan(decoding: &words))
        case .barClosed: .bar(try Bar(decoding: &words))
        case .corporateAction: .action(try CorporateAction(decoding: &words))
        case .runEnded:
          .ended(
            Digest256(
              words: (try words.take(), try words.take(), try words.take(), try words.take())))
        case .none: throw .senseless(word: UInt64(kind), what: "kind of record")
        default: .derived(kind: kind)
        }
      guard words.isAtEnd else { throw .senseless(word: words.next, what: "end of a record") }
      return event
    } catch {
      throw .malformed(what: "record of a run (\(error))", at: words.offset)
    }
  }
}

/// Gives the words that bytes hold, least significant byte first.
struct ByteWords: WordSource {
  private var words: [UInt64] = []
  private var index = 0

  init(_ bytes: Span<UInt8>) throws(CodecFailure) {
    guard bytes.count % 8 == 0 else {
      throw .truncated(at: bytes.count, wantedBytes: 8 - bytes.count % 8)
    }
    words.reserveCapacity(bytes.count / 8)
    for place in stride(from: 0, to: bytes.count, by: 8) {
      var word: UInt64 = 0
      for offset in 0..<8 { word |= UInt64(bytes[place + offset]) << UInt64(8 * offset) }
      words.append(word)
    }
  }

  /// The byte that comes next.
  var offset: Int { index * 8 }
  var isAtEnd: Bool { index == words.count }
  /// The word that comes next, or 0 at the end.
  var next: UInt64 { isAtEnd ? 0 : words[index] }

  mutating func take() throws(WordFailure) -> UInt64 {
    guard index < words.count else { throw .exhausted }
    defer { index += 1 }
    return words[index]
  }
}
