import OmniBus
import OmniClocks
import OmniRedis
import OmniTime

/// Answers consumers that lack events, between the batches of a ``StreamPublisher``.
///
/// It takes requests from their stream, and for each writes what the log has to the consumer's own
/// stream, a piece with each batch, so that new events do not wait for old ones.
struct ReplayServer {
  /// One request that is being answered.
  private final class Job {
    let id: String
    let stream: String
    /// What was asked for, cut to what one answer may have.
    let wanted: ClosedRange<UInt64>
    var cursor: EventLogCursor?

    init(_ id: String, _ stream: String, _ wanted: ClosedRange<UInt64>) {
      self.id = id
      self.stream = stream
      self.wanted = wanted
    }
  }

  /// How many events are sent again with one batch.
  private static let pieceMax = 256
  /// How many requests are taken at once.
  private static let requestMax = 16

  private let bus: Bus
  private let log: EventLog
  private let configuration: RedisStreamBridge.Configuration
  private let counts: BridgeCounts
  private var jobs: [Job] = []
  /// Requests that are answered, or make no sense: they are deleted with the next batch.
  private var finished: [String] = []
  private var lastRequest = "0-0"
  private var asked = MonotonicInstant.origin

  init(
    _ bus: Bus, _ log: EventLog, _ configuration: RedisStreamBridge.Configuration,
    _ counts: BridgeCounts
  ) {
    self.bus = bus
    self.log = log
    self.configuration = configuration
    self.counts = counts
  }

  /// Until when nothing is to be done here.
  var due: MonotonicInstant {
    jobs.isEmpty && finished.isEmpty ? asked + configuration.requestInterval : .origin
  }

  /// Adds what is to be sent at `now` to a batch.
  ///
  /// - Returns: whether the last command asks for requests, so that its reply is for
  ///   ``take(_:)``.
  mutating func prepare(at now: MonotonicInstant, _ batch: inout [RedisCommand]) -> Bool {
    if let job = jobs.first, answer(job, &batch) {
      jobs.removeFirst()
      finished.append(job.id)
    }
    if !finished.isEmpty {
      batch.append(RedisCommand("XDEL", [configuration.names.requests] + finished))
      finished.removeAll()
    }
    guard now >= asked + configuration.requestInterval, jobs.count < Self.requestMax else {
      return false
    }
    asked = now
    batch.append(
      RedisCommand(
        "XREAD", "COUNT", "\(Self.requestMax)", "STREAMS", configuration.names.requests,
        lastRequest))
    return true
  }

  /// Takes the requests that Redis gave.
  mutating func take(_ reply: RedisReply) throws(BridgeFailure) {
    if case .error(let message) = reply {
      throw .redis(.refused(command: "XREAD", message: message))
    }
    do throws(RedisFailure) {
      for (_, id, fields) in try StreamReading(reply).entries {
        lastRequest = id
        do throws(BridgeFailure) {
          jobs.append(try job(id, fields))
        } catch {
          counts.note(error)
          finished.append(id)
        }
      }
    } catch {
      throw .redis(error)
    }
  }

  private func job(_ id: String, _ fields: [RedisReply]) throws(BridgeFailure) -> Job {
    let values = try StreamEntry.values(id, fields)
    let name = String(decoding: values["c"] ?? [], as: UTF8.self)
    guard BusStreamNames.isConsumer(name), let range = StreamEntry.range(values) else {
      throw .damaged(place: "request \(id)", .empty)
    }
    let most = range.lowerBound.addingReportingOverflow(UInt64(configuration.replayMax) - 1)
    let last = most.overflow ? range.upperBound : min(range.upperBound, most.partialValue)
    return Job(id, configuration.names.replay(name), range.lowerBound...last)
  }

  // MARK: Answers

  /// Adds a piece of an answer, and tells whether it was the last one.
  private func answer(_ job: Job, _ batch: inout [RedisCommand]) -> Bool {
    // What has not been published will come by itself.
    let last = min(job.wanted.upperBound, bus.published)
    do throws(EventLogFailure) {
      try open(job, &batch)
      let next = job.cursor?.next ?? .max
      if next <= last {
        let limit = min(Self.pieceMax, Int(last - next) + 1)
        var envelope: [UInt8] = []
        var count: UInt64 = 0
        let stream = job.stream
        try job.cursor?.poll(limit: limit) { header, payload in
          envelope.removeAll(keepingCapacity: true)
          EventEnvelope.append(header, payload, to: &envelope)
          batch.append(addition(to: stream, ["e"], envelope))
          count += 1
        }
        counts.change { $0.replayed += count }
      }
      if (job.cursor?.next ?? .max) <= last { return false }
    } catch {
      if case .outOfReach = error {
        // The log removed it meanwhile: it begins again, and finds out what is left.
        job.cursor = nil
        return false
      }
      counts.note(.bus(.log(error)))
    }
    batch.append(addition(to: job.stream, ["d"], Array("\(job.wanted.upperBound)".utf8)))
    batch.append(
      RedisCommand("PEXPIRE", job.stream, "\(configuration.replayKept.nanoseconds / 1_000_000)"))
    return true
  }

  /// Begins to read what is wanted, and says so if a part of it is out of reach.
  private func open(_ job: Job, _ batch: inout [RedisCommand]) throws(EventLogFailure) {
    guard job.cursor == nil else { return }
    let oldest = log.oldest ?? log.nextSequence
    if job.wanted.lowerBound < oldest {
      batch.append(
        addition(
          to: job.stream,
          ["f", "\(job.wanted.lowerBound)", "t", "\(job.wanted.upperBound)", "o"],
          Array("\(oldest)".utf8)))
    }
    let first = max(job.wanted.lowerBound, oldest)
    // Beyond the log's end, or out of reach as a whole: there is nothing to send.
    guard first <= job.wanted.upperBound, first <= log.nextSequence else { return }
    job.cursor = try log.read(from: first)
  }

  private func addition(to stream: String, _ parts: [String], _ value: [UInt8]) -> RedisCommand {
    var command = RedisCommand(
      "XADD", [stream, "MAXLEN", "~", "\(2 * configuration.replayMax)", "*"] + parts)
    command.append(value)
    return command
  }
}
