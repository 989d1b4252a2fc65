import OmniRedis
import OmniSnapshotStores
import OmniSnapshotter
import OmniTestKit
import OmniTime
import Testing

@Suite("RedisSnapshotStore")
struct RedisSnapshotStoreTests {
  typealias Store = RedisSnapshotStore

  private static let shared = Result { try RedisServer() }

  // MARK: What all stores promise

  @Test func `it keeps the promises of a store`() throws {
    let server = try Self.shared.get()
    var count = 0
    try SnapshotStoreConformance.check {
      count += 1
      return try Store.open(server.address, Store.Configuration(prefix: "store \(count):"))
    }
  }

  @Test func `of many writers of one key exactly one is told that it was stored`() async throws {
    let server = try Self.shared.get()
    try await StoreTrials.race { try open(server, "race:") }
  }

  @Test func `an aggregate is what a full replay gives`() throws {
    let server = try Self.shared.get()
    for seed in UInt64(0)..<4 {
      try StoreTrials.history(seed) { try open(server, "history \(seed):") }
    }
  }

  @Test func `a record that was damaged is given as it is, and ignored`() throws {
    let server = try Self.shared.get()
    let connection = try connect(server)
    try StoreTrials.damage(try open(server, "damage:")) { key, record in
      var command = RedisCommand("SET", try recordName("damage:", key))
      command.append(record)
      command.append("XX")
      try connection.run(command).expectOK()
    }
  }

  @Test func `a record above the limit is refused`() throws {
    let server = try Self.shared.get()
    try StoreTrials.limit(
      try Store.open(
        server.address, Store.Configuration(recordBytesMax: 100, prefix: "limit:")))
    let long = [UInt8](repeating: 0, count: Store.Configuration.usualRecordBytesMax + 1)
    let store = try open(server, "usual:")
    let key = try key("a", 1)
    let failure = #expect(throws: SnapshotStoreFailure.self) { try store.put(long, for: key) }
    #expect(
      failure == .recordTooLong(bytes: long.count, limitBytes: long.count - 1))
  }

  // MARK: A server that goes away

  @Test func `a server that was killed is told of while it is away, and found again`() throws {
    let server = try RedisServer(appendonly: true, password: "open sesame")
    let store = try open(server)
    let (key, other) = (try key("a", 1), try key("a", 2))
    #expect(try store.put([1], for: key))

    try server.kill()
    for _ in 0..<2 {
      #expect(backendCode { try store.load(key) } == "RED-003")
      #expect(backendCode { try store.keys(of: key.stream) } == "RED-003")
      #expect(backendCode { try store.put([2], for: other) } == "RED-003")
      #expect(backendCode { try store.remove(key) } == "RED-003")
    }
    try server.start()

    #expect(try store.load(key) == [1])
    #expect(try store.put([2], for: other))
    #expect(try store.keys(of: key.stream) == [key, other])
  }

  @Test func `a server that was killed and is back costs no call`() throws {
    let server = try RedisServer(appendonly: true)
    let store = try open(server)
    for version in UInt64(1)...3 {
      let key = try key("a", version)
      try server.kill()
      try server.start()
      switch version {
      case 1: #expect(try store.put([1], for: key))
      case 2: #expect(try store.load(key) == nil)
      default: #expect(try store.keys(of: key.stream) == [key.at(1)])
      }
    }
  }

  @Test func `a server that came back empty costs the snapshots alone`() throws {
    let server = try RedisServer()
    let store = try open(server)
    let key = try key("a", 1)
    #expect(try store.put([1], for: key))

    try server.kill()
    try server.start()

    #expect(try store.keys(of: key.stream).isEmpty)
    #expect(try store.load(key) == nil)
    #expect(try store.put([2], for: key))
  }

  @Test func `a server that stands still is waited for as long as is said`() throws {
    let server = try RedisServer()
    let store = try Store.open(
      server.address,
      Store.Configuration(
        connection: RedisConnection.Configuration(
          connectTimeout: .milliseconds(300), timeout: .milliseconds(100))))
    let key = try key("a", 1)
    #expect(try store.put([1], for: key))

    try server.freeze()
    #expect(backendCode { try store.load(key) } == "RED-006")
    #expect(backendCode { try store.load(key) } == "RED-003")
    try server.thaw()

    #expect(try store.load(key) == [1])
  }

  // MARK: Records and the set

  @Test func `a lost set costs its snapshots until they are put again`() throws {
    let server = try Self.shared.get()
    let store = try open(server, "set:")
    let (key, other) = (try key("a", 1), try key("a", 2))
    #expect(try store.put([1], for: key))
    #expect(try store.put([2], for: other))
    try connect(server).run(RedisCommand("DEL", "set:{a}"))

    #expect(try store.keys(of: key.stream).isEmpty)
    #expect(try store.load(key) == [1])
    #expect(try !store.put([3], for: key))

    #expect(try store.keys(of: key.stream) == [key])
    #expect(try store.load(key) == [1])
    #expect(try store.remove(other))
  }

  @Test func `a lost record is listed until it is removed, and may be put again`() throws {
    let server = try Self.shared.get()
    let store = try open(server, "record:")
    let key = try key("a", 1)
    for record in UInt8(0)..<2 {
      #expect(try store.put([record], for: key))
      try connect(server).run(RedisCommand("DEL", try recordName("record:", key)))
      #expect(try store.keys(of: key.stream) == [key])
      #expect(try store.load(key) == nil)
    }
    #expect(try !store.remove(key))
    #expect(try store.keys(of: key.stream).isEmpty)
  }

  @Test func `a value of another kind in the place of the set leaves nothing behind`() throws {
    let server = try Self.shared.get()
    let store = try open(server, "kind:")
    let key = try key("a", 1)
    let connection = try connect(server)
    try connection.run(RedisCommand("SET", "kind:{a}", "text")).expectOK()

    #expect(backendCode { try store.put([1], for: key) } == "RED-005")
    #expect(backendCode { try store.keys(of: key.stream) } == "RED-005")
    #expect(try store.load(key) == nil)

    try connection.run(RedisCommand("DEL", "kind:{a}"))
    #expect(try store.put([1], for: key))
  }

  @Test func `members that no store has written are not listed`() throws {
    let server = try Self.shared.get()
    let store = try open(server, "member:")
    let key = try key("a", 7)
    #expect(try store.put([1], for: key))
    let connection = try connect(server)
    for member in [
      "", "v7-s1-r1", "v00000000000000000007-s00000001", "v+0000000000000000007-s00000001-r1",
      "v99999999999999999999-s00000001-r0000000000000001",
      "V00000000000000000007-s00000001-r0000000000000001",
    ] {
      try connection.run(RedisCommand("ZADD", "member:{a}", "0", member))
    }
    #expect(try store.keys(of: key.stream) == [key])
  }

  @Test func `members stand in the set in the order of versions`() throws {
    let server = try Self.shared.get()
    let store = try open(server, "order:")
    for version in [10, 9, .max, (1 << 53) + 1, 1 << 53, 1] as [UInt64] {
      #expect(try store.put([], for: key("a", version)))
    }
    let members = try connect(server).run(RedisCommand("ZRANGE", "order:{a}", "0", "-1")).array()
    #expect(
      try members.map { try $0.text().dropFirst().prefix(20) } == [
        "00000000000000000001", "00000000000000000009", "00000000000000000010",
        "00009007199254740992", "00009007199254740993", "18446744073709551615",
      ])
  }

  @Test func `the names at the server are those that are documented`() throws {
    let server = try RedisServer()
    let store = try Store.open(server.address)
    #expect(
      try store.put(
        [], for: key("orders.7", 42, schema: 3, reducer: 0x0123_4567_89AB_CDEF)))
    #expect(try store.put([], for: key("é}\0", 1)))
    let names = try connect(server).run(RedisCommand("KEYS", "*")).array().map { try $0.text() }
    #expect(
      names.sorted() == [
        "omni:snapshots:{%c3%a9%7d%00}",
        "omni:snapshots:{%c3%a9%7d%00}:v00000000000000000001-s00000001-r0000000000000001",
        "omni:snapshots:{orders%2e7}",
        "omni:snapshots:{orders%2e7}:v00000000000000000042-s00000003-r0123456789abcdef",
      ])
  }

  @Test func `scripts that the server forgot are given to it again`() throws {
    let server = try Self.shared.get()
    let store = try open(server, "script:")
    for version in UInt64(1)...3 {
      try connect(server).run(RedisCommand("SCRIPT", "FLUSH"))
      let key = try key("a", version)
      #expect(try store.put([1], for: key))
      #expect(try store.remove(key))
    }
  }

  @Test func `who is not let in is told so, without the password`() throws {
    let server = try RedisServer(password: "open sesame")
    let failure = #expect(throws: SnapshotStoreFailure.self) {
      _ = try Store.open("redis://:wrong-words@127.0.0.1:\(server.port)")
    }
    let text = try #require(failure).description
    #expect(text.hasPrefix("SNP-023: the database refused: RED-004 the server at"))
    #expect(!text.contains("wrong-words"))
    #expect(backendCode { try Store.open("http://a") } == "RED-001")
  }
}

// MARK: - Words for the tests

private func open(_ server: RedisServer, _ prefix: String = "") throws -> RedisSnapshotStore {
  try RedisSnapshotStore.open(server.address, RedisSnapshotStore.Configuration(prefix: prefix))
}

private func connect(_ server: RedisServer) throws -> RedisConnection {
  try RedisConnection(RedisAddress(server.address))
}

/// The name of the value of `key`, whose stream has a name of letters; see the store's comment.
private func recordName(_ prefix: String, _ key: SnapshotKey) throws -> String {
  func padded(_ digits: String, _ width: Int) -> String {
    String(repeating: "0", count: width - digits.count) + digits
  }
  let version = padded("\(key.version)", 20)
  let schema = padded(String(key.schemaVersion, radix: 16), 8)
  let reducer = padded(String(key.reducerFingerprint, radix: 16), 16)
  return "\(prefix){\(key.stream.text)}:v\(version)-s\(schema)-r\(reducer)"
}
