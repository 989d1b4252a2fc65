import CYAML

/// One event of a YAML text, with its place counted from 1.
struct YAMLEvent {
  enum Kind: Equatable {
    case streamStart, streamEnd
    case documentStart(hasDirectives: Bool)
    case documentEnd
    case alias
    case scalar(String, isPlain: Bool)
    case listStart, listEnd
    case mapStart, mapEnd
  }

  let kind: Kind
  let line: Int
  let column: Int
  /// Whether the node has a tag such as `!!int`.
  var hasTag = false
  /// Whether the node has an anchor such as `&name`.
  var hasAnchor = false
}

/// The events of a YAML text, one after the other, from libyaml.
///
/// This is the module's shim: all unsafe code of it is in this file. The stream owns the parser
/// and a copy of the text, which libyaml reads while it runs; both are freed with the stream. It is
/// marked safe because no address leaves it: what `next` returns is copied out of libyaml's memory.
@safe struct YAMLEventStream: ~Copyable {
  /// Why libyaml does not go on, and where.
  struct Failure: Error {
    let reason: String
    let line: Int
    let column: Int
    /// The byte of a reading error, which has no line.
    let byteOffset: Int?
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  /// Makes a stream over the bytes, or nil if there is no memory for it.
  ///
  /// - Precondition: the bytes are UTF-8 without a byte order mark.
  init?(_ bytes: [UInt8]) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      unsafe parser.deallocate()
      return nil
    }
    // At least one byte, so that the address is never null.
    let text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count + 1)
    _ = unsafe text.initialize(from: bytes + [0])
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
    unsafe self.parser = parser
    unsafe self.text = text
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe text.deallocate()
  }

  /// Reads the next event.
  ///
  /// After a failure or the end of the stream, nothing more may be read.
  mutating func next() throws(Failure) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { unsafe yaml_event_delete(&event) }
    let line = unsafe Int(event.start_mark.line) + 1
    let column = unsafe Int(event.start_mark.column) + 1
    func made(_ kind: YAMLEvent.Kind, hasTag: Bool = false, hasAnchor: Bool = false) -> YAMLEvent {
      YAMLEvent(kind: kind, line: line, column: column, hasTag: hasTag, hasAnchor: hasAnchor)
    }
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return made(.streamStart)
    case YAML_DOCUMENT_START_EVENT:
      let start = unsafe event.data.document_start
      let hasTags = unsafe start.tag_directives.start != start.tag_directives.end
      let hasVersion = unsafe start.version_directive != nil
      return made(.documentStart(hasDirectives: hasTags || hasVersion))
    case YAML_DOCUMENT_END_EVENT: return made(.documentEnd)
    case YAML_ALIAS_EVENT: return made(.alias)
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let content = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
      return unsafe made(
        .scalar(String(decoding: content, as: UTF8.self), isPlain: isPlain),
        hasTag: scalar.tag != nil, hasAnchor: scalar.anchor != nil)
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      return unsafe made(.listStart, hasTag: start.tag != nil, hasAnchor: start.anchor != nil)
    case YAML_SEQUENCE_END_EVENT: return made(.listEnd)
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      return unsafe made(.mapStart, hasTag: start.tag != nil, hasAnchor: start.anchor != nil)
    case YAML_MAPPING_END_EVENT: return made(.mapEnd)
    default: return made(.streamEnd)
    }
  }

  private func failure() -> Failure {
    let problem = unsafe parser.pointee.problem
    let reason = unsafe problem.map { unsafe String(cString: $0) } ?? "no memory"
    let isReading = unsafe parser.pointee.error == YAML_READER_ERROR
    return Failure(
      reason: reason,
      line: unsafe Int(parser.pointee.problem_mark.line) + 1,
      column: unsafe Int(parser.pointee.problem_mark.column) + 1,
      byteOffset: isReading ? unsafe Int(parser.pointee.problem_offset) : nil)
  }
}

extension ConfigurationValue {
  /// The version of libyaml that this process runs with.
  public static var yamlLibraryVersion: String {
    unsafe String(cString: yaml_get_version_string())
  }
}
