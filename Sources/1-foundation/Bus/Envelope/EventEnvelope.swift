import OmniEncoding
import OmniTime

/// The one form of an event in bytes, for logs and bridges; all numbers are little endian.
///
///     offset  0  "OBEV"                                              UInt32
///             4  version of the envelope, 1                          UInt16
///             6  topic                                               UInt16
///             8  sequence number                                     UInt64
///            16  timestamp, nanoseconds since the Unix epoch         Int64
///            24  key                                                 UInt64
///            32  schema of the payload                               UInt16
///            34  version of the schema                               UInt16
///            36  length of the payload in bytes                      UInt32
///            40  CRC-32C of the bytes 0 to 39                        UInt32
///            44  CRC-32C of the payload, continued from the one before  UInt32
///            48  payload
///
/// The header has a checksum of its own, so that its length can be believed before the payload is
/// there: that tells a record that was cut off from one that was damaged. The payload's checksum
/// continues the header's, so a payload never passes under another event's header.
///
/// Versions: an envelope of a newer version is refused, as nobody can know where its fields stand. A
/// payload of a newer version is passed on with its number, for whoever understands it.
public enum EventEnvelope {
  /// The size of what stands before the payload.
  public static let headerBytes = 48
  /// The newest version of the envelope that is known, and the one that is written.
  public static let version: UInt16 = 1
  /// The longest payload.
  public static let payloadBytesMax = 65_504
  /// The bytes "OBEV".
  static let magic: UInt32 = 0x5645_424F

  /// The bytes of `event`.
  ///
  /// - Precondition: the sequence number is above 0, and the payload not longer than
  ///   ``payloadBytesMax``.
  public static func encoded(_ event: BusEvent) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(headerBytes + event.payload.count)
    append(event.header, unsafe event.payload.span.bytes, to: &bytes)
    return bytes
  }

  /// Adds the bytes of an event to `bytes`.
  ///
  /// - Precondition: as for ``encoded(_:)``.
  /// - Complexity: O(payload); allocates only while `bytes` has never been as large.
  public static func append(_ header: BusHeader, _ payload: RawSpan, to bytes: inout [UInt8]) {
    precondition(header.sequence > 0, "an event that has its number")
    precondition(payload.byteCount <= payloadBytesMax, "a payload that fits into a record")
    let start = bytes.count
    put(magic, &bytes)
    put(version, &bytes)
    put(header.topic.id, &bytes)
    put(header.sequence, &bytes)
    put(UInt64(bitPattern: header.timestamp.nanoseconds), &bytes)
    put(header.key, &bytes)
    put(header.schema.id, &bytes)
    put(header.schema.version, &bytes)
    put(UInt32(payload.byteCount), &bytes)
    let checksum = unsafe bytes.withUnsafeBytes { buffer in
      unsafe CRC32C.checksum(UnsafeRawBufferPointer(rebasing: buffer[start...]))
    }
    put(checksum, &bytes)
    unsafe payload.withUnsafeBytes { buffer in
      put(unsafe CRC32C.checksum(buffer, continuing: checksum), &bytes)
      unsafe bytes.append(contentsOf: buffer)
    }
  }

  /// The event that `bytes`, all of them, are.
  ///
  /// - Throws: ``EnvelopeFailure``; bytes of any kind and length are refused or understood, and
  ///   never stop the program.
  /// - Complexity: O(bytes); allocates the payload once its header is known to be whole.
  public static func decode(_ bytes: [UInt8]) throws(EnvelopeFailure) -> BusEvent {
    let span = unsafe bytes.span.bytes
    let (header, length) = try decodeHeader(span)
    let total = headerBytes + length
    guard span.byteCount <= total else {
      throw .trailing(bytes: span.byteCount, wanted: total)
    }
    try checkPayload(span, length)
    return BusEvent(header, payload: Array(bytes[headerBytes...]))
  }

  /// What the first 48 of `bytes` say, which may be followed by anything.
  ///
  /// - Returns: the header, and the length of the payload in bytes.
  public static func decodeHeader(
    _ bytes: RawSpan
  ) throws(EnvelopeFailure) -> (header: BusHeader, payloadBytes: Int) {
    guard bytes.byteCount >= headerBytes else {
      throw .truncated(bytes: bytes.byteCount, wanted: headerBytes)
    }
    let found: UInt32 = word(bytes, 0)
    guard found == magic else { throw .notAnEvent(magic: found) }
    // Before the checksum: another version may have it elsewhere.
    let version: UInt16 = word(bytes, 4)
    guard version == Self.version else {
      throw .unsupportedVersion(found: version, newest: Self.version)
    }
    let wanted = checksum(bytes, 0..<40, continuing: 0)
    let checksum: UInt32 = word(bytes, 40)
    guard checksum == wanted else { throw .headerChecksum(found: checksum, wanted: wanted) }
    let id: UInt16 = word(bytes, 6)
    guard let topic = BusTopic(id: id) else { throw .senseless(field: "topic", value: UInt64(id)) }
    let sequence: UInt64 = word(bytes, 8)
    guard sequence > 0 else { throw .senseless(field: "sequence number", value: 0) }
    let length: UInt32 = word(bytes, 36)
    guard length <= payloadBytesMax else {
      throw .senseless(field: "payload length", value: UInt64(length))
    }
    let draft = BusDraft(
      topic, schema: BusSchema(word(bytes, 32), version: word(bytes, 34)),
      timestamp: Timestamp(nanoseconds: Int64(bitPattern: word(bytes, 16))), key: word(bytes, 24))
    return (BusHeader(sequence: sequence, draft), Int(length))
  }

  /// Checks the `length` bytes of payload behind a header that was decoded.
  static func checkPayload(_ bytes: RawSpan, _ length: Int) throws(EnvelopeFailure) {
    let total = headerBytes + length
    guard bytes.byteCount >= total else {
      throw .truncated(bytes: bytes.byteCount, wanted: total)
    }
    let wanted = checksum(bytes, headerBytes..<total, continuing: word(bytes, 40))
    let found: UInt32 = word(bytes, 44)
    guard found == wanted else { throw .payloadChecksum(found: found, wanted: wanted) }
  }

  private static func checksum(
    _ bytes: RawSpan, _ range: Range<Int>, continuing seed: UInt32
  ) -> UInt32 {
    unsafe bytes.extracting(range).withUnsafeBytes { buffer in
      unsafe CRC32C.checksum(buffer, continuing: seed)
    }
  }

  /// The number at `offset`, which is inside.
  private static func word<Number: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: RawSpan, _ offset: Int
  ) -> Number {
    // Every pattern of bits is a number, and the span checks its bounds.
    Number(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  private static func put<Number: FixedWidthInteger>(_ number: Number, _ bytes: inout [UInt8]) {
    unsafe withUnsafeBytes(of: number.littleEndian) { word in
      unsafe bytes.append(contentsOf: word)
    }
  }
}
