/// The checks that both formats share before they are read: size and encoding.
enum TextDecoding {
  /// Refuses bytes that are too many or not UTF-8.
  static func check(_ bytes: [UInt8], label: String) throws(ConfigurationError) {
    guard bytes.count <= ConfigurationLimits.textBytesMax else {
      throw .tooLarge(
        source: ConfigurationSource(label: label), what: "bytes",
        limit: ConfigurationLimits.textBytesMax)
    }
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    let offset = lengthOfValidPrefix(bytes)
    throw .invalidEncoding(
      source: source(ofByte: offset, in: bytes, label: label), byteOffset: offset)
  }

  /// Finds line and column of a byte. Costs a pass over the text, so it serves errors only.
  static func source(
    ofByte offset: Int, in bytes: [UInt8], label: String
  ) -> ConfigurationSource {
    var mark = TextMark()
    mark.advance(to: offset, in: bytes)
    return ConfigurationSource(label: label, line: mark.line, column: mark.column)
  }

  private static func lengthOfValidPrefix(_ bytes: [UInt8]) -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var length = 0
    while case .valid(let character) = parser.parseScalar(from: &iterator) {
      length += character.count
    }
    return length
  }
}

/// A position in a text that only moves forward, so that all its moves together cost one pass.
struct TextMark {
  private(set) var line = 1
  private(set) var column = 1
  private var offset = 0

  mutating func advance(to target: Int, in bytes: [UInt8]) {
    while offset < min(target, bytes.count) {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
      offset += 1
    }
  }
}
