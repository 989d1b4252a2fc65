import OmniCircuitBreaker
import OmniClocks
import OmniRedis
import OmniTime

/// Connects to Redis again and again, at a pace that a circuit breaker sets.
///
/// A connection counts as good when something was done on it, and not before: a server that lets
/// in and then refuses everything is not asked more often than one that is away.
final class RedisLink {
  private let address: RedisAddress
  private let configuration: RedisConnection.Configuration
  private let breaker: CircuitBreaker
  private let stop: StopSignal
  private var permit: BreakerMachine.Permit?

  init(
    _ address: RedisAddress, _ configuration: RedisConnection.Configuration,
    _ breaker: CircuitBreaker, _ stop: StopSignal
  ) {
    self.address = address
    self.configuration = configuration
    self.breaker = breaker
    self.stop = stop
  }

  /// A breaker that opens with each failure, for 20 ms first and a second at most, with jitter.
  static func usualBreaker(_ name: String) throws(BridgeFailure) -> CircuitBreaker {
    var configuration = BreakerConfiguration()
    configuration.window = .count(1)
    configuration.callsMin = 1
    configuration.probeCount = 1
    configuration.probeLimit = .seconds(30)
    configuration.ramp = .zero
    configuration.backoff = .milliseconds(20)
    configuration.backoffMax = .seconds(1)
    configuration.jitterPercent = 25
    do throws(BreakerFault) {
      return try CircuitBreaker(name, configuration)
    } catch {
      throw .unusable(setting: "circuit breaker", value: error.description, wanted: "a sound one")
    }
  }

  /// Connects when the breaker allows it; nil if the thread is to end before.
  func connect() throws(BridgeFailure) -> RedisConnection? {
    while !stop.isSet {
      do throws(CircuitBreaker.Refused) {
        permit = try breaker.admit()
      } catch {
        stop.pause(min(.milliseconds(200), max(.milliseconds(1), error.retryAfter ?? .zero)))
        continue
      }
      do throws(RedisFailure) {
        return try RedisConnection(address, configuration)
      } catch {
        throw .redis(error)
      }
    }
    return nil
  }

  /// Tells that the connection does its work.
  func confirm() { settle(.success) }

  /// Tells that the connection failed, or was not to be had.
  func fail() {
    // A breaker that refuses knows already.
    if permit == nil { permit = try? breaker.admit() }
    settle(.failure)
  }

  private func settle(_ outcome: BreakerMachine.Outcome) {
    guard let permit else { return }
    breaker.settle(permit, outcome)
    self.permit = nil
  }
}
