public import OmniQueryCache
public import OmniRedis

/// Brings what other nodes invalidated to a cache.
///
/// Redis keeps no published message for whoever is away. So when the connection comes back, or when
/// messages had to be dropped, the cache is told that some may be lost, and trusts nothing that its
/// memory has.
public struct RedisInvalidations: Sendable {
  private let subscription: RedisSubscription

  /// Begins to listen on a tier's channel.
  public init(
    _ address: RedisAddress, channel: String,
    _ configuration: RedisSubscription.Configuration = RedisSubscription.Configuration()
  ) throws(RedisFailure) {
    subscription = try RedisSubscription(address, channels: [channel], configuration)
  }

  /// Tells a cache of invalidations, until `close` or until the task is cancelled.
  ///
  /// - Parameter connected: Is told when the channel is subscribed for the first time.
  public func run(for cache: QueryCache, connected: @Sendable () -> Void = {}) async {
    var dropped = subscription.droppedCount
    for await event in subscription.events {
      switch event {
      case .connected:
        // What was published before is not known here.
        cache.receiveLoss()
        connected()
      case .disconnected: break
      case .reconnected: cache.receiveLoss()
      case .message(let message):
        let parts = message.payload.split(
          separator: RedisTier.divider, omittingEmptySubsequences: false)
        let stamps = parts.compactMap { String(validating: $0, as: UTF8.self) }
        if stamps.count == parts.count {
          cache.receive(stamps: stamps)
        } else {
          cache.receiveLoss()
        }
      }
      let present = subscription.droppedCount
      if present != dropped { cache.receiveLoss() }
      dropped = present
    }
  }

  /// Ends the listening.
  public func close() { subscription.close() }
}
