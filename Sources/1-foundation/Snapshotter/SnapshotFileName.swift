/// What the folders and files of ``FileSnapshotStore`` are called.
enum SnapshotFileName {
  private static let ending = ".snp"
  private static let leftoverEnding = ".snp.tmp"
  /// The longest name of a folder, below the 255 bytes that file systems take.
  private static let folderBytesMax = 200

  /// The path of the folder of `stream`, below the store's own.
  ///
  /// Two streams never share a folder, as without the slashes it is the whole name; nor is a folder
  /// below ever taken for a record, whose name holds a dot.
  static func folder(of stream: StreamName) -> String {
    var path = ""
    var length = 0
    for byte in stream.text.utf8 {
      let text = isPlain(byte) ? String(UnicodeScalar(byte)) : "%" + hexadecimal(byte, digits: 2)
      if length + text.utf8.count > folderBytesMax {
        path += "/"
        length = 0
      }
      path += text
      length += text.utf8.count
    }
    return path
  }

  /// The name of the file of `key`.
  static func name(of key: SnapshotKey) -> String {
    let digits = String(key.version)
    let version = String(repeating: "0", count: 20 - digits.utf8.count) + digits
    let schema = hexadecimal(key.schemaVersion, digits: 8)
    return "v\(version)-s\(schema)-r\(hexadecimal(key.reducerFingerprint, digits: 16))\(ending)"
  }

  /// The key of the file called `name` in the folder of `stream`, or nil if it is no snapshot's.
  static func key(_ name: String, _ stream: StreamName) -> SnapshotKey? {
    guard name.hasSuffix(ending) else { return nil }
    let parts = name.dropLast(ending.count).split(separator: "-")
    guard parts.count == 3, let version = UInt64(parts[0].dropFirst()),
      let schema = UInt32(parts[1].dropFirst(), radix: 16),
      let reducer = UInt64(parts[2].dropFirst(), radix: 16)
    else { return nil }
    let key = SnapshotKey(
      stream: stream, version: version, schemaVersion: schema, reducerFingerprint: reducer)
    // Other ways of writing the same numbers are no names of ours.
    return self.name(of: key) == name ? key : nil
  }

  /// Whether an interrupted writing has left the file called `name`.
  static func isLeftover(_ name: String) -> Bool { name.hasSuffix(leftoverEnding) }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func hexadecimal(_ number: some FixedWidthInteger, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: digits - text.utf8.count) + text
  }
}
