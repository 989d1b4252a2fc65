public import OmniBus
public import OmniKafka
public import OmniTime
import Synchronization

/// Reads the events of a bus from the six topics that a ``KafkaBridge`` writes.
///
///     let consumer = try KafkaBusConsumer(kafka, .init(group: "books"))
///     while isRunning {
///       for item in try consumer.poll(within: .seconds(1)) { take(item) }
///       try consumer.commit(within: .seconds(10))
///     }
///
/// Events of a key come in their order, and each once for as long as the consumer lives; those of
/// different keys come as Kafka gives them. Who starts again begins behind the last commit, and may
/// get what came behind it once more.
///
/// Calls wait for the brokers, so they belong on a thread of the caller's own; one thread polls.
public final class KafkaBusConsumer: Sendable {
  /// What comes.
  public enum Item: Sendable, Equatable {
    /// An event that did not come before.
    case event(BusEvent)
    /// A message that is no event; it is passed over.
    case damaged(BridgeFailure)
  }

  fileprivate struct State {
    var partitions: [KafkaPartition: PartitionDedup] = [:]
    /// The offsets behind what was given out and is not committed.
    var offsets: [KafkaPartition: Int64] = [:]
    var counters = SubscriberCounters()
  }

  /// The topics that are read.
  public static let topics = KafkaTopic.allCases.map(\.rawValue)

  private let consumer: KafkaConsumer
  private let state = Mutex(State())

  /// Joins the group and reads the partitions that it gives.
  ///
  /// - Throws: `kafka`.
  public init(
    _ kafka: KafkaConfiguration, _ configuration: KafkaConsumer.Configuration
  ) throws(BridgeFailure) {
    do throws(KafkaFailure) {
      consumer = try KafkaConsumer(kafka, configuration)
      try consumer.subscribe(to: Self.topics)
    } catch {
      throw .kafka(error)
    }
  }

  /// Reads given partitions of the six topics.
  ///
  /// - Throws: `kafka`.
  public init(
    _ kafka: KafkaConfiguration, _ configuration: KafkaConsumer.Configuration,
    reading starts: [KafkaPartition: KafkaConsumer.Start]
  ) throws(BridgeFailure) {
    do throws(KafkaFailure) {
      consumer = try KafkaConsumer(kafka, configuration)
      try consumer.assign(starts)
    } catch {
      throw .kafka(error)
    }
  }

  /// What is there, of at most `countMax` messages; waits for the first one.
  ///
  /// - Returns: nothing if nothing new comes within `interval`.
  /// - Throws: `kafka`; what came before is not lost.
  public func poll(
    max countMax: Int = 1_024, within interval: Interval
  ) throws(BridgeFailure) -> [Item] {
    do throws(KafkaFailure) {
      let events = try consumer.pollBatch(max: countMax, within: interval)
      return state.withLock { state in
        events.compactMap { event -> Item? in
          guard case .message(let message) = event else { return nil }
          return state.take(message)
        }
      }
    } catch {
      state.withLock { $0.counters.lastError = .kafka(error) }
      throw .kafka(error)
    }
  }

  /// Notes for the group that all that was given out is done with.
  ///
  /// - Throws: `kafka`; the next commit includes what this one should have noted.
  public func commit(within interval: Interval) throws(BridgeFailure) {
    let offsets = state.withLock { $0.offsets }
    do throws(KafkaFailure) {
      try consumer.commit(offsets, within: interval)
    } catch {
      throw .kafka(error)
    }
    state.withLock { state in
      for (partition, offset) in offsets where state.offsets[partition] == offset {
        state.offsets[partition] = nil
      }
    }
  }

  /// What it did so far; `position` is the largest number that was given out.
  public var counters: SubscriberCounters { state.withLock { $0.counters } }

  /// Leaves the group and reads no more; to close twice does no more.
  ///
  /// - Throws: `kafka` if the group did not let go in time; it is closed all the same.
  public func close(within interval: Interval) throws(BridgeFailure) {
    do throws(KafkaFailure) {
      try consumer.close(within: interval)
    } catch {
      throw .kafka(error)
    }
  }
}

extension KafkaBusConsumer.State {
  /// Takes a message, and gives what is to be told, if it is new.
  fileprivate mutating func take(_ message: KafkaMessage) -> KafkaBusConsumer.Item? {
    offsets[message.source] = message.offset + 1
    counters.isConnected = true
    let place = "\(message.source) at \(message.offset)"
    do throws(EnvelopeFailure) {
      guard let value = message.value else { return damaged(.damaged(place: place, .empty)) }
      let event = try EventEnvelope.decode(value)
      guard partitions[message.source, default: PartitionDedup()].take(event.sequence) else {
        counters.duplicates += 1
        return nil
      }
      counters.delivered += 1
      counters.position = max(counters.position, event.sequence)
      return .event(event)
    } catch {
      return damaged(.damaged(place: place, .envelope(error)))
    }
  }

  private mutating func damaged(_ failure: BridgeFailure) -> KafkaBusConsumer.Item {
    counters.damaged += 1
    counters.lastError = failure
    return .damaged(failure)
  }
}
