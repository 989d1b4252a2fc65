import OmniBus

/// What is published in a channel: an event, and its place among those of the channel.
///
///     offset  0  run of the publisher                       UInt64, little endian
///             8  number in the channel and the run, from 1  UInt64, little endian
///            16  the event's envelope
///
/// The bus's numbers have gaps for whoever does not read all topics; these have none. A publisher
/// that begins anew, or skipped events without knowing whose they were, takes another run.
struct FanOutFrame: Equatable {
  static let headerBytes = 16

  let run: UInt64
  let number: UInt64
  let event: BusEvent

  /// Writes the frame of an event to `bytes`, instead of what is there.
  static func write(
    run: UInt64, number: UInt64, _ header: BusHeader, _ payload: RawSpan, to bytes: inout [UInt8]
  ) {
    bytes.removeAll(keepingCapacity: true)
    for word in [run, number] {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    EventEnvelope.append(header, payload, to: &bytes)
  }

  /// Reads what came in `channel`.
  init(_ bytes: [UInt8], channel: String) throws(BridgeFailure) {
    guard bytes.count > Self.headerBytes else { throw .damaged(place: channel, .empty) }
    run = Self.word(bytes[0..<8])
    number = Self.word(bytes[8..<16])
    do throws(EnvelopeFailure) {
      event = try EventEnvelope.decode(Array(bytes[Self.headerBytes...]))
    } catch {
      throw .damaged(place: channel, .envelope(error))
    }
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
