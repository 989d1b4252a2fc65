import OmniCrypto

/// Remembers of each log the largest checkpoint, and cosigns only what continues it.
///
/// A log that shows different books to different people has to show one of them to the witness; the
/// other one does not continue it, and is refused. This is the bare rule: whoever runs it keeps
/// ``heads`` on the device before a cosignature is given away, and lets one request in at a time.
///
/// Source: C2SP tlog-witness.
public struct Witness: Sendable, Equatable {
  /// Why nothing was cosigned; the witness is as it was.
  public enum Refusal: Error, Equatable, Sendable {
    /// The log is not among those that are watched (404).
    case unknownLog(origin: String)
    /// No known key of the log has signed it (403).
    case notSigned(NoteFailure)
    /// The old size is larger than the new one (400).
    case oldSizeTooLarge(old: UInt64, new: UInt64)
    /// The request starts at another size than the last one cosigned (409).
    case otherSize(known: UInt64, old: UInt64)
    /// The same size with another root or other lines behind it: the log has shown two different
    /// books (409).
    case splitView(known: Checkpoint, shown: Checkpoint)
    /// The new tree does not begin with the last one cosigned (422).
    case notConsistent(known: UInt64, shown: UInt64)

    /// The status of HTTP that the standard gives to it.
    public var status: Int {
      switch self {
      case .unknownLog: 404
      case .notSigned: 403
      case .oldSizeTooLarge: 400
      case .otherSize, .splitView: 409
      case .notConsistent: 422
      }
    }

    /// The stable code for whoever runs the program.
    public var code: String {
      switch self {
      case .unknownLog: "PRF-010"
      case .notSigned: "PRF-011"
      case .oldSizeTooLarge: "PRF-012"
      case .otherSize: "PRF-013"
      case .splitView: "PRF-014"
      case .notConsistent: "PRF-015"
      }
    }
  }

  /// The keys of the logs that are watched; a log's name is its keys' name.
  public let logs: [VerifierKey]
  /// The largest checkpoint seen of each log.
  public private(set) var heads: [String: Checkpoint]

  /// Creates a witness that knows `heads`.
  public init(watching logs: [VerifierKey], heads: [String: Checkpoint] = [:]) {
    self.logs = logs
    self.heads = heads
  }

  /// Checks a request; from then on its checkpoint is the last one.
  ///
  /// - Returns: the checkpoint, to be cosigned.
  public mutating func admit(_ request: WitnessRequest) throws(Refusal) -> Checkpoint {
    let checkpoint = try read(request)
    guard request.oldSize <= checkpoint.size else {
      throw .oldSizeTooLarge(old: request.oldSize, new: checkpoint.size)
    }
    let known =
      heads[checkpoint.origin] ?? Checkpoint(origin: checkpoint.origin, size: 0, root: .empty)
    guard request.oldSize == known.size else {
      throw .otherSize(known: known.size, old: request.oldSize)
    }
    // One size, one text: this is more than the standard asks, since what stands behind the root
    // follows from the entries as well.
    if known.size > 0, checkpoint.size == known.size, checkpoint != known {
      throw .splitView(known: known, shown: checkpoint)
    }
    let proof = ConsistencyProof(
      earlier: known.size, later: checkpoint.size, hashes: request.hashes)
    guard proof.verifies(known.root, checkpoint.root) else {
      throw .notConsistent(known: known.size, shown: checkpoint.size)
    }
    heads[checkpoint.origin] = checkpoint
    return checkpoint
  }

  private func read(_ request: WitnessRequest) throws(Refusal) -> Checkpoint {
    let checkpoint: Checkpoint
    do throws(NoteFailure) {
      checkpoint = try Checkpoint(text: request.note.text)
    } catch {
      throw .notSigned(error)
    }
    let keys = logs.filter { $0.name == checkpoint.origin }
    if keys.isEmpty { throw .unknownLog(origin: checkpoint.origin) }
    do throws(NoteFailure) {
      if try request.note.signers(among: keys, ignoringUnknown: true).isEmpty {
        throw .notSigned(by: checkpoint.origin)
      }
    } catch {
      throw .notSigned(error)
    }
    return checkpoint
  }
}

extension Witness.Refusal: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unknownLog(let origin):
      "\(code): the log \(origin) is not watched; wanted one whose key was given"
    case .notSigned(let failure): "\(code): \(failure)"
    case .oldSizeTooLarge(let old, let new):
      "\(code): the old size \(old) is above the new one, \(new); wanted a log that grows"
    case .otherSize(let known, let old):
      "\(code): the request starts at \(old); wanted \(known), which was cosigned last"
    case .splitView(let known, let shown):
      "\(code): split view: of \(known.size) entries \(Self.line(known)) was shown, and now "
        + "\(Self.line(shown)); wanted one history"
    case .notConsistent(let known, let shown):
      "\(code): the tree of \(shown) entries does not begin with that of \(known) that was cosigned; "
        + "wanted the same history, longer"
    }
  }

  private static func line(_ checkpoint: Checkpoint) -> String {
    ([checkpoint.root.base64] + checkpoint.extensions).joined(separator: ", ")
  }
}
