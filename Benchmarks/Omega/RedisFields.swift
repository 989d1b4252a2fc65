import OmniClocks
import OmniPlatform
import OmniQueryCache
import OmniRedis
import OmniSharedStores
import OmniTime

/// A query of three fields that are in the second tier, and not in memory.
///
/// The server is started for it on a port of this machine, without persistence, as
/// `Benchmarks/peers/omega.py` does.
public struct RedisFields {
  private struct Service: FieldResolver {
    let name = "people"
    let fields = ["name", "city", "age"].map {
      FieldRule($0, Freshness(lasting: .minutes(60), earlyPercent: 0))
    }
    let value = [UInt8](repeating: 0x78, count: 64)

    func resolve(_ entity: String, _ fields: [String]) async throws -> [String: [UInt8]] {
      Dictionary(uniqueKeysWithValues: fields.map { ($0, value) })
    }
  }

  /// Creates the benchmark.
  public init() {}

  /// The figures, best of five runs; wall time, since most of it is spent waiting.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    do {
      let server = try BenchmarkRedis()
      defer { server.end() }
      let address = server.address
      let mget = try mget(address)
      let fields = try awaiting { try await Self.fields(address) }
      return [
        Figure("redis_fields_us", fields, "a query of three fields that Redis has"),
        Figure("redis_mget_us", mget, "an MGET of three values of 64 bytes, one connection"),
      ]
    } catch let failure as BenchmarkFailure {
      throw failure
    } catch {
      throw .failed("\(error)")
    }
  }

  /// Two nodes: what the first has fetched, the second finds in Redis, each entity once.
  private static func fields(_ address: RedisAddress) async throws -> Double {
    let client = try RedisClient(address)
    let tier = RedisTier(client)
    let service = Service()
    let first = try QueryCache([service], tier: tier)
    for number in 0..<2_000 { _ = try await first.query("u\(number)", ["name", "city", "age"]) }
    await first.settle()
    var least = Int64.max
    for _ in 0..<6 {
      let second = try QueryCache([service], tier: tier)
      let start = TimeSource.machine.now()
      for number in 0..<2_000 {
        let result = try await second.query("u\(number)", ["name", "city", "age"])
        guard case .value(_, from: .tier, isStale: false)? = result["age"] else {
          throw BenchmarkFailure.wrongResult("a field that was not in Redis")
        }
      }
      least = min(least, (TimeSource.machine.now() - start).nanoseconds)
    }
    await client.close()
    return Double(least) / 2_000 / 1_000
  }

  private func mget(_ address: RedisAddress) throws -> Double {
    let connection = try RedisConnection(address)
    let value = [UInt8](repeating: 0x78, count: 64)
    let keys = ["bench:1", "bench:2", "bench:3"]
    for key in keys {
      var command = RedisCommand("SET", key)
      command.append(value)
      try connection.run(command).expectOK()
    }
    let command = RedisCommand("MGET", keys)
    var least = Int64.max
    for _ in 0..<6 {
      let start = TimeSource.machine.now()
      for _ in 0..<2_000 {
        guard try connection.run(command).array().count == 3 else {
          throw BenchmarkFailure.wrongResult("not three values")
        }
      }
      least = min(least, (TimeSource.machine.now() - start).nanoseconds)
    }
    return Double(least) / 2_000 / 1_000
  }
}
