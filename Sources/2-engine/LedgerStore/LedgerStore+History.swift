import OmniCollections
public import OmniCrypto
public import OmniLedger
public import OmniTime
public import OmniWriteAheadLog

/// A transaction of the ledger with what it did.
public struct LedgerEntry: Sendable {
  /// Its place in the ledger, from 1.
  public let ordinal: UInt64
  /// What was ordered.
  public let transaction: Transaction
  /// What was moved, reserved, or for a void given back.
  public let postings: [Posting]
  /// The pending transaction that it resolved, if it did.
  public let resolves: TransactionID?

  /// Describes what a transaction did.
  public init(
    ordinal: UInt64, transaction: Transaction, postings: [Posting], resolves: TransactionID?
  ) {
    self.ordinal = ordinal
    self.transaction = transaction
    self.postings = postings
    self.resolves = resolves
  }
}

/// One frame of the ledger's history.
public struct LedgerChapter: Sendable {
  /// The frame's number.
  public let frame: UInt64
  /// The digest of the log up to it.
  public let digest: Digest256
  /// The ledger's time after it.
  public let time: Timestamp
  /// The numbers of the accounts that it opened.
  public let opened: Range<Int>
  /// Its transactions, in the ledger's order.
  public let entries: [LedgerEntry]
  /// The pending transactions that expired before it or by it.
  public let expired: [TransactionID]
}

extension LedgerStore where Disk: ~Copyable {
  /// Tells the whole history again, frame by frame, with books that are brought up on the way.
  ///
  /// - Complexity: O(transactions), some microseconds each.
  public mutating func tellHistory<Failure: Error>(
    _ visit: (LedgerChapter) throws(Failure) -> Void
  ) throws(HistoryFailure<Failure>) {
    var past = Self.emptyBooks(identity)
    var judge = BatchJudge(capacity: configuration.batchCount)
    judge.checksSignatures = false
    var player = FramePlayer(capacity: configuration.batchCount)
    var ordinal: UInt64 = 0
    var number: UInt64 = 1
    while number <= frameCount {
      let accounts = past.accountCount
      let header: LogFrame
      let expired: [Int]
      do throws(LedgerStoreFailure) {
        header = try readFrame(number)
        expired = try player.play(header, &body, into: &past, &judge)
      } catch {
        throw .ledger(error)
      }
      var entries: [LedgerEntry] = []
      for index in 0..<player.count {
        var postings: [Posting] = []
        player.forEachPosting(index, judge, past) { postings.append($0) }
        ordinal += 1
        entries.append(
          LedgerEntry(
            ordinal: ordinal, transaction: player.transaction(index), postings: postings,
            resolves: player.resolved(index, judge, past)))
      }
      player.clear()
      let digest = header.digest
      let chapter = LedgerChapter(
        frame: number,
        digest: Digest256(
          words: (
            digest[0].byteSwapped, digest[1].byteSwapped, digest[2].byteSwapped,
            digest[3].byteSwapped
          )),
        time: Timestamp(nanoseconds: past.time), opened: accounts..<past.accountCount,
        entries: entries, expired: expired.map { past.id(at: $0) })
      do throws(Failure) { try visit(chapter) } catch { throw .visitor(error) }
      number += 1
    }
  }

  /// Reads the frame `number` into `other`.
  ///
  /// - Precondition: there is one.
  public func readFrame(
    _ number: UInt64, into other: inout FrameBody
  ) throws(LedgerStoreFailure) -> WrittenFrame {
    do throws(LogFailure) {
      let header = try archive.log.readFrame(number, into: &other)
      return WrittenFrame(
        number: number, kind: header.kind, itemCount: Int(header.itemCount), digest: header.digest)
    } catch {
      throw .log(error)
    }
  }

  /// The frame that holds the transaction at `place`, counted from 0, and its place in the frame.
  ///
  /// - Precondition: there is one.
  public func frame(ofPlace place: Int) throws(LedgerStoreFailure) -> (frame: UInt64, index: Int) {
    do throws(LogFailure) {
      return try archive.log.frameAndIndex(ofItem: UInt64(place))
    } catch {
      throw .log(error)
    }
  }

  /// The transaction at `place`, counted from 0.
  public mutating func transaction(at place: Int) throws(LedgerStoreFailure) -> Transaction? {
    let found = archive.transaction(at: place)
    if let failure = archive.failure { throw .log(failure) }
    return found
  }

  private mutating func readFrame(_ number: UInt64) throws(LedgerStoreFailure) -> LogFrame {
    do throws(LogFailure) {
      return try archive.log.readFrame(number, into: &body)
    } catch {
      throw .log(error)
    }
  }
}

/// Why a history was not told to its end.
public enum HistoryFailure<Visitor: Error>: Error {
  /// The ledger could not be read.
  case ledger(LedgerStoreFailure)
  /// Whoever listened has stopped.
  case visitor(Visitor)
}
