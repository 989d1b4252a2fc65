public import OmniBus
public import OmniRedis
import Synchronization

/// Gives what a ``RedisFanOut`` publishes to a handler: what comes, each once, in order.
///
///     let subscriber = try RedisFanOutSubscriber(RedisAddress("redis://localhost"))
///     await subscriber.run { item in show(item) }
///
/// Events that did not come are told, and are not to be had any more.
public final class RedisFanOutSubscriber: Sendable {
  /// What comes.
  public enum Item: Sendable, Equatable {
    /// An event.
    case event(BusEvent)
    /// So many events of the topic did not come before the next one; nil if nobody knows how many.
    case gap(BusTopic, missing: UInt64?)
    /// A message was no event.
    case damaged(BridgeFailure)
    /// All is subscribed.
    case connected
    /// Redis does not answer; what is published meanwhile will not come.
    case disconnected(BridgeFailure)
  }

  fileprivate struct State {
    /// The numbers that came, by topic.
    var tracker = SequenceTracker(islandCountMax: 1, sourceCountMax: Int(BusTopic.idMax) + 1)
    var runs: [BusTopic: UInt64] = [:]
    var counters = SubscriberCounters()
  }

  private let subscription: RedisSubscription
  private let state = Mutex(State())

  /// Begins to subscribe; Redis need not be there.
  ///
  /// - Parameters:
  ///   - address: Where Redis is.
  ///   - topics: The names of topics; nil for all.
  ///   - names: The names of the channels.
  ///   - configuration: Of the subscription.
  /// - Throws: `redis`.
  public init(
    _ address: RedisAddress, topics: [String]? = nil, names: BusStreamNames = BusStreamNames(),
    _ configuration: RedisSubscription.Configuration = .init()
  ) throws(BridgeFailure) {
    do throws(RedisFailure) {
      if let topics {
        subscription = try RedisSubscription(
          address, channels: topics.map(names.channel), configuration)
      } else {
        let pattern = Self.escaped(names.events) + ":*"
        subscription = try RedisSubscription(address, patterns: [pattern], configuration)
      }
    } catch {
      throw .redis(error)
    }
  }

  /// Hands all that comes to `body`, until the subscriber is closed or the task is cancelled.
  ///
  /// To be called once.
  public func run(_ body: (Item) -> Void) async {
    for await event in subscription.events {
      switch event {
      case .message(let message): take(message, body)
      case .connected:
        state.withLock { $0.counters.isConnected = true }
        body(.connected)
      case .reconnected:
        state.withLock { state in
          state.counters.isConnected = true
          state.counters.reconnects += 1
        }
        body(.connected)
      case .disconnected(let failure):
        state.withLock { state in
          state.counters.isConnected = false
          state.counters.lastError = .redis(failure)
        }
        body(.disconnected(.redis(failure)))
      }
    }
  }

  /// What it did so far; `position` is the newest event's number.
  public var counters: SubscriberCounters { state.withLock { $0.counters } }

  /// Ends ``run(_:)`` soon.
  public func close() { subscription.close() }

  private func take(_ message: RedisSubscription.Message, _ body: (Item) -> Void) {
    do throws(BridgeFailure) {
      let frame = try FanOutFrame(message.payload, channel: message.channel)
      for item in try state.withLock({ state throws(BridgeFailure) in try state.take(frame) }) {
        body(item)
      }
    } catch {
      state.withLock { state in
        state.counters.damaged += 1
        state.counters.lastError = error
      }
      body(.damaged(error))
    }
  }

  /// The text as a pattern that only it fits.
  private static func escaped(_ text: String) -> String {
    String(text.flatMap { "*?[]^\\".contains($0) ? ["\\", $0] : [$0] })
  }
}

extension RedisFanOutSubscriber.State {
  /// Takes a frame, and gives what is to be told.
  fileprivate mutating func take(
    _ frame: FanOutFrame
  ) throws(BridgeFailure) -> [RedisFanOutSubscriber.Item] {
    let topic = frame.event.header.topic
    let source = UInt64(topic.id)
    guard frame.number > 0 else {
      throw .damaged(place: "a frame of topic \(topic.id)", .otherNumber(frame.event.sequence))
    }
    var items: [RedisFanOutSubscriber.Item] = []
    do throws(SequenceTracker.Failure) {
      let run = runs.updateValue(frame.run, forKey: topic)
      if run != frame.run {
        if run != nil {
          counters.gaps += 1
          items.append(.gap(topic, missing: nil))
        }
        try tracker.resume(source, after: frame.number - 1)
      }
      switch try tracker.take(frame.number, from: source) {
      case .duplicate:
        counters.duplicates += 1
        return items
      case .gap(let missing):
        counters.gaps += 1
        counters.lost += UInt64(missing.count)
        items.append(.gap(topic, missing: UInt64(missing.count)))
        // Redis keeps the order of a channel: what is missing does not come any more.
        try tracker.resume(source, after: frame.number)
      case .deliver: break
      }
    } catch {
      // There is a source for each topic, and no island stays.
      throw .damaged(place: error.description, .otherNumber(frame.event.sequence))
    }
    counters.delivered += 1
    counters.position = max(counters.position, frame.event.sequence)
    items.append(.event(frame.event))
    return items
  }
}
