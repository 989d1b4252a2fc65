/// The steps that turn states of older schemas into states of newer ones, on their bytes.
///
/// Each step leads from one schema to the next. A snapshot of schema 3 of a model that is at 5 is
/// read by way of the steps from 3 and from 4; if one is missing, the snapshot is ignored. What is
/// raised is the layout of the state: its version, its events and its time stay what they were.
///
///     static var upcasters: Upcasters {
///       Upcasters().adding(from: 1) { state in state + [0] }
///     }
public struct Upcasters: Sendable {
  /// Turns an encoded state of one schema into one of the next.
  public typealias Step = @Sendable ([UInt8]) throws(CodecFailure) -> [UInt8]

  private var steps: [UInt32: Step] = [:]

  /// Creates a chain without steps.
  public init() {}

  /// The same chain with a step from schema `version` to `version + 1`.
  ///
  /// - Precondition: there is no step from `version` yet.
  public func adding(from version: UInt32, _ step: @escaping Step) -> Self {
    precondition(steps[version] == nil, "one step leads on from a schema")
    var longer = self
    longer.steps[version] = step
    return longer
  }

  /// Whether each step from schema `old` to schema `new` is there; true if they are the same.
  ///
  /// - Complexity: O(steps).
  public func covers(from old: UInt32, to new: UInt32) -> Bool {
    guard old <= new else { return false }
    // A chain has no more steps than were added, whatever numbers a record names.
    guard UInt64(new - old) <= UInt64(steps.count) else { return false }
    return (old..<new).allSatisfy { steps[$0] != nil }
  }

  /// The encoded state `payload` of schema `old` as one of schema `new`.
  ///
  /// - Throws: `newerSchema`, `missingUpcaster` or `upcastRefused`.
  /// - Complexity: that of the steps.
  public func upcast(
    _ payload: [UInt8], from old: UInt32, to new: UInt32
  ) throws(SnapshotFlaw) -> [UInt8] {
    guard old <= new else { throw .newerSchema }
    guard covers(from: old, to: new) else { throw .missingUpcaster }
    var payload = payload
    for version in old..<new {
      guard let step = steps[version] else { throw .missingUpcaster }
      do throws(CodecFailure) { payload = try step(payload) } catch { throw .upcastRefused }
    }
    return payload
  }
}
