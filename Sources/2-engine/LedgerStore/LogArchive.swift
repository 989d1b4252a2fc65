import OmniEncoding
import OmniLedger
import OmniWriteAheadLog

/// The log as the archive of what was committed before.
struct LogArchive<Disk: LogDisk & ~Copyable>: TransactionArchive, ~Copyable {
  var log: WriteAheadLog<Disk>
  private var body = FrameBody()
  /// Why the last transaction could not be read, if it could not.
  private(set) var failure: LogFailure?

  /// What a rehearsal has accepted, which is in no log.
  var rehearsed = MemoryArchive()

  init(_ log: consuming WriteAheadLog<Disk>) { self.log = log }

  mutating func transaction(at place: Int) -> Transaction? {
    if place >= Int(log.itemCount) {
      return rehearsed.transaction(at: place - Int(log.itemCount))
    }
    do throws(LogFailure) {
      let frame = try log.frame(ofItem: UInt64(place))
      let header = try log.readFrame(frame, into: &body)
      for _ in 0..<(place - Int(header.firstItem)) {
        guard let count = TransactionHeader.wordCount(in: body) else { return nil }
        body.skip(count)
      }
      guard TransactionHeader.wordCount(in: body) != nil else { return nil }
      var batch = TransactionBatch(capacity: 1)
      do throws(WordFailure) {
        try batch.decode(from: &body, origin: 0)
      } catch {
        return nil
      }
      return Transaction(batch, at: 0)
    } catch {
      failure = error
      return nil
    }
  }
}
