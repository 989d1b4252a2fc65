/// A node that keys can go to: a name, a weight and, if known, the zone it fails with.
///
/// The name is the identity. Its hash, not the order in which nodes are listed, decides what the
/// node gets, so every host computes the same answer from the same names.
public struct ShardNode: Sendable, Hashable {
  /// The name: 1 to 255 printable ASCII characters without blanks, so that equal texts have equal
  /// bytes.
  public let name: String
  /// The share the node takes, relative to the others; at least 1.
  public let weight: UInt32
  /// The zone, rack or site that fails as one, or nil if the node fails alone.
  public let zone: String?
  /// The hash of the name.
  public let identity: UInt64

  /// Names a node.
  ///
  /// - Throws: ``ShardFailure/badName(_:)`` for the name or the zone,
  ///   ``ShardFailure/noWeight(node:)``.
  public init(_ name: String, weight: UInt32 = 1, zone: String? = nil) throws(ShardFailure) {
    guard Self.isName(name) else { throw .badName(name) }
    if let zone, !Self.isName(zone) { throw .badName(zone) }
    guard weight > 0 else { throw .noWeight(node: name) }
    self.name = name
    self.weight = weight
    self.zone = zone
    identity = XXH64.hash(name)
  }

  /// Names a node by a number, which is written in decimal.
  ///
  /// - Throws: ``ShardFailure/badName(_:)`` for the zone, ``ShardFailure/noWeight(node:)``.
  public init(number: UInt64, weight: UInt32 = 1, zone: String? = nil) throws(ShardFailure) {
    try self.init(String(number), weight: weight, zone: zone)
  }

  private static func isName(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
