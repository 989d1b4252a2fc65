import Foundation
import OmniCrypto
import OmniDataProviders
import OmniMarketData
import OmniPlatform

/// A folder of bar files in OMNI's own form, each with a record beside it.
struct DataFolder {
  /// Where imported bars go unless told otherwise.
  static let standard = ".omni/data"
  private static let suffix = ".quality.json"

  /// Where it is.
  let path: String

  /// The symbols that have a record, in the order of their names.
  func symbols() throws -> [String] {
    guard FileSystem.exists(path) else { return [] }
    return try Problem.wrapping {
      try FileSystem.names(in: path).filter { $0.hasSuffix(Self.suffix) }
        .map { String($0.dropLast(Self.suffix.count)) }
    }
  }

  /// What the record of `symbol` says.
  func record(of symbol: String) throws -> DataRecord<DataExtent> {
    let name = Self.name(symbol)
    let record = "\(path)/\(name)\(Self.suffix)"
    guard FileSystem.exists(record) else {
      let known = try symbols()
      throw Problem(
        "DAT-001", "there is no series \(symbol) in \(path)",
        wanted: known.isEmpty ? "an imported series" : "one of \(known.joined(separator: ", "))",
        remedy: "run omni data import first")
    }
    let bytes = try Self.bytes(record)
    do {
      return try JSONDecoder().decode(DataRecord<DataExtent>.self, from: Data(bytes))
    } catch {
      throw Problem(
        "DAT-002", "\(record) is no record of an import", wanted: "what omni data import wrote",
        remedy: "import the file again")
    }
  }

  /// The bytes of the bars of `symbol`, held against the digest in their record.
  func bars(of symbol: String) throws -> [UInt8] {
    let record = try record(of: symbol)
    let file = "\(path)/\(Self.name(symbol)).csv"
    let bytes = try Self.bytes(file)
    let digest = SHA256.digest(of: bytes).description
    guard digest == record.file.sha256 else {
      throw Problem(
        "DAT-003", "\(file) has the SHA-256 \(digest)", wanted: record.file.sha256,
        remedy: "import the file again, since it was changed or damaged")
    }
    return bytes
  }

  /// Writes a file of bars and then its record, each in one step.
  func write(_ bars: [UInt8], _ record: DataRecord<QualityReport>) throws {
    let name = Self.name(record.symbol)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = try encoder.encode(record) + Data("\n".utf8)
    try Problem.wrapping {
      try FileSystem.makeDirectory(path)
      try FileSystem.replaceFile("\(path)/\(name).csv", with: bars)
      try FileSystem.replaceFile("\(path)/\(name)\(Self.suffix)", with: Array(text))
    }
  }

  /// The name of the files of `symbol`: letters, digits, dots, dashes and underscores only, so that
  /// a symbol never leads out of the folder.
  static func name(_ symbol: String) -> String {
    let safe = symbol.lowercased().unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "0"..."9", "-", "_", ".": Character(scalar)
      default: "-"
      }
    }
    return safe.first == "." ? "-" + String(safe.dropFirst()) : String(safe)
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    try Problem.wrapping {
      var reader = try FileReader(path)
      return try reader.readAll(limit: 1 << 32)
    }
  }
}

extension Problem {
  /// Does `body`; a failure of the file system becomes a problem with a remedy.
  static func wrapping<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as FileError {
      let line = Problem(describing: error, code: error.code).text
      throw Problem(error.code, line, wanted: error.reason.wanted, remedy: error.reason.remedy)
    }
  }
}

extension FileError.Reason {
  fileprivate var wanted: String {
    switch self {
    case .missing, .notDirectory: "a path that is there"
    case .forbidden: "permission"
    case .isDirectory: "a file"
    case .exists: "a new name"
    case .diskFull: "free room"
    case .truncatedGzip, .damagedGzip, .truncated: "a whole file"
    case .locked: "a file that nobody else holds"
    case .brokenPipe, .failed: "a call that succeeds"
    }
  }

  fileprivate var remedy: String {
    switch self {
    case .missing, .notDirectory, .isDirectory, .exists: "check the name and the folder"
    case .forbidden: "change its permissions or its owner"
    case .diskFull: "free some room on the device"
    case .truncatedGzip, .damagedGzip, .truncated: "fetch the file again"
    case .locked: "wait for the other process, or end it"
    case .brokenPipe, .failed: "check the device, then try again"
    }
  }
}
