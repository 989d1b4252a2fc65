public import OmniLedger
public import OmniLedgerStore
import OmniPlatform
public import OmniProof
public import OmniTransparencyLog
public import OmniWriteAheadLog
import Synchronization

/// Proves a ledger while it works: frames are hashed and checkpoints signed on another thread.
///
///     let keeper = ProofKeeper(prover, signer: signer)
///     keeper.attach(to: &ledger)
///     …                                           // ledger.commit, again and again
///     keeper.checkpointIfDue(ledger.books, now: clock)
///     let note = try keeper.finish(&ledger)
///
/// Frames are handed over by exchanging buffers, so nothing of them is copied; for a checkpoint the
/// sums of the accounts are.
public final class ProofKeeper<Disk: LogDisk & ~Copyable & SendableMetatype>: Sendable {
  /// What only the thread touches, or its owner while the thread has nothing to do.
  private final class Work: @unchecked Sendable {
    var prover: LedgerProver<Disk>
    var failure: ProofFailure?

    init(_ prover: consuming LedgerProver<Disk>) { self.prover = prover }
  }

  /// A buffer that goes from one thread to the other, and is touched by whoever holds it only.
  private final class Buffer<Content: ~Copyable>: @unchecked Sendable {
    var content: Content

    init(_ content: consuming Content) { self.content = content }
  }

  private struct Spare {
    var bodies: [Buffer<FrameBody>] = []
    var images: [Buffer<BooksImage>] = []
    var lastCheckpoint: Int64?
  }

  private let thread = BackgroundThread(depth: 8)
  private let work: Work
  private let signer: SignerKey
  private let interval: Int64
  private let spare = Mutex(Spare())

  /// Takes over a prover that is up to the ledger's end.
  ///
  /// - Parameter interval: How many nanoseconds lie between two checkpoints at least.
  public init(
    _ prover: consuming LedgerProver<Disk>, signer: SignerKey, interval: Int64 = 1_000_000_000
  ) {
    work = Work(prover)
    self.signer = signer
    self.interval = interval
  }

  /// Follows each frame that `ledger` writes from now on.
  public func attach<LedgerDisk: LogDisk & ~Copyable>(to ledger: inout LedgerStore<LedgerDisk>) {
    ledger.onFrame = { [self] frame, body in
      let buffer = spare.withLock { $0.bodies.popLast() } ?? Buffer(FrameBody())
      swap(&buffer.content, &body)
      thread.submit { [work, self] in
        if work.failure == nil {
          do throws(ProofFailure) {
            try work.prover.follow(frame, &buffer.content)
          } catch {
            work.failure = error
          }
        }
        spare.withLock { $0.bodies.append(buffer) }
      }
    }
  }

  /// Has a checkpoint signed, if the last one is long enough ago.
  ///
  /// - Parameters:
  ///   - books: The ledger's books, between two batches.
  ///   - now: The time of a clock that never goes back, in nanoseconds.
  public func checkpointIfDue(_ books: borrowing Books, now: Int64) {
    let isDue = spare.withLock { spare in
      guard let last = spare.lastCheckpoint, now - last < interval else {
        spare.lastCheckpoint = now
        return true
      }
      return false
    }
    if isDue { checkpoint(books) }
  }

  private func checkpoint(_ books: borrowing Books) {
    let buffer = spare.withLock { $0.images.popLast() } ?? Buffer(BooksImage())
    books.copy(to: &buffer.content)
    thread.submit { [work, self] in
      if work.failure == nil {
        do throws(ProofFailure) {
          _ = try work.prover.checkpoint(&buffer.content, by: signer)
        } catch {
          work.failure = error
        }
      }
      spare.withLock { $0.images.append(buffer) }
    }
  }

  /// Returns when all that was handed over is done.
  public func wait() { thread.wait() }

  /// Signs the last checkpoint, brings the files to the device, and lets go of the ledger.
  ///
  /// - Throws: What went wrong since the keeper was made; the ledger is not touched by it.
  @discardableResult
  public func finish<LedgerDisk: LogDisk & ~Copyable>(
    _ ledger: inout LedgerStore<LedgerDisk>
  ) throws(ProofFailure) -> SignedNote {
    ledger.onFrame = nil
    checkpoint(ledger.books)
    thread.wait()
    if let failure = work.failure { throw failure }
    try work.prover.close()
    guard let note = work.prover.latest else { throw .noKey }
    return note
  }

  /// Calls `body` with the prover, when all that was handed over is done.
  public func withProver<Result>(
    _ body: (inout LedgerProver<Disk>) throws(ProofFailure) -> Result
  ) throws(ProofFailure) -> Result {
    thread.wait()
    if let failure = work.failure { throw failure }
    return try body(&work.prover)
  }
}
