import OmniEncoding
public import OmniCrypto
public import OmniKernel
public import OmniModel
public import OmniStorage
import OmniTime

/// Gives the bars that a journal holds, and notes what it says about the run's end.
public struct JournalFeed<Store: JournalStore & ~Copyable>: ~Copyable, BarFeed {
  private var reader: JournalReader<Store>
  /// What the journal's run was made of.
  public let plan: RunPlan
  /// The digest with which the run ended, once the feed has come to its end; nil if it did not end.
  public private(set) var recordedDigest: Digest256?
  /// How many records were read.
  public private(set) var recordCount: UInt64 = 1

  /// Opens a journal and reads its plan.
  public init(_ store: consuming Store) throws(Replay.Failure) {
    reader = JournalReader(store)
    plan = try Self.readPlan(&reader)
  }

  private static func readPlan(
    _ reader: inout JournalReader<Store>
  ) throws(Replay.Failure) -> RunPlan {
    let first: FrameHeader?
    do throws(JournalFailure) { first = try reader.next() } catch { throw .journal(error) }
    guard let first, RecordKind(rawValue: first.kind) == .runStarted else {
      throw .noPlan(kind: first?.kind)
    }
    do throws(WordFailure) {
      return try RunPlan(decoding: &reader)
    } catch {
      throw .record(sequence: first.sequence, cause: error)
    }
  }

  /// How the journal ends, or nil before the feed has come to its end.
  public var end: JournalEnd? { reader.end }

  /// The next bar, past everything that follows from bars.
  public mutating func next() throws(Backtest.Failure) -> Bar? {
    while let frame = try nextFrame() {
      recordCount += 1
      switch RecordKind(rawValue: frame.kind) {
      case .barClosed: return try bar(frame)
      case .runEnded: try noteEnd(frame)
      case .none: throw .node("record \(frame.sequence.value) is of the unknown kind \(frame.kind)")
      default: break
      }
    }
    return nil
  }

  private mutating func nextFrame() throws(Backtest.Failure) -> FrameHeader? {
    do throws(JournalFailure) { return try reader.next() } catch { throw .journal(error) }
  }

  private mutating func bar(_ frame: FrameHeader) throws(Backtest.Failure) -> Bar {
    do throws(WordFailure) {
      return try Bar(decoding: &reader)
    } catch {
      throw .node("record \(frame.sequence.value): \(error)")
    }
  }

  private mutating func noteEnd(_ frame: FrameHeader) throws(Backtest.Failure) {
    do throws(WordFailure) {
      var words = WordArray()
      for _ in 0..<4 { words.put(try reader.take()) }
      recordedDigest = Digest256(words.bytes)
    } catch {
      throw .node("record \(frame.sequence.value): \(error)")
    }
  }
}
