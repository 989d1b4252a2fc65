import Glibc
import OmniPlatform
import OmniPostgreSQL
import OmniSnapshotStores
import OmniSnapshotter
import OmniTestKit
import OmniTime
import Testing

@Suite("PostgreSQLSnapshotStore")
struct PostgreSQLSnapshotStoreTests {
  typealias Store = PostgreSQLSnapshotStore

  // MARK: What all stores promise

  @Test func `it keeps the promises of a store`() throws {
    let address = try makeDatabase()
    var count = 0
    try SnapshotStoreConformance.check {
      count += 1
      return try Store.open(address, Store.Configuration(schema: "store \(count)"))
    }
  }

  @Test func `of many writers of one key exactly one is told that it was stored`() async throws {
    let address = try makeDatabase()
    try await StoreTrials.race { try Store.open(address) }
  }

  @Test func `an aggregate is what a full replay gives`() throws {
    let address = try makeDatabase()
    for seed in UInt64(0)..<3 { try StoreTrials.history(seed) { try Store.open(address) } }
  }

  @Test func `a record that was damaged is given as it is, and ignored`() throws {
    let address = try makeDatabase()
    try StoreTrials.damage(try Store.open(address)) { key, record in
      let rows = try PostgreSQLConnection(address).query(
        """
        UPDATE omni_snapshots.snapshots SET record = $1::bytea
        WHERE stream = convert_to($2, 'UTF8') AND version = $3::numeric RETURNING 1
        """, ["\\x" + hexadecimal(record), key.stream.text, "\(key.version)"])
      #expect(rows.count == 1)
    }
  }

  @Test func `a record above the limit is refused`() throws {
    try StoreTrials.limit(
      try Store.open(makeDatabase(), Store.Configuration(recordBytesMax: 100)))
  }

  // MARK: A server that goes away

  @Test func `a server that was killed is told of while it is away, and found again`() throws {
    let server = try PostgreSQLServer()
    let store = try Store.open(server.makeDatabase())
    let (key, other) = (try key("a", 1), try key("a", 2))
    #expect(try store.put([1], for: key))

    try server.kill()
    for _ in 0..<2 {
      #expect(backendCode { try store.load(key) } == "PGC-002")
      #expect(backendCode { try store.keys(of: key.stream) } == "PGC-002")
      #expect(backendCode { try store.put([2], for: other) } == "PGC-002")
      #expect(backendCode { try store.remove(key) } == "PGC-002")
    }
    try server.start()

    #expect(try store.load(key) == [1])
    #expect(try store.put([2], for: other))
    #expect(try store.keys(of: key.stream) == [key, other])
  }

  @Test func `where connecting takes long and fails, only one call waits for it`() throws {
    let server = try PostgreSQLServer()
    let address = try server.makeDatabase()
    let timeout = Interval.milliseconds(400)
    let store = try Store.open(
      address, Store.Configuration(connection: .init(connectTimeout: timeout)))
    let key = try key("a", 1)
    #expect(try store.put([1], for: key))
    try server.kill()
    let place = try #require(address.split(separator: " ").first?.dropFirst("host=".count))
    let listener = try SilentListener(path: "\(place)/.s.PGSQL.5432")

    #expect(backendCode { try store.load(key) } == "PGC-006")
    let codes = (0..<100).map { _ in backendCode { try store.load(key) } }

    // The breaker is open for a second; a machine that takes longer for all of them sees one probe.
    #expect(codes.count { $0 == "BRK-003" } >= 98)
    listener.close()
    try server.start()
    let end = Machine.monotonicNanoseconds + 60_000_000_000
    var bytes: [UInt8]?
    while bytes == nil, Machine.monotonicNanoseconds < end {
      OwnedThread.nap(microseconds: 20_000)
      bytes = try? store.load(key)
    }
    #expect(bytes == [1])
  }

  @Test func `a server that was killed and is back costs no call`() throws {
    let server = try PostgreSQLServer()
    let store = try Store.open(server.makeDatabase())
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

  @Test func `a session that the server ends is replaced`() throws {
    let address = try makeDatabase()
    let store = try Store.open(address)
    let key = try key("a", 1)

    _ = try PostgreSQLConnection(address).query(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
      """)

    #expect(try store.put([1], for: key))
    #expect(try store.load(key) == [1])
  }

  // MARK: The table

  @Test func `versions stand in the table in their order`() throws {
    let address = try makeDatabase()
    let store = try Store.open(address)
    for version in [10, 9, .max, 1 << 63, 1] as [UInt64] {
      #expect(try store.put([], for: key("a", version)))
    }
    let rows = try PostgreSQLConnection(address).query(
      "SELECT version FROM omni_snapshots.snapshots ORDER BY version")
    #expect(
      rows.map(\.[0]) == ["1", "9", "10", "9223372036854775808", "18446744073709551615"])
  }

  @Test func `a row that no store has written is not listed`() throws {
    let address = try makeDatabase()
    let store = try Store.open(address)
    let key = try key("a", 7)
    #expect(try store.put([1], for: key))
    try PostgreSQLConnection(address).execute(
      """
      INSERT INTO omni_snapshots.snapshots VALUES
        ('a', 18446744073709551616, 1, '0000000000000001', ''),
        ('a', 8, -1, '0000000000000001', ''), ('a', 8, 4294967296, '0000000000000001', ''),
        ('a', 8, 1, '1', ''), ('a', 8, 1, '', '')
      """)
    #expect(try store.keys(of: key.stream) == [key])
  }

  @Test func `schemas of any name are parted`() throws {
    let address = try makeDatabase()
    let names = ["a", "A", "a\"b", "'; DROP TABLE x; --", "日本語", String(repeating: "x", count: 63)]
    let key = try key("a", 1)
    for (index, schema) in names.enumerated() {
      let store = try Store.open(address, Store.Configuration(schema: schema))
      #expect(try store.put([UInt8(index)], for: key), "\(schema)")
    }
    for (index, schema) in names.enumerated() {
      let store = try Store.open(address, Store.Configuration(schema: schema))
      let record = try store.load(key)
      #expect(record == [UInt8(index)], "\(schema)")
    }
    for schema in ["", String(repeating: "x", count: 64), "a\0"] {
      let code = backendCode {
        try Store.open(address, Store.Configuration(schema: schema))
      }
      #expect(code == "PGC-007", "\(schema)")
    }
  }

  @Test func `many that make the table at once all get it`() async throws {
    let address = try makeDatabase()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { _ = try Store.open(address) } }
      try await group.waitForAll()
    }
  }

  @Test func `a user who may make nothing uses the table that is there`() throws {
    let server = try PostgreSQLServer.shared.get()
    let address = try server.makeDatabase()
    _ = try Store.open(address)
    try PostgreSQLConnection(address).execute(
      """
      CREATE ROLE keeper LOGIN PASSWORD 'open';
      GRANT USAGE ON SCHEMA omni_snapshots TO keeper;
      GRANT SELECT, INSERT, DELETE ON omni_snapshots.snapshots TO keeper
      """)
    let database = try #require(address.split(separator: " ").first { $0.hasPrefix("dbname=") })
    let theirs = server.address(
      database: String(database.dropFirst(7)), user: "keeper", password: "open")
    let key = try key("a", 1)

    let store = try Store.open(theirs)

    #expect(try store.put([1], for: key))
    #expect(try store.remove(key))
    #expect(
      backendCode { try Store.open(theirs, Store.Configuration(schema: "other")) } == "PGC-005")
  }

  @Test func `who is not let in is told so, without the password`() throws {
    let server = try PostgreSQLServer.shared.get()
    let failure = #expect(throws: SnapshotStoreFailure.self) {
      _ = try Store.open(server.address(database: "postgres", password: "wrong words"))
    }
    let text = try #require(failure).description
    #expect(text.hasPrefix("SNP-023: the database refused: PGC-003 the server lets nobody in"))
    #expect(!text.contains("wrong words"))
    #expect(backendCode { try Store.open("nonsense") } == "PGC-001")
  }
}

// MARK: - Words for the tests

private func makeDatabase() throws -> String { try PostgreSQLServer.shared.get().makeDatabase() }

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A socket at which everybody waits, and nobody is answered.
private final class SilentListener {
  private var descriptor: Int32
  private let path: String

  init(path: String) throws {
    self.path = path
    unsafe unlink(path)
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let isSet = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard path.utf8.count < room.count else { return false }
      unsafe room.copyBytes(from: path.utf8)
      return true
    }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let isBound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, length) == 0
      }
    }
    try #require(isSet && isBound && listen(descriptor, 100) == 0)
    unsafe chmod(path, 0o777)
  }

  deinit { close() }

  func close() {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
    unsafe unlink(path)
  }
}
