import OmniRedis
import OmniTestKit
import Testing

@Suite("RedisAddress")
struct RedisAddressTests {
  // MARK: Examples

  @Test func `addresses are read as they are written`() throws {
    let cases: [(String, RedisAddress.Place, String?, String?, Int)] = [
      ("redis://localhost", .host("localhost", port: 6_379), nil, nil, 0),
      ("redis://10.0.0.7:1", .host("10.0.0.7", port: 1), nil, nil, 0),
      ("redis://a-b_c.example:65535/15", .host("a-b_c.example", port: 65_535), nil, nil, 15),
      ("redis://[::1]:7000/0", .host("::1", port: 7_000), nil, nil, 0),
      ("redis://[fe80::1%25]/", .host("fe80::1%25", port: 6_379), nil, nil, 0),
      ("redis://:secret@h", .host("h", port: 6_379), nil, "secret", 0),
      ("redis://omni:se%3Acr%40et@h/2", .host("h", port: 6_379), "omni", "se:cr@et", 2),
      ("redis://omni:a:b@c@h", .host("h", port: 6_379), "omni", "a:b@c", 0),
      ("redis://%C3%A9:%e7%8c%ab@h", .host("h", port: 6_379), "é", "猫", 0),
      ("unix:/run/redis/redis.sock", .socket(path: "/run/redis/redis.sock"), nil, nil, 0),
      ("unix:///run/redis.sock", .socket(path: "///run/redis.sock"), nil, nil, 0),
    ]
    for (text, place, user, password, database) in cases {
      let address = try RedisAddress(text)
      #expect(address.place == place, "\(text)")
      #expect(address.user == user, "\(text)")
      #expect(address.password == password, "\(text)")
      #expect(address.database == database, "\(text)")
    }
  }

  @Test func `what is no address is refused with what is wrong`() {
    let long = String(repeating: "a", count: 5_000)
    let cases: [(String, RedisFailure.AddressFault)] = [
      ("", .scheme), ("localhost:6379", .scheme), ("REDIS://h", .scheme), ("redis:/h", .scheme),
      ("http://h", .scheme), ("redis://", .host), ("redis://:7", .host), ("redis:// h", .host),
      ("redis://h h", .host), ("redis://[::1", .host), ("redis://[h]", .host),
      ("redis://[::1]7", .host), ("redis://ä", .host), ("redis://h?x=1", .host),
      ("redis://h:", .port), ("redis://h:0", .port), ("redis://h:65536", .port),
      ("redis://h:+1", .port), ("redis://h:1a", .port), ("redis://h:99999999999", .port),
      ("redis://h:1:2", .port), ("redis://::1", .port),
      ("redis://h/x", .database), ("redis://h/-1", .database), ("redis://h/1/2", .database),
      ("redis://h/2147483648", .database), ("redis://h/ 1", .database),
      ("redis://user@h", .credentials), ("redis://@h", .credentials),
      ("redis://user:@h", .credentials), ("redis://:@h", .credentials),
      ("redis://u:%4@h", .escape), ("redis://u:%@h", .escape), ("redis://u:%zz@h", .escape),
      ("redis://u:%ff@h", .escape), ("redis://\(long)", .length),
      ("redis://\(long.prefix(254))", .host),
      ("unix:", .path), ("unix:run", .path), ("unix:/\(long.prefix(107))", .path),
      ("unix:/a\u{0}b", .path),
    ]
    for (text, fault) in cases {
      #expect(throws: RedisFailure.addressInvalid(fault), "\(text.prefix(40))") {
        try RedisAddress(text)
      }
    }
    #expect(Set(cases.map(\.1)) == Set(RedisFailure.AddressFault.allCases))
  }

  @Test func `an address that asks for TLS is told that there is none`() {
    let failure = #expect(throws: RedisFailure.self) {
      try RedisAddress("rediss://omni:secret@cache.example:6380")
    }
    #expect(failure == .tlsUnsupported)
    #expect(failure?.code == "RED-002")
    #expect(failure?.description.contains("TLS") == true)
    #expect(failure?.description.contains("secret") == false)
  }

  @Test func `a password is in no description, dump or error`() throws {
    let address = try RedisAddress("redis://omni:horse@h:7/3")
    var dumped = ""
    dump(address, to: &dumped)
    for text in [address.description, address.debugDescription, "\(address)", dumped] {
      #expect(text.contains("redis://omni:***@h:7/3"))
      #expect(!text.contains("horse"))
    }
    for text in ["redis://omni:horse@h:x", "redis://horse@h", "redis://o:horse%@h", "horse"] {
      let failure = #expect(throws: RedisFailure.self) { try RedisAddress(text) }
      #expect(failure?.description.contains("horse") == false)
    }
  }

  // MARK: Properties

  /// Reads random bytes, and addresses of which a few bytes were changed.
  @Test func `no text stops the program, and what is read can be written and read again`() {
    let seeds = [
      "redis://user:pa%40ss@host.example:6379/15", "redis://[::1]:1/2", "unix:/a/b.sock",
    ]
    let alphabet = Array("redis:/@[]%0123456789abcdefunix.\u{0}é ".utf8)
    var readCount = 0
    for seed in UInt64(0)..<20_000 {
      var random = SeededRandom(seed: seed)
      var bytes: [UInt8] = []
      if seed % 2 == 0 {
        bytes = (0..<random.below(40)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        if seed % 4 == 0 { bytes = Array("redis://".utf8) + bytes }
      } else {
        bytes = Array(random.pick(seeds).utf8)
        for _ in 0...random.below(3) {
          bytes[Int(random.below(UInt64(bytes.count)))] = random.pick(alphabet)
        }
      }
      do throws(RedisFailure) {
        let address = try RedisAddress(String(decoding: bytes, as: UTF8.self))
        readCount += 1
        let again = try RedisAddress(address.description)
        #expect(again.place == address.place, "seed \(seed)")
        #expect(again.database == address.database, "seed \(seed)")
        if address.password == nil { #expect(again == address, "seed \(seed)") }
      } catch {
        #expect(["RED-001", "RED-002"].contains(error.code), "seed \(seed)")
      }
    }
    #expect(readCount > 1_000)
  }
}
