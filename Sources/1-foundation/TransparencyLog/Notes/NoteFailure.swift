/// Why a text is not what it should be, or does not prove what it should.
public enum NoteFailure: Error, Equatable, Sendable {
  /// The text is not of its form.
  case malformed(what: String, wanted: String)
  /// A key is not one.
  case badKey(String)
  /// No signature is by the key that was given.
  case notSigned(by: String)
  /// A signature is by a key that was given, and is wrong.
  case wrongSignature(by: String)
  /// A signature is by a key that nobody gave.
  case unknownSigner(name: String)
  /// The text is about another log.
  case otherOrigin(found: String, wanted: String)
  /// The hashes do not lead to the root.
  case notIncluded(index: UInt64, size: UInt64)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .malformed: "PRF-001"
    case .badKey: "PRF-002"
    case .notSigned: "PRF-003"
    case .wrongSignature: "PRF-004"
    case .unknownSigner: "PRF-005"
    case .otherOrigin: "PRF-006"
    case .notIncluded: "PRF-007"
    }
  }
}

extension NoteFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .malformed(let what, let wanted): "\(code): \(what); wanted \(wanted)"
    case .badKey(let what): "\(code): \(what); wanted a key such as NAME+1a2b3c4d+BASE64"
    case .notSigned(let name): "\(code): nothing is signed by \(name); wanted its signature"
    case .wrongSignature(let name):
      "\(code): the signature by \(name) is not one of this text; wanted the text that was signed"
    case .unknownSigner(let name):
      "\(code): there is a signature by \(name), whose key was not given; wanted known signers only"
    case .otherOrigin(let found, let wanted):
      "\(code): this is of the log \(found); wanted \(wanted)"
    case .notIncluded(let index, let size):
      "\(code): the hashes do not lead from entry \(index) to the root of the tree of \(size); "
        + "wanted a proof of just this entry"
    }
  }
}
