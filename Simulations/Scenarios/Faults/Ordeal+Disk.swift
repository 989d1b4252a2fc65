import OmniBacktest
import OmniStorage
import OmniTime

// What a disk holds between two attempts.
extension Ordeal {
  /// Checks that the disk holds what was promised.
  mutating func inspect() throws(SimulationFailure) {
    if disk.segments.isEmpty {
      return try checks.require(
        owed == 0, "a journal of \(owed) records or more", found: "an empty disk")
    }
    switch Self.reading(disk) {
    case .success((_, isLost: true)) where isDoubtful: beginAgain()
    case .success((let count, let isLost)): try require(count, isLost)
    case .failure where isDoubtful: beginAgain()
    case .failure(let failure):
      throw checks.failure("a journal that can be continued", found: "\(failure)")
    }
  }

  private mutating func require(_ count: UInt64, _ isLost: Bool) throws(SimulationFailure) {
    try checks.require(!isLost, "all that was committed", found: "a tail that is lost")
    try checks.require(
      count >= owed, "\(owed) records or more after attempt \(attempts - 1)", found: "\(count)")
    let most = max(owedMost, owed)
    try checks.require(count <= most, "\(most) records at most", found: "\(count)")
  }

  private mutating func beginAgain() {
    begunAgain += 1
    disk = MemoryJournalDisk()
    owed = 0
    promised = 0
    checks.add(1)
  }

  /// Turns a bit of the journal; whoever goes on with it must not lose what was committed.
  mutating func turnBit(_ committed: UInt64) throws(SimulationFailure) {
    let turned = disk.afterKill()
    guard let place = turned.turnBit(&chance) else { return }
    switch Self.reading(turned) {
    case .failure(let failure): try checks.requireRefusal(failure, of: place)
    case .success((_, isLost: true)): checks.add(1)
    case .success((let count, _)):
      // Nothing that was written has changed: the run goes on from here and has to end the same.
      try checks.require(
        count >= committed, "\(committed) records although \(place)", found: "\(count)")
      owed = count
      disk = turned
    }
  }

  /// How many records the journal on `disk` has, and whether committed ones are missing.
  private static func reading(
    _ disk: MemoryJournalDisk
  ) -> Result<(count: UInt64, isLost: Bool), JournalFailure> {
    var reader = JournalReader(MemoryJournalStore(disk))
    do throws(JournalFailure) {
      while try reader.next() != nil {}
    } catch {
      return .failure(error)
    }
    let isLost = if case .torn(let tail)? = reader.end { tail.isCommittedLost } else { false }
    return .success((reader.position.nextSequence.value, isLost))
  }
}

/// A bit of a journal that has turned.
struct TurnedBit: CustomStringConvertible {
  let segment: UInt32
  let offset: Int
  let bit: Int

  var description: String { "bit \(bit) of segment \(segment), offset \(offset), has turned" }
}

extension MemoryJournalDisk {
  /// Turns one bit somewhere; nothing where there is none.
  func turnBit(_ chance: inout Chance) -> TurnedBit? {
    guard !segments.isEmpty else { return nil }
    let segment = chance.pick(segments)
    guard let size = content(of: segment)?.count, size > 0 else { return nil }
    // Headers are small and worth a visit of their own.
    let place = TurnedBit(
      segment: segment, offset: chance.below(chance.isOne(in: 6) ? min(64, size) : size),
      bit: chance.below(8))
    flip(1 << UInt8(place.bit), at: place.offset, of: segment)
    return place
  }
}

extension Checks {
  /// Checks that a turned bit was refused where it is: in its segment, at or before its place.
  mutating func requireRefusal(
    _ failure: JournalFailure, of place: TurnedBit
  ) throws(SimulationFailure) {
    guard case .corrupt(let corruption) = failure else {
      throw self.failure("a refusal that says where, as \(place)", found: "\(failure)")
    }
    // A header's field is refused at the header's checksum, which stands behind it.
    let reach = place.offset < 64 ? 64 : place.offset
    try require(
      corruption.segment == place.segment && corruption.offset <= reach,
      "a refusal of the place, as \(place)", found: "\(failure)")
  }
}
