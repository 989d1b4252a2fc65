import OmniPlatform
import OmniClocks
import OmniTime

/// Brings what is in a ring into a log, on a thread of its own.
///
/// It is a reader with the policy `block`, and gives records back to the writer only when the log
/// has them in its files: so each event is in the ring or in the log, and those that left the ring
/// are in the log. If the log fails, the ring is stopped with that reason.
///
/// It naps for a millisecond when there is nothing, and for up to four when there goes on to be
/// nothing, so that a bus without events costs half a hundredth of a core at most. It is woken only
/// by a writer that needs room or by the end: a log that slept until the next event would cost each
/// event a system call.
final class LogFollower {
  private let ring: BusRing
  private let log: EventLog
  /// Used by the thread alone from the moment it runs.
  private var reader: BusReader

  private static let nap = Interval.milliseconds(1)
  private static let napMax = Interval.milliseconds(4)
  private static let batch = 512

  init(_ ring: BusRing, _ log: EventLog) throws(BusFailure) {
    self.ring = ring
    self.log = log
    reader = try ring.makeReader(policy: .block, name: "log")
  }

  /// Follows the ring until it is closed and all is written, or until the log fails.
  func run() {
    // So that a small ring is given back in pieces, and its writer need not wait for all of it.
    let limit = min(Self.batch, max(1, ring.configuration.capacity / 4))
    var nap = Self.nap
    while true {
      if reader.lag > 0 {
        nap = Self.nap
      } else if !ring.isClosed {
        let deadline = TimeSource.machine.now() + nap
        nap = min(nap + nap, Self.napMax)
        let (ring, position) = (ring, reader.position)
        _ = ring.followerParking.sleep(until: deadline.nanoseconds) {
          ring.isClosed || ring.published > position
        }
      }
      var failure: EventLogFailure?
      do throws(BusFailure) {
        let (log, ring) = (log, ring)
        _ = try reader.drain(limit: limit) { header, payload in
          guard failure == nil else { return }
          do throws(EventLogFailure) {
            try log.append(header, payload)
          } catch { failure = error }
        } finish: {
          if failure == nil {
            do throws(EventLogFailure) { try log.flush() } catch { failure = error }
          }
          // Before the records are given back, or something would be published into their place.
          if let failure { ring.fail(failure) }
          return failure == nil
        }
      } catch {
        // The ring was stopped, and all that was in it is in the log.
        return
      }
      if failure != nil { return }
    }
  }
}

// The reader is used by one thread, the one that calls `run` once; the rest never changes.
extension LogFollower: @unchecked Sendable {}
