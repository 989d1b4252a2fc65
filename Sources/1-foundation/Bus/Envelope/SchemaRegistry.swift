/// What payloads look like: the schemas by number and name, their versions, and the steps that bring
/// an old payload to the newest form.
///
/// A value without input or output: fill it at the start, then hand out copies.
public struct SchemaRegistry: Sendable {
  /// Turns a payload of one version into the next, or gives nil when it does not understand it.
  public typealias Step = @Sendable (_ payload: [UInt8]) -> [UInt8]?

  /// How many schemas there are at most.
  public static let countMax = 4_096

  /// A payload, and the version it is of.
  public struct Payload: Sendable, Equatable {
    /// Which schema and version.
    public let schema: BusSchema
    /// The bytes.
    public let bytes: [UInt8]
  }

  private struct Entry {
    let name: String
    /// The step from version `index` + 1 to the next.
    let steps: [Step]
  }

  private var entries: [UInt16: Entry] = [:]
  private var ids: [String: UInt16] = [:]

  /// Creates a registry without schemas.
  public init() {}

  /// Adds a schema, whose newest version is one more than there are steps.
  ///
  /// - Parameter steps: from version 1 to 2, from 2 to 3, and on.
  /// - Throws: `taken`, `tooMany`; nothing was added.
  @discardableResult
  public mutating func add(
    _ id: UInt16, _ name: String, steps: [Step] = []
  ) throws(SchemaFailure) -> BusSchema {
    guard entries[id] == nil, ids[name] == nil else { throw .taken(id: id, name: name) }
    guard entries.count < Self.countMax, steps.count < Int(UInt16.max) else {
      throw .tooMany(limit: Self.countMax)
    }
    entries[id] = Entry(name: name, steps: steps)
    ids[name] = id
    return BusSchema(id, version: UInt16(steps.count + 1))
  }

  /// The newest version of the schema called `name`, or nil.
  public func newest(named name: String) -> BusSchema? {
    ids[name].flatMap { newest($0) }
  }

  /// The newest version of the schema numbered `id`, or nil.
  public func newest(_ id: UInt16) -> BusSchema? {
    entries[id].map { BusSchema(id, version: UInt16($0.steps.count + 1)) }
  }

  /// The name of the schema numbered `id`, or nil.
  public func name(_ id: UInt16) -> String? { entries[id]?.name }

  /// Brings a payload to the newest version that is known.
  ///
  /// A payload of a version that is newer still is passed on as it is, with its number.
  ///
  /// - Throws: `unknown`, `noStep` for version 0, and `refused` when a step gives up.
  /// - Complexity: O(steps), each with the payload it makes.
  public func upcast(_ bytes: [UInt8], _ schema: BusSchema) throws(SchemaFailure) -> Payload {
    guard let entry = entries[schema.id] else { throw .unknown(id: schema.id) }
    guard schema.version > 0 else { throw .noStep(id: schema.id, from: 0) }
    var bytes = bytes
    var version = Int(schema.version)
    while version <= entry.steps.count {
      guard let next = entry.steps[version - 1](bytes) else {
        throw .refused(id: schema.id, version: UInt16(version))
      }
      bytes = next
      version += 1
    }
    return Payload(schema: BusSchema(schema.id, version: UInt16(version)), bytes: bytes)
  }
}
