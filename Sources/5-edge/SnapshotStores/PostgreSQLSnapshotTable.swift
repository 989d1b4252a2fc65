import OmniPostgreSQL
import OmniSnapshotter

/// The table of snapshots in a schema of its own, and the statements that it is used with.
struct PostgreSQLSnapshotTable: Sendable {
  /// What PostgreSQL keeps of a name.
  private static let nameBytesMax = 63
  /// The lock under which the table is made: any number that all makers share.
  private static let lock = 0x4F4D_4E49_534E_5053
  private static let place = """
    stream = decode($1, 'hex') AND version = $2::numeric AND schema = $3::bigint AND reducer = $4
    """

  private let schema: String
  private let quotedSchema: String
  private let list: String
  private let select: String
  private let insert: String
  private let delete: String

  /// Writes the statements for the table in `schema`.
  init(schema: String) throws(SnapshotStoreFailure) {
    let bytes = schema.utf8
    guard (1...Self.nameBytesMax).contains(bytes.count), !bytes.contains(0) else {
      throw .backend(
        code: "PGC-007",
        reason: "the name of a schema has \(bytes.count) bytes; wanted 1 to "
          + "\(Self.nameBytesMax), none of them zero")
    }
    var quoted: [UInt8] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { quoted.append(byte) }
      quoted.append(byte)
    }
    quotedSchema = "\"" + String(decoding: quoted, as: UTF8.self) + "\""
    self.schema = schema
    let table = quotedSchema + ".snapshots"
    list = """
      SELECT version, schema, reducer FROM \(table) WHERE stream = decode($1, 'hex')
      """
    select = """
      SELECT encode(substring(record from 1 for \(RecordLimit.bytesRead)), 'hex')
      FROM \(table) WHERE \(Self.place)
      """
    insert = """
      INSERT INTO \(table) (stream, version, schema, reducer, record)
      VALUES (decode($1, 'hex'), $2::numeric, $3::bigint, $4, decode($5, 'hex'))
      ON CONFLICT DO NOTHING RETURNING 1
      """
    delete = "DELETE FROM \(table) WHERE \(Self.place) RETURNING 1"
  }

  /// Makes schema and table, unless the table is there.
  ///
  /// It is looked for first, since to make what is there takes rights that a user need not have.
  func makeIfMissing(_ connection: borrowing PostgreSQLConnection) throws(PostgreSQLFailure) {
    let found = try connection.query(
      "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'snapshots'", [schema])
    guard found.isEmpty else { return }
    // Two that make the same at once would refuse each other, IF NOT EXISTS or not. The statements
    // are one transaction, with which the lock ends.
    try connection.execute(
      """
      SELECT pg_advisory_xact_lock(\(Self.lock));
      CREATE SCHEMA IF NOT EXISTS \(quotedSchema);
      CREATE TABLE IF NOT EXISTS \(quotedSchema).snapshots (
        stream BYTEA NOT NULL,
        version NUMERIC(20) NOT NULL CHECK (version >= 0),
        schema BIGINT NOT NULL,
        reducer TEXT COLLATE "C" NOT NULL,
        record BYTEA NOT NULL,
        PRIMARY KEY (stream, version, schema, reducer)
      )
      """)
  }

  /// The keys of `stream`, ascending.
  func keys(
    of stream: StreamName, _ connection: borrowing PostgreSQLConnection
  ) throws(PostgreSQLFailure) -> [SnapshotKey] {
    let rows = try connection.query(list, [KeyText.hexadecimal(stream.text.utf8)])
    let keys = rows.compactMap { row -> SnapshotKey? in
      guard row.count == 3, let version = row[0], let schema = row[1].flatMap({ Int64($0) }),
        let reducer = row[2]
      else { return nil }
      return KeyText.key(of: stream, version: version, schema: schema, reducer: reducer)
    }
    return keys.sorted()
  }

  /// The record of `key`, or nil.
  func load(
    _ key: SnapshotKey, _ connection: borrowing PostgreSQLConnection
  ) throws(PostgreSQLFailure) -> [UInt8]? {
    let rows = try connection.query(select, Self.parameters(key))
    guard let text = rows.first?.first ?? nil else { return nil }
    return KeyText.bytes(hexadecimal: text)
  }

  /// Adds `record` unless there is one; tells if it was added.
  func put(
    _ record: [UInt8], for key: SnapshotKey, _ connection: borrowing PostgreSQLConnection
  ) throws(PostgreSQLFailure) -> Bool {
    let parameters = Self.parameters(key) + [KeyText.hexadecimal(record)]
    return try !connection.query(insert, parameters).isEmpty
  }

  /// Removes the record of `key`; tells if there was one.
  func remove(
    _ key: SnapshotKey, _ connection: borrowing PostgreSQLConnection
  ) throws(PostgreSQLFailure) -> Bool {
    try !connection.query(delete, Self.parameters(key)).isEmpty
  }

  private static func parameters(_ key: SnapshotKey) -> [String?] {
    [
      KeyText.hexadecimal(key.stream.text.utf8), String(key.version), String(key.schemaVersion),
      KeyText.reducer(key.reducerFingerprint),
    ]
  }
}
