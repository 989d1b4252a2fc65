import OmniCrypto
import OmniTransparencyLog
import Testing

@Suite("Witness")
struct WitnessTests {
  private let log: SignerKey
  private let stranger: SignerKey

  init() throws {
    log = try #require(
      SignerKey(name: "log.example", kind: .note, seed: Array(repeating: 1, count: 32)))
    stranger = try #require(
      SignerKey(name: "other.example", kind: .note, seed: Array(repeating: 2, count: 32)))
  }

  /// A history of `size` entries; those from `fork` on differ by `branch`.
  private func history(_ size: Int, fork: Int = .max, branch: UInt8 = 0) -> [MerkleHash] {
    (0..<size).map { .leaf([UInt8($0), $0 >= fork ? branch : 0]) }
  }

  private func request(
    _ leaves: [MerkleHash], from old: Int, by signers: [SignerKey]? = nil
  ) -> WitnessRequest {
    let size = UInt64(leaves.count)
    var reader = TreeReader(MemoryTiles(leaves), size: size)
    let checkpoint = Checkpoint(origin: "log.example", size: size, root: reader.root(size))
    return WitnessRequest(
      oldSize: UInt64(old), hashes: reader.consistency(from: UInt64(old), to: size).hashes,
      note: SignedNote(checkpoint.text, by: signers ?? [log]))
  }

  @Test func `a history that grows is admitted, step by step`() throws {
    var witness = Witness(watching: [log.verifier])
    var old = 0
    for size in [1, 2, 2, 7, 64, 200] {
      let checkpoint = try witness.admit(request(history(size), from: old))
      #expect(checkpoint.size == UInt64(size))
      #expect(witness.heads["log.example"]?.size == UInt64(size))
      old = size
    }
  }

  @Test func `a split view is caught, at the same size and later`() throws {
    var witness = Witness(watching: [log.verifier])
    _ = try witness.admit(request(history(10), from: 0))
    let before = witness
    do {
      _ = try witness.admit(request(history(10, fork: 4, branch: 9), from: 10))
      Issue.record("the other view was admitted")
    } catch {
      guard case .splitView = error else {
        Issue.record("refused as \(error)")
        return
      }
      #expect(error.status == 409)
    }
    // The same root with another line behind it is another book too.
    let (leaves, old) = (history(10), UInt64(10))
    var reader = TreeReader(MemoryTiles(leaves), size: old)
    let odd = Checkpoint(
      origin: "log.example", size: old, root: reader.root(old), extensions: ["state other"])
    #expect(throws: Witness.Refusal.self) {
      try witness.admit(
        WitnessRequest(oldSize: old, hashes: [], note: SignedNote(odd.text, by: [log])))
    }
    #expect(throws: Witness.Refusal.notConsistent(known: 10, shown: 20)) {
      try witness.admit(request(history(20, fork: 4, branch: 9), from: 10))
    }
    #expect(witness == before)
    _ = try witness.admit(request(history(20), from: 10))
  }

  @Test func `each other refusal is told, and changes nothing`() throws {
    var witness = Witness(watching: [log.verifier])
    _ = try witness.admit(request(history(10), from: 0))
    let before = witness
    #expect(throws: Witness.Refusal.otherSize(known: 10, old: 5)) {
      try witness.admit(request(history(12), from: 5))
    }
    #expect(throws: Witness.Refusal.otherSize(known: 10, old: 3)) {
      try witness.admit(request(history(5), from: 3))
    }
    let early = WitnessRequest(oldSize: 10, hashes: [], note: request(history(5), from: 0).note)
    #expect(throws: Witness.Refusal.oldSizeTooLarge(old: 10, new: 5)) { try witness.admit(early) }
    #expect(throws: Witness.Refusal.notSigned(.notSigned(by: "log.example"))) {
      try witness.admit(request(history(12), from: 10, by: [stranger]))
    }
    var other = Witness(watching: [stranger.verifier])
    #expect(throws: Witness.Refusal.unknownLog(origin: "log.example")) {
      try other.admit(request(history(12), from: 0))
    }
    #expect(witness == before)
  }

  @Test func `every single bit of a proof of consistency counts`() throws {
    let before = request(history(6), from: 0).note
    let known = try Checkpoint(text: before.text)
    let bytes = Array(request(history(13), from: 6).encoded.utf8)
    func holds(_ bytes: [UInt8]) -> Bool {
      guard let request = try? WitnessRequest(bytes),
        let later = try? Checkpoint(text: request.note.text), later.origin == known.origin,
        (try? request.note.signers(among: [log.verifier], ignoringUnknown: false))?.count == 1
      else { return false }
      let proof = ConsistencyProof(
        earlier: known.size, later: later.size, hashes: request.hashes)
      return request.oldSize == known.size && proof.verifies(known.root, later.root)
    }
    #expect(holds(bytes))
    for bit in 0..<8 * bytes.count {
      var changed = bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(!holds(changed), "bit \(bit)")
    }
  }
}
