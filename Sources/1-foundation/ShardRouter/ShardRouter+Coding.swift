import OmniEncoding

/// The bytes of a router are words of 64 bits, least significant byte first:
///
///     magic, version, strategy, seed, replicaCount, epoch, nodeCount,
///     for each node: weight, zone (a flag, then a text), name (a text),
///     the strategy's own:
///       slots       count, then four owners a word
///       anchor      capacity, removed count, removed, then for each working bucket its node
///       maglev      placeCount
///       ring        virtualNodes
///       jump        for each bucket its node
///     checksum: CRC-32C of all before it
///
/// One router has one text: what is read is written again and compared.
extension ShardRouter {
  /// The version that is written and read here.
  public static let codingVersion: UInt64 = 1
  /// How many bytes a router has at most.
  public static let encodedSizeMax = 64 << 20

  private static let magic: UInt64 = 0x4452_4853_494E_4D4F

  /// The bytes of the router, from which ``init(decoding:)`` makes an equal one.
  ///
  /// - Complexity: O(nodes + slots); allocates.
  public func encoded() -> [UInt8] {
    var sink = WordArray()
    sink.put(Self.magic)
    sink.put(Self.codingVersion)
    sink.put(UInt64(strategy.rawValue))
    sink.put(seed)
    sink.put(UInt64(replicaCount))
    Self.put(membership, into: &sink)
    switch table {
    case .slots(let map): Self.put(map.owners, into: &sink)
    case .anchor(let map): Self.put(map, into: &sink)
    case .maglev(let map): sink.put(UInt64(map.placeCount))
    case .ring(let map): sink.put(UInt64(map.virtualNodes))
    case .jump(let map): for node in map.order { sink.put(UInt64(node)) }
    case .rendezvous: break
    }
    sink.put(UInt64(CRC32C.checksum(sink.bytes)))
    return sink.bytes
  }

  /// Reads a router.
  ///
  /// - Throws: ``ShardFailure/notARouter``, ``ShardFailure/version(found:known:)``,
  ///   ``ShardFailure/checksum(found:computed:)`` or ``ShardFailure/senseless(_:)``; for bytes with
  ///   the right checksum also what creating such a router throws.
  /// - Complexity: O(n) for n bytes, and that of making the strategy's table; what is allocated is
  ///   bounded by the bytes that there are and the limits of the settings.
  public init(decoding bytes: [UInt8]) throws(ShardFailure) {
    var source = RouterSource(try Self.checkedWords(bytes))
    guard let strategy = ShardStrategy(rawValue: UInt8(try source.count(limit: 255))) else {
      throw .senseless("the strategy is none")
    }
    let seed = try source.word()
    let replicaCount = try source.count(limit: Self.replicaCounts.upperBound)
    let membership = try source.membership()
    let table = try source.table(strategy, membership, seed: seed)
    guard source.isAtEnd else { throw .senseless("there are words behind the end") }
    try self.init(table, replicaCount: replicaCount, seed: seed)
    guard encoded() == bytes else { throw .senseless("the bytes are not those of their meaning") }
  }

  /// The words between version and checksum, once those are right.
  private static func checkedWords(_ bytes: [UInt8]) throws(ShardFailure) -> [UInt64] {
    guard bytes.count >= 24, bytes.count <= encodedSizeMax, bytes.count % 8 == 0,
      XXH64.littleEndianWord(bytes, at: 0) == magic
    else { throw .notARouter }
    let version = XXH64.littleEndianWord(bytes, at: 8)
    guard version == codingVersion else { throw .version(found: version, known: codingVersion) }
    let found = XXH64.littleEndianWord(bytes, at: bytes.count - 8)
    let computed = UInt64(CRC32C.checksum(Array(bytes.dropLast(8))))
    guard found == computed else { throw .checksum(found: found, computed: computed) }
    return stride(from: 16, to: bytes.count - 8, by: 8).map {
      XXH64.littleEndianWord(bytes, at: $0)
    }
  }

  private static func put(_ membership: Membership, into sink: inout WordArray) {
    sink.put(membership.epoch)
    sink.put(UInt64(membership.count))
    for node in membership.nodes {
      sink.put(UInt64(node.weight))
      sink.put(node.zone != nil)
      sink.put(node.zone ?? "")
      sink.put(node.name)
    }
  }

  private static func put(_ owners: [UInt16], into sink: inout WordArray) {
    sink.put(UInt64(owners.count))
    for first in stride(from: 0, to: owners.count, by: 4) {
      let word = (0..<4).reduce(UInt64(0)) { $0 | UInt64(owners[first + $1]) << UInt64(16 * $1) }
      sink.put(word)
    }
  }

  private static func put(_ map: AnchorTable, into sink: inout WordArray) {
    sink.put(UInt64(map.anchor.capacity))
    sink.put(UInt64(map.anchor.removed.count))
    for bucket in map.anchor.removed { sink.put(UInt64(bucket)) }
    for bucket in 0..<map.anchor.capacity where map.anchor.works(bucket) {
      sink.put(UInt64(map.nodeByBucket[bucket]))
    }
  }
}
