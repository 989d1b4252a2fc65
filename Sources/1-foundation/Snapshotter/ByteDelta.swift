import OmniEncoding

/// What has to be done to one array of bytes so that it becomes another: copies and insertions.
///
/// A delta is, with numbers as varints of seven bits (LEB128, the shortest form alone):
///
///     source bytes, CRC-32C of the source (4), result bytes, CRC-32C of the result (4),
///     then until the end, for each piece of the result in order:
///       2 × length + 1, place in the source     copies `length` bytes of the source
///       2 × length, the bytes                   inserts them
///
/// Applying checks the source before anything is done and the result after it, and every length
/// and place on the way, so that bytes from anywhere either give the result that was meant or are
/// refused. Nothing larger than the stated result is ever allocated.
///
/// Copy and insert is the scheme of VCDIFF (RFC 3284), without its address caches and code tables:
/// snapshots of one model differ in place, where these save little.
public enum ByteDelta {
  /// Why a delta was refused.
  public enum Failure: Error, Equatable, Sendable {
    /// The bytes end at `at`, where more were wanted.
    case truncated(at: Int)
    /// A number or piece at `at` is in no form that is ever written.
    case malformed(at: Int)
    /// It was made from other bytes than those given.
    case wrongSource
    /// A piece at `at` lies outside the source, or goes beyond the end of the result.
    case outOfBounds(at: Int)
    /// What came out is not what was meant.
    case wrongResult
    /// The result would have more bytes than are allowed.
    case tooLong(bytes: UInt64, limitBytes: Int)
  }

  /// The bytes that `delta` makes of `source`.
  ///
  /// - Parameter resultBytesMax: the most bytes that the result may have.
  /// - Throws: ``Failure``.
  /// - Complexity: O(source + result + delta); one allocation for the result.
  public static func apply(
    _ delta: [UInt8], to source: [UInt8], resultBytesMax: Int
  ) throws(Failure) -> [UInt8] {
    var reader = DeltaReader(delta)
    let header = try reader.header()
    guard header.sourceBytes == UInt64(source.count),
      header.sourceChecksum == CRC32C.checksum(source)
    else { throw .wrongSource }
    guard header.resultBytes <= UInt64(max(0, resultBytesMax)) else {
      throw .tooLong(bytes: header.resultBytes, limitBytes: resultBytesMax)
    }
    let resultBytes = Int(header.resultBytes)
    var result: [UInt8] = []
    // A short delta that claims a long result gets no more room than honest ones mostly need.
    result.reserveCapacity(min(resultBytes, source.count + delta.count))
    while !reader.isAtEnd {
      let at = reader.place
      let word = try reader.number()
      guard word > 1 else { throw .malformed(at: at) }
      guard word / 2 <= UInt64(resultBytes - result.count) else { throw .outOfBounds(at: at) }
      let length = Int(word / 2)
      if word % 2 == 1 {
        let start = try reader.number()
        guard start <= UInt64(source.count), length <= source.count - Int(start) else {
          throw .outOfBounds(at: at)
        }
        result.append(contentsOf: source[Int(start)..<(Int(start) + length)])
      } else {
        result.append(contentsOf: try reader.bytes(length))
      }
    }
    guard result.count == resultBytes, CRC32C.checksum(result) == header.resultChecksum else {
      throw .wrongResult
    }
    return result
  }
}

/// Reads the numbers and bytes of a delta from its beginning.
struct DeltaReader {
  /// What stands at the beginning of a delta.
  struct Header {
    let sourceBytes: UInt64
    let sourceChecksum: UInt32
    let resultBytes: UInt64
    let resultChecksum: UInt32
  }

  private let delta: [UInt8]
  private(set) var place = 0

  init(_ delta: [UInt8]) { self.delta = delta }

  var isAtEnd: Bool { place == delta.count }

  mutating func header() throws(ByteDelta.Failure) -> Header {
    let sourceBytes = try number()
    let sourceChecksum = try checksum()
    return Header(
      sourceBytes: sourceBytes, sourceChecksum: sourceChecksum, resultBytes: try number(),
      resultChecksum: try checksum())
  }

  mutating func number() throws(ByteDelta.Failure) -> UInt64 {
    let start = place
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard place < delta.count else { throw .truncated(at: place) }
      let byte = delta[place]
      place += 1
      // The tenth byte has room for one bit; a last byte of zero is no shortest form.
      if shift == 63 && byte > 1 || byte == 0 && shift > 0 { throw .malformed(at: start) }
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    throw .malformed(at: start)
  }

  mutating func bytes(_ count: Int) throws(ByteDelta.Failure) -> ArraySlice<UInt8> {
    guard count <= delta.count - place else { throw .truncated(at: delta.count) }
    defer { place += count }
    return delta[place..<(place + count)]
  }

  private mutating func checksum() throws(ByteDelta.Failure) -> UInt32 {
    let start = place
    _ = try bytes(4)
    return delta.littleEndian(UInt32.self, at: start)
  }
}

extension ByteDelta.Failure: CustomStringConvertible {
  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .truncated: "SNP-040"
    case .malformed: "SNP-041"
    case .wrongSource: "SNP-042"
    case .outOfBounds: "SNP-043"
    case .wrongResult: "SNP-044"
    case .tooLong: "SNP-045"
    }
  }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .truncated(let at): "\(code): a delta ends at byte \(at), where more was wanted"
    case .malformed(let at): "\(code): what stands at byte \(at) of a delta is never written"
    case .wrongSource: "\(code): a delta was made from other bytes than those given"
    case .outOfBounds(let at):
      "\(code): the piece at byte \(at) of a delta lies outside the source or the result"
    case .wrongResult: "\(code): a delta does not give the bytes that were meant"
    case .tooLong(let bytes, let limitBytes):
      "\(code): a delta gives \(bytes) bytes, and at most \(limitBytes) are allowed"
    }
  }
}
