import OmniBus
import OmniRedis

/// What an entry of a stream says: fields of one letter, and their values.
///
///     e  an event's envelope
///     o  the oldest event that can be sent again, with f and t, what was asked for
///     d  the last number of what was asked for, all of which has been sent as far as it is there
enum StreamEntry: Equatable {
  case event(BusEvent)
  case outOfReach(oldest: UInt64, wanted: ClosedRange<UInt64>)
  case done(UInt64)

  /// Reads the fields of the entry called `id`.
  init(id: String, _ fields: [RedisReply]) throws(BridgeFailure) {
    let values = try Self.values(id, fields)
    if let bytes = values["e"] {
      do throws(EnvelopeFailure) {
        self = .event(try EventEnvelope.decode(bytes))
      } catch {
        throw .damaged(place: id, .envelope(error))
      }
      return
    }
    if let oldest = Self.number(values["o"]), let range = Self.range(values) {
      self = .outOfReach(oldest: oldest, wanted: range)
      return
    }
    guard let last = Self.number(values["d"]) else { throw .damaged(place: id, .empty) }
    self = .done(last)
  }

  /// The values by their fields' names.
  static func values(
    _ id: String, _ fields: [RedisReply]
  ) throws(BridgeFailure) -> [String: [UInt8]] {
    var values: [String: [UInt8]] = [:]
    var index = 0
    do throws(RedisFailure) {
      while index + 1 < fields.count {
        values[try fields[index].text()] = try fields[index + 1].bytes()
        index += 2
      }
    } catch {
      throw .damaged(place: id, .empty)
    }
    return values
  }

  /// The numbers from `f` to `t`.
  static func range(_ values: [String: [UInt8]]) -> ClosedRange<UInt64>? {
    guard let from = number(values["f"]), let to = number(values["t"]), from > 0, from <= to,
      to < .max
    else { return nil }
    return from...to
  }

  private static func number(_ bytes: [UInt8]?) -> UInt64? {
    guard let bytes, bytes.count <= 20 else { return nil }
    return UInt64(String(decoding: bytes, as: UTF8.self))
  }
}
