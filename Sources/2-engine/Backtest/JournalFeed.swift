import OmniEncoding
public import OmniCrypto
public import OmniKernel
public import OmniModel
public import OmniStorage
import OmniTime

/// Gives the bars that a journal holds, and notes what it says about the run's end.
public struct JournalFeed<Store: JournalStore & ~Copyable>: ~Copyable, BarFeed {
  private var reader: JournalReader<Store>
  /// A bar that was read when an action was asked for.
  private var ahead: Bar?
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

  /// The next bar, past everything that follows from inputs.
  public mutating func next() throws(Backtest.Failure) -> Bar? {
    if let bar = ahead {
      ahead = nil
      return bar
    }
    switch try nextInput() {
    case .bar(let bar): return bar
    case .action(let action):
      throw .node("an action of \(action.at) stands before the next bar; wanted it taken first")
    case nil: return nil
    }
  }

  /// The next action, if no bar stands before it.
  public mutating func nextAction() throws(Backtest.Failure) -> CorporateAction? {
    if ahead != nil { return nil }
    switch try nextInput() {
    case .action(let action): return action
    case .bar(let bar):
      ahead = bar
      return nil
    case nil: return nil
    }
  }

  private enum Input {
    case bar(Bar)
    case action(CorporateAction)
  }

  private mutating func nextInput() throws(Backtest.Failure) -> Input? {
    while let frame = try nextFrame() {
      recordCount += 1
      switch RecordKind(rawValue: frame.kind) {
      case .barClosed: return .bar(try bar(frame))
      case .corporateAction: return .action(try action(frame))
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

  private mutating func action(_ frame: FrameHeader) throws(Backtest.Failure) -> CorporateAction {
    do throws(WordFailure) {
      return try CorporateAction(decoding: &reader)
    } catch {
      throw .node("record \(frame.sequence.value): \(error)")
    }
  }

  private mutating func noteEnd(_ frame: FrameHeader) throws(Backtest.Failure) {
    do throws(WordFailure) {
      recordedDigest = Digest256(
        words: (
          try reader.take(), try reader.take(), try reader.take(), try reader.take()
        ))
    } catch {
      throw .node("record \(frame.sequence.value): \(error)")
    }
  }
}
