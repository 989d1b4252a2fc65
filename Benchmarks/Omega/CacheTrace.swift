import OmniPlatform

/// The keys of a recorded series of requests to a cache.
public struct CacheTrace: Sendable {
  /// How a trace is written down.
  public enum Format: String, Sendable, CaseIterable {
    /// Lines of `start count …`: the blocks from `start` on, as in the traces of the ARC paper.
    case arc
    /// A number a line; lines of a star are left out, as in the traces of LIRS.
    case lines
    /// A table with a header; the key is in a column `lbn`, `obj_id`, `key` or `id`.
    case csv
    /// Whole numbers of 32 bits, the highest byte first, as in the traces of cache2k.
    case int32be
    /// Whole numbers of 32 bits, the lowest byte first.
    case int32le
    /// Whole numbers of 64 bits, the highest byte first.
    case int64be
    /// Records of 24 bytes of libCacheSim's `oracleGeneral`; the key is the second field.
    case oracle
  }

  /// The most bytes of a trace, unpacked.
  public static let bytesMax = 1 << 32
  /// The most requests.
  public static let requestCountMax = 1 << 30

  /// The keys, in the order in which they were asked for.
  public private(set) var keys: [UInt64] = []

  /// Reads a trace, packed by gzip or zstd or not at all.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - format: How it is written; by its name and its first bytes if nothing is given.
  ///   - limit: The most requests to read.
  public init(
    path: String, format: Format?, limit: Int = Self.requestCountMax
  ) throws(BenchmarkFailure) {
    let bytes: [UInt8]
    do throws(FileError) {
      var reader = try FileReader(path)
      bytes = try reader.readAll(limit: Self.bytesMax)
    } catch {
      throw .failed(error.description)
    }
    try self.init(bytes, name: path, format: format, limit: limit)
  }

  /// Reads a trace from memory; see `init(path:format:limit:)`.
  public init(
    _ bytes: [UInt8], name: String, format: Format?, limit: Int = Self.requestCountMax
  ) throws(BenchmarkFailure) {
    guard let format = format ?? Self.format(of: name, bytes) else {
      throw .failed(
        "\(name): neither its name nor its first bytes say how it is written; wanted a format: "
          + Format.allCases.map(\.rawValue).joined(separator: ", "))
    }
    switch format {
    case .arc, .lines: try readLines(bytes, name: name, isRanges: format == .arc, limit: limit)
    case .csv: try readTable(bytes, name: name, limit: limit)
    case .int32be, .int32le: try readWords(bytes, name: name, format, limit: limit)
    case .int64be: try readWords(bytes, name: name, format, limit: limit)
    case .oracle: try readWords(bytes, name: name, format, limit: limit)
    }
    guard !keys.isEmpty else { throw .failed("\(name): no request in it") }
  }

  /// The format, if the name or the first bytes say it.
  private static func format(of path: String, _ bytes: [UInt8]) -> Format? {
    var name = path.split(separator: "/").last.map(String.init) ?? path
    for packing in [".gz", ".zst"] where name.hasSuffix(packing) {
      name.removeLast(packing.utf8.count)
    }
    if name.hasSuffix(".lis") { return .arc }
    if name.hasSuffix(".csv") { return .csv }
    if name.contains("oracleGeneral") { return .oracle }
    let isText = bytes.prefix(4_096).allSatisfy {
      (0x30...0x39).contains($0) || $0 == 0x0A || $0 == 0x0D || $0 == 0x20 || $0 == 0x2A
    }
    if isText {
      let first = bytes.prefix { $0 != 0x0A }
      return first.split(separator: 0x20).count >= 2 ? .arc : .lines
    }
    if name.contains("vaultservice") { return .int64be }
    if name.contains("web") || name.contains("orm") { return .int32be }
    if name.hasPrefix("w"), name.dropFirst().first?.isNumber == true { return .int32le }
    return nil
  }

  private mutating func readLines(
    _ bytes: [UInt8], name: String, isRanges: Bool, limit: Int
  ) throws(BenchmarkFailure) {
    var number = 0
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let fields = line.split { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
      if fields.isEmpty || (!isRanges && fields[0].elementsEqual([0x2A])) { continue }
      guard let first = UInt64(String(decoding: fields[0], as: UTF8.self)) else {
        throw .failed("\(name), line \(number): not a whole number")
      }
      guard isRanges else {
        keys.append(first)
        if keys.count == limit { return }
        continue
      }
      guard fields.count >= 2, let count = UInt64(String(decoding: fields[1], as: UTF8.self)),
        count <= 1 << 24, first <= .max - count
      else { throw .failed("\(name), line \(number): wanted a start and a count below 2^24") }
      for key in first..<first + count {
        keys.append(key)
        if keys.count == limit { return }
      }
    }
  }

  private mutating func readTable(
    _ bytes: [UInt8], name: String, limit: Int
  ) throws(BenchmarkFailure) {
    var lines = bytes.split(separator: 0x0A)[...]
    let header = (lines.popFirst() ?? []).split(separator: 0x2C, omittingEmptySubsequences: false)
      .map { String(decoding: $0.filter { $0 != 0x0D }, as: UTF8.self) }
    let wanted = ["lbn", "obj_id", "key", "id"]
    guard let column = wanted.lazy.compactMap({ header.firstIndex(of: $0) }).first else {
      throw .failed(
        "\(name): its columns are \(header.joined(separator: ", ")); wanted one of "
          + wanted.joined(separator: ", "))
    }
    for (index, line) in lines.enumerated() {
      let fields = line.split(separator: 0x2C, omittingEmptySubsequences: false)
      guard fields.count > column,
        let key = UInt64(String(decoding: fields[column].filter { $0 != 0x0D }, as: UTF8.self))
      else { throw .failed("\(name), line \(index + 2): no whole number in column \(column + 1)") }
      keys.append(key)
      if keys.count == limit { return }
    }
  }

  private mutating func readWords(
    _ bytes: [UInt8], name: String, _ format: Format, limit: Int
  ) throws(BenchmarkFailure) {
    let (stride, offset, width): (Int, Int, Int) =
      switch format {
      case .int64be: (8, 0, 8)
      case .oracle: (24, 4, 8)
      default: (4, 0, 4)
      }
    guard bytes.count % stride == 0 else {
      throw .failed("\(name): \(bytes.count) bytes; wanted a multiple of \(stride)")
    }
    let isBigEndian = format == .int32be || format == .int64be
    let count = min(limit, bytes.count / stride)
    keys.reserveCapacity(count)
    for index in 0..<count {
      var key: UInt64 = 0
      for byte in 0..<width {
        let place = index * stride + offset + (isBigEndian ? byte : width - 1 - byte)
        key = key << 8 | UInt64(bytes[place])
      }
      keys.append(key)
    }
  }
}
