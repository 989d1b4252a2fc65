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

  /// Finds line and column of a byte.
  ///
  /// It costs a pass over the text, so it serves errors only.
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
