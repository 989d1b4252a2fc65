/// The way from the root of a configuration to one of its values, such as `risk.max_quantity`.
///
/// Schemas write paths as text with dots. Paths that are found in a document may also hold list
/// positions and keys with unusual characters; those are shown in brackets and quotes.
public struct ConfigurationPath: Sendable, Hashable, CustomStringConvertible {
  /// One step of a path.
  public enum Segment: Sendable, Hashable {
    /// Into a map, by its key.
    case key(String)
    /// Into a list, by its zero-based index.
    case index(Int)
  }

  /// The steps, from the root downwards.
  public let segments: [Segment]

  /// Creates a path from its steps.
  public init(_ segments: [Segment]) { self.segments = segments }

  /// Creates a path from text with dots, or nil if the text is not such a path.
  ///
  /// Each part is made of ASCII letters, digits, `_` and `-`, and there are at most
  /// `ConfigurationLimits.depthMax` parts.
  public init?(parsing text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= ConfigurationLimits.depthMax else { return nil }
    guard parts.allSatisfy({ Self.isPlainKey($0) }) else { return nil }
    self.init(parts.map { .key(String($0)) })
  }

  /// The path of the whole document.
  public static let root = ConfigurationPath([Segment]())

  /// Makes the path that goes one key further.
  public func appending(key: String) -> ConfigurationPath {
    ConfigurationPath(segments + [.key(key)])
  }

  /// Makes the path that goes one list position further.
  public func appending(index: Int) -> ConfigurationPath {
    ConfigurationPath(segments + [.index(index)])
  }

  /// Makes the path that goes on with all steps of another one.
  public func appending(_ other: ConfigurationPath) -> ConfigurationPath {
    ConfigurationPath(segments + other.segments)
  }

  /// The path as text with dots, brackets for list positions, and quotes where needed.
  public var description: String {
    if segments.isEmpty { return "(the whole document)" }
    var text = ""
    for segment in segments {
      switch segment {
      case .index(let index): text += "[\(index)]"
      case .key(let key):
        if !text.isEmpty { text += "." }
        text += Self.isPlainKey(key[...]) ? key : ConfigurationText.excerpt(ofQuoted: key)
      }
    }
    return text
  }

  private static func isPlainKey(_ key: Substring) -> Bool {
    !key.isEmpty
      && key.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
        default: false
        }
      }
  }
}

extension ConfigurationPath: ExpressibleByStringLiteral {
  /// Creates a path from a literal in the source code.
  ///
  /// - Precondition: the literal is a path with dots, as `init(parsing:)` takes it.
  public init(stringLiteral text: String) {
    guard let path = ConfigurationPath(parsing: text) else {
      preconditionFailure("\(text) is not a configuration path, wanted parts joined by dots")
    }
    self = path
  }
}
