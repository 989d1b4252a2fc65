public import OmniRateGate
public import OmniRedis
public import OmniTime

/// Limits that a cluster shares, kept in Redis and decided by one script there, by Redis's clock.
///
/// The keys of one request lie in one slot of a Redis cluster if their names have the same part in
/// braces: `{tenant}:user`.
public struct RedisLimits: SharedLimits {
  private static let script = RedisScript(SharedScript.text)

  private let client: RedisClient
  private let prefix: String
  private let timeout: Interval

  /// Creates limits whose keys begin with `prefix`.
  ///
  /// - Parameter timeout: How long a decision may take.
  public init(
    _ client: RedisClient, prefix: String = "omni:limit:", timeout: Interval = .milliseconds(250)
  ) {
    self.client = client
    self.prefix = prefix
    self.timeout = timeout
  }

  /// Decides on a request.
  ///
  /// - Throws: What the client throws, and `SharedStoreFailure` for an answer that the
  ///   script does not give.
  /// - Complexity: One round trip.
  public func take(_ request: SharedRequest) async throws -> SharedGrant {
    let reply = try await client.evaluate(
      Self.script, keys: request.cells.map { prefix + $0.key },
      arguments: SharedScript.arguments(of: request).map { Array($0.utf8) }, timeout: timeout)
    var numbers: [Int64] = []
    for part in try reply.array() { numbers.append(try part.integer()) }
    guard let grant = SharedScript.grant(from: numbers, for: request) else {
      throw SharedStoreFailure.answer(
        of: "limits", was: "\(numbers)", wanted: "granted, remaining and two spans of time")
    }
    return grant
  }
}
