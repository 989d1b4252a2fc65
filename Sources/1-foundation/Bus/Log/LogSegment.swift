import OmniEncoding
import OmniPlatform

/// One file of a log: a header, then events as ``EventEnvelope`` writes them, one after the other.
///
///     offset  0  "OBLG"                           UInt32
///             4  version of the layout, 1         UInt32
///             8  number of the first event        UInt64
///            16  CRC-32C of the bytes 0 to 15     UInt32
///            20  zero                             UInt32
///
/// The file is called `bus-` and the number of its first event in twenty digits, so names sort as
/// events do.
struct LogSegment: Sendable, Equatable {
  static let headerBytes = 24
  private static let magic: UInt32 = 0x474C_424F

  /// The number of the first event.
  let first: UInt64
  /// How many bytes of the file are events and header.
  var bytes = LogSegment.headerBytes

  var name: String { Self.name(first) }

  static func name(_ first: UInt64) -> String {
    let digits = String(first)
    return "bus-" + String(repeating: "0", count: 20 - digits.count) + digits + ".oblog"
  }

  /// The first number that `name` tells, or nil if it is no segment's.
  static func first(ofName name: String) -> UInt64? {
    guard name.hasPrefix("bus-"), name.hasSuffix(".oblog"),
      let first = UInt64(name.dropFirst(4).dropLast(6)), first > 0, Self.name(first) == name
    else { return nil }
    return first
  }

  var header: [UInt8] {
    var bytes = Self.bytes(UInt64(Self.magic) | 1 << 32) + Self.bytes(first)
    bytes += Self.bytes(UInt64(CRC32C.checksum(bytes)))
    return bytes
  }

  private static func bytes(_ word: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
  }

  /// How a file ends.
  enum Ending: Equatable {
    case whole
    /// Behind the last whole event there are bytes that are no whole one.
    case torn
  }

  /// Checks every byte of the file in `folder`, and sets ``bytes`` to where its last event ends.
  ///
  /// - Parameter isLast: whether the file may end in the middle of an event, as a process or a
  ///   machine that stopped leaves it: with fewer bytes than the event has, or with zeros that the
  ///   system put where it had not written yet.
  /// - Returns: how it ends, and the number that the next event has.
  mutating func scan(
    in folder: String, isLast: Bool
  ) throws(EventLogFailure) -> (ending: Ending, next: UInt64) {
    let image = try Image(folder + "/" + name)
    let span = unsafe image.bytes.bytes
    guard unsafe image.bytes.starts(with: header) else {
      // Only a beginning of the header, or zeros, is what a stop may leave.
      if isLast, unsafe header.starts(with: image.bytes) || Self.isZero(span) {
        bytes = 0
        return (.torn, first)
      }
      let found = unsafe image.bytes.prefix(Self.headerBytes).map { String($0) }
      throw .badSegment(segment: name, found: "bytes " + found.joined(separator: " "))
    }
    var next = first
    bytes = Self.headerBytes
    while bytes < span.byteCount {
      let rest = span.extracting(bytes..<span.byteCount)
      do throws(EnvelopeFailure) {
        let (head, payloadBytes) = try EventEnvelope.decodeHeader(rest)
        try EventEnvelope.checkPayload(rest, payloadBytes)
        guard head.sequence == next else {
          throw .senseless(field: Self.sequenceField, value: head.sequence)
        }
        bytes += EventEnvelope.headerBytes + payloadBytes
        next += 1
      } catch {
        if isLast {
          if case .truncated = error { return (.torn, next) }
          if Self.isZero(rest) { return (.torn, next) }
        }
        if case .senseless(let field, let found) = error, field == Self.sequenceField {
          throw .gap(segment: name, found: found, wanted: next)
        }
        throw .corrupt(segment: name, offset: bytes, reason: error)
      }
    }
    return (.whole, next)
  }

  private static let sequenceField = "sequence number"

  private static func isZero(_ bytes: RawSpan) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in unsafe ZeroScan.firstNonZero(buffer) == nil }
  }

  /// The content of a file, mapped, as a segment may be larger than what should be allocated.
  @safe private struct Image: ~Copyable {
    private let region: MappedRegion?

    init(_ path: String) throws(EventLogFailure) {
      do throws(FileError) {
        let file = try File(path, .read)
        let size = try file.size()
        region = size > 0 ? try MappedRegion(reading: file, count: size) : nil
      } catch {
        throw .file(error)
      }
    }

    @unsafe var bytes: UnsafeRawBufferPointer {
      switch region {
      case .some(let region): unsafe region.bytes
      case .none: unsafe UnsafeRawBufferPointer(start: nil, count: 0)
      }
    }
  }
}
