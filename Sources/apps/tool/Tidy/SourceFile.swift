/// One file of the project, read once.
package struct SourceFile: Sendable {
  /// Its path, relative to the project's folder.
  package let path: String
  /// Its content.
  package let bytes: [UInt8]
  /// Its code, if it is a Swift file.
  package let swift: SwiftSource?

  /// Creates a file of `bytes`.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    swift = path.hasSuffix(".swift") ? SwiftSource(bytes) : nil
  }

  /// Creates a file of `text`.
  package init(_ path: String, _ text: String) { self.init(path: path, bytes: Array(text.utf8)) }

  /// The last part of the path.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The folder it is in, without a slash at the end; empty at the top.
  package var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }

  /// What follows the last dot of the name, or nothing.
  package var kind: String {
    name.contains(".") ? (name.split(separator: ".").last.map(String.init) ?? "") : ""
  }

  /// The number of lines.
  package var lineCount: Int {
    bytes.isEmpty ? 0 : newlines + (bytes.last == UInt8(ascii: "\n") ? 0 : 1)
  }

  /// Its lines as text.
  package var lines: [String] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether it is in the folder `prefix` or below.
  package func isBelow(_ prefix: String) -> Bool { path.hasPrefix(prefix + "/") }

  private var newlines: Int {
    var count = 0
    for byte in bytes where byte == UInt8(ascii: "\n") { count += 1 }
    return count
  }
}
