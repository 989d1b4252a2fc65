/// The names of a table's columns, from its first line.
public struct CSVHeader: Sendable, Equatable {
  /// The names, in the file's order.
  public let names: [String]

  /// Creates a header of `names`.
  public init(names: [String]) { self.names = names }

  /// Creates a header from the present record of `reader`.
  public init(_ reader: CSVReader) {
    names = (0..<reader.fieldCount).map { reader.text($0) }
  }

  /// The place of the column `name`, from 0, or nil when there is none.
  ///
  /// Case counts unless `ignoringCase`; only the letters A to Z are folded.
  public func index(of name: String, ignoringCase: Bool = false) -> Int? {
    names.firstIndex { ignoringCase ? Self.folded($0) == Self.folded(name) : $0 == name }
  }

  /// The first name that stands twice, or nil.
  public var repeatedName: String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
  }

  /// Whether the present record of `reader` is this header again.
  public func matches(_ reader: CSVReader) -> Bool {
    reader.fieldCount == names.count
      && names.indices.allSatisfy { reader.field($0, equals: names[$0]) }
  }

  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
  }
}
