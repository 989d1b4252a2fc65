import OmniEncoding
import OmniNumerics
import OmniPlatform
import OmniTime
import OmniWriteAheadLog
import Testing

@Suite("WriteAheadLog")
struct WriteAheadLogTests {
  private func made(
    _ seed: UInt64, steps: Int = 12, sabotage: LogSabotage? = nil
  ) throws -> (trial: LogTrial, isClosed: Bool) {
    var trial = try LogTrial(seed: seed, disk: SimulatedDisk(seed: seed), sabotage: sabotage)
    let isClosed = trial.write(steps: steps)
    return (trial, isClosed)
  }

  // MARK: Examples

  @Test func `a log on a real folder gives back what it took`() throws {
    let folder = try FileSystem.makeTemporaryDirectory("omni-log")
    defer { try? FileSystem.removeDirectory(folder) }
    let configuration = try LogConfiguration(segmentBytes: 64 << 10)
    var log = try WriteAheadLog.create(
      on: DirectoryDisk(writing: folder), identity: LogIdentity(5), configuration: configuration)
    var body = FrameBody()
    for number in UInt64(0)..<40 {
      body.removeAll()
      for word in 0..<600 { body.put(number &* 1_000 &+ UInt64(word)) }
      try log.append(
        FrameContent(kind: 3, itemCount: 600, time: Timestamp(nanoseconds: Int64(number))), &body)
      if number % 4 == 3 { try log.commit() }
    }
    #expect(throws: FileError.self) { _ = try DirectoryDisk(writing: folder) }
    try log.close()
    _ = consume log

    var again = try WriteAheadLog.open(DirectoryDisk(writing: folder), configuration: configuration)
    #expect(again.recovery == .clean)
    #expect(again.frameCount == 40)
    #expect(again.itemCount == 24_000)
    let header = try again.readFrame(18, into: &body)
    #expect(header.kind == 3)
    #expect(header.time.nanoseconds == 17)
    #expect(try body.take() == 17_000)
    #expect(try again.frame(ofItem: 0) == 1)
    #expect(try again.frame(ofItem: 599) == 1)
    #expect(try again.frame(ofItem: 600) == 2)
    #expect(try again.frame(ofItem: 23_999) == 40)
    #expect(throws: LogFailure.noFrame(41)) { _ = try again.readFrame(41, into: &body) }
    try again.close()
    let report = try WriteAheadLog.scrub(DirectoryDisk(reading: folder))
    #expect(report.isClean, "\(report.damages)")
    #expect(report.frameCount == 40)
  }

  @Test func `a place without a log, and one that is taken, are told apart`() throws {
    let disk = SimulatedDisk(seed: 1)
    let configuration = try LogConfiguration(segmentBytes: 16 << 10)
    #expect(throws: LogFailure.noLog) {
      _ = try SimulatedLog.open(SimulatedDiskHandle(disk), configuration: configuration)
    }
    disk.set("notes.txt", to: [1])
    #expect(throws: LogFailure.placeTaken(by: "notes.txt")) {
      _ = try SimulatedLog.create(
        on: SimulatedDiskHandle(disk), identity: LogIdentity(1), configuration: configuration)
    }
    for bytes in [0, 4_096, 16_385, 2 << 30] {
      #expect(throws: LogFailure.unusable(setting: "size of a segment", value: bytes)) {
        _ = try LogConfiguration(segmentBytes: bytes)
      }
    }
  }

  @Test func `a log whose making was cut off anywhere can be opened, or made again`() throws {
    let configuration = try LogConfiguration(segmentBytes: 16 << 10)
    var (opened, madeAgain) = (0, 0)
    for operation in 1...40 {
      for isPowerLoss in [false, true] {
        let disk = SimulatedDisk(seed: UInt64(operation))
        disk.powerFailsAt = operation
        var isMade = true
        do throws(LogFailure) {
          _ = try SimulatedLog.create(
            on: SimulatedDiskHandle(disk), identity: LogIdentity(1), configuration: configuration)
        } catch {
          isMade = false
        }
        let after =
          isPowerLoss
          ? disk.afterPowerLoss(seed: UInt64(operation)) : disk.afterKill(seed: UInt64(operation))
        do throws(LogFailure) {
          _ = try SimulatedLog.open(SimulatedDiskHandle(after), configuration: configuration)
          opened += 1
        } catch {
          #expect(error == .noLog, "operation \(operation)")
          #expect(!isMade, "operation \(operation)")
          madeAgain += 1
          var log = try SimulatedLog.create(
            on: SimulatedDiskHandle(after), identity: LogIdentity(2),
            configuration: configuration)
          try log.close()
        }
      }
    }
    #expect(opened > 20 && madeAgain > 20)
  }

  @Test func `a log that has lost its superblocks is not taken for one that never was`() throws {
    let configuration = try LogConfiguration(segmentBytes: 16 << 10)
    let disk = SimulatedDisk(seed: 3)
    var log = try SimulatedLog.create(
      on: SimulatedDiskHandle(disk), identity: LogIdentity(1), configuration: configuration)
    var body = FrameBody()
    body.put(7)
    try log.append(FrameContent(kind: 1, itemCount: 1, time: .epoch), &body)
    try log.close()
    var handle = SimulatedDiskHandle(disk)
    for name in disk.fileNames where name.hasPrefix("superblock") { try handle.remove(name) }
    let before = disk.fileNames
    var found: LogFailure?
    do throws(LogFailure) {
      _ = try SimulatedLog.create(
        on: SimulatedDiskHandle(disk), identity: LogIdentity(2), configuration: configuration)
    } catch {
      found = error
    }
    guard case .placeTaken? = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(disk.fileNames == before)
  }

  @Test func `a full disk is found before anything is changed`() throws {
    let disk = SimulatedDisk(seed: 2)
    disk.capacityBytes = 40 << 10
    let configuration = try LogConfiguration(segmentBytes: 16 << 10)
    var log = try SimulatedLog.create(
      on: SimulatedDiskHandle(disk), identity: LogIdentity(1), configuration: configuration)
    var body = FrameBody()
    for _ in 0..<300 { body.put(9) }
    for _ in 0..<3 {
      try log.append(FrameContent(kind: 1, itemCount: 1, time: Timestamp(nanoseconds: 0)), &body)
    }
    #expect(throws: LogFailure.diskFull(wantedBytes: 4_096)) { try log.reserve(bodyBytes: 2_400) }
    #expect(throws: LogFailure.bodyTooLong(bytes: 20_000, limitBytes: 12_160)) {
      try log.reserve(bodyBytes: 20_000)
    }
    disk.capacityBytes = .max
    try log.reserve(bodyBytes: 2_400)
    try log.append(FrameContent(kind: 1, itemCount: 1, time: Timestamp(nanoseconds: 0)), &body)
    try log.close()
    #expect(log.frameCount == 4)
    #expect(try SimulatedLog.scrub(SimulatedDiskHandle(disk)).isClean)
  }

  @Test func `after a failed synchronisation nothing more is taken`() throws {
    let disk = SimulatedDisk(seed: 3)
    let configuration = try LogConfiguration(segmentBytes: 16 << 10)
    var log = try SimulatedLog.create(
      on: SimulatedDiskHandle(disk), identity: LogIdentity(1), configuration: configuration)
    var body = FrameBody()
    body.put(1)
    let content = FrameContent(kind: 1, itemCount: 1, time: Timestamp(nanoseconds: 0))
    try log.append(content, &body)
    disk.failsSynchronize = disk.synchronizeCount + 1
    #expect(throws: LogFailure.self) { try log.commit() }
    #expect(log.acknowledgedCount == 0)
    #expect(throws: LogFailure.self) { try log.commit() }
    #expect(throws: LogFailure.self) { try log.append(content, &body) }
    #expect(throws: LogFailure.self) { try log.reserve(bodyBytes: 8) }
  }

  // MARK: Whatever happens

  @Test func `a process killed at any operation loses nothing that was acknowledged`() throws {
    for seed in UInt64(0)..<3 {
      let total = try made(seed).trial.disk.operationCount
      for operation in 1...total {
        let disk = SimulatedDisk(seed: seed)
        disk.powerFailsAt = operation
        var trial = try LogTrial(seed: seed, disk: disk)
        _ = trial.write(steps: 12)
        guard trial.isPromised else { continue }
        let violation = trial.violation(on: disk.afterKill(seed: 1))
        #expect(violation == nil, "seed \(seed), killed at operation \(operation)")
      }
    }
  }

  @Test func `a power loss at any operation loses nothing that was acknowledged`() throws {
    for seed in UInt64(10)..<12 {
      let total = try made(seed).trial.disk.operationCount
      for operation in 1...total {
        let disk = SimulatedDisk(seed: seed)
        disk.powerFailsAt = operation
        var trial = try LogTrial(seed: seed, disk: disk)
        _ = trial.write(steps: 12)
        for loss in UInt64(0)..<3 where trial.isPromised {
          let found = disk.afterPowerLoss(seed: loss)
          let violation = trial.violation(on: found)
          #expect(violation == nil, "seed \(seed), operation \(operation), loss \(loss)")
        }
      }
    }
  }

  @Test func `a log that was interrupted goes on and is interrupted again`() throws {
    for seed in UInt64(0)..<60 {
      var random = SplitMix64(seed: seed)
      var disk = SimulatedDisk(seed: seed)
      disk.powerFailsAt = 12 + Int(random.next() % 60)
      var trial = try LogTrial(seed: seed, disk: disk)
      _ = trial.write(steps: 12)
      for round in UInt64(0)..<4 where trial.isPromised {
        disk =
          random.next() % 2 == 0
          ? disk.afterPowerLoss(seed: round) : disk.afterKill(seed: round)
        disk.powerFailsAt = 5 + Int(random.next() % 40)
        do throws(LogFailure) {
          _ = try trial.goOn(on: disk, steps: 8)
        } catch {
          // The power may go while the log is opened; that is no fault of the log.
          #expect(disk.isDead, "seed \(seed), round \(round): \(error)")
        }
      }
      let violation = trial.isPromised ? trial.violation(on: disk.afterKill(seed: 9)) : nil
      #expect(violation == nil, "seed \(seed)")
    }
  }

  @Test func `every wrong byte of every file is found where it is`() throws {
    var seed: UInt64 = 20
    var (trial, isClosed) = try made(seed, steps: 9)
    while !isClosed || trial.disk.fileNames.count < 6 {
      seed += 1
      (trial, isClosed) = try made(seed, steps: 9)
    }
    let disk = trial.disk
    #expect(try SimulatedLog.scrub(SimulatedDiskHandle(disk)).isClean)
    for name in disk.fileNames {
      let count = disk.content(of: name)?.count ?? 0
      // Bodies and zeros are long and alike: of them a sample, of all else every byte.
      let isFrames = name.hasSuffix(".log") || name.hasSuffix(".snap")
      let content = disk.content(of: name) ?? []
      for offset in 0..<count {
        let isHead = isFrames ? offset % 4_096 < 128 && content[offset] != 0 : offset % 4_096 < 160
        guard isHead ? offset % 3 == 0 : offset % 709 == 0 else { continue }
        for bits in [UInt8(0x01), 0xFF] where bits == 1 || offset % 2 == 0 {
          disk.flip(bits, of: name, at: offset)
          let report = try SimulatedLog.scrub(SimulatedDiskHandle(disk))
          let isFound = report.damages.contains { $0.file == name && $0.offset == offset }
          #expect(isFound, "\(name) \(offset) \(bits): \(report.damages)")
          disk.flip(bits, of: name, at: offset)
        }
      }
    }
  }

  @Test func `a wrong byte in an acknowledged frame is never cut off`() throws {
    for seed in UInt64(30)..<50 {
      var random = SplitMix64(seed: seed)
      let trial = try made(seed).trial
      let disk = trial.disk.afterKill(seed: seed)
      let name = disk.fileNames.last { $0.hasPrefix("segment") } ?? ""
      let content = disk.content(of: name) ?? []
      let used = content.indices.filter { content[$0] != 0 }
      let offset = used[Int(random.next() % UInt64(used.count))]
      disk.flip(0x10, of: name, at: offset)
      #expect(throws: LogFailure.self, "seed \(seed), \(name) \(offset)") {
        _ = try SimulatedLog.open(
          SimulatedDiskHandle(disk), configuration: trial.configuration)
      }
    }
  }

  @Test func `a write that is lost or goes astray is noticed`() throws {
    for seed in UInt64(0)..<30 {
      let writes = try made(seed).trial.disk.writeCount
      for kind in 0..<2 {
        let disk = SimulatedDisk(seed: seed)
        let number = 6 + Int(seed) % max(1, writes - 6)
        if kind == 0 { disk.losesWrite = number } else { disk.misdirectsWrite = number }
        var trial = try LogTrial(seed: seed, disk: disk)
        _ = trial.write(steps: 12)
        let found = disk.afterKill(seed: 1)
        // Either it did no harm, or opening or scrubbing says so; never other frames in silence.
        let violation = trial.violation(on: found)
        let isSilent = violation.map { $0.contains("is another") || $0.contains("nobody") } ?? false
        #expect(!isSilent, "seed \(seed), write \(number), kind \(kind): \(violation ?? "")")
      }
    }
  }

  // MARK: Planted mistakes

  @Test func `every planted mistake is found`() throws {
    for sabotage in LogSabotage.allCases {
      let seed = try (UInt64(0)..<400).first { try isFound(sabotage, seed: $0) }
      #expect(seed != nil, "\(sabotage.rawValue)")
    }
  }

  @Test func `without a planted mistake nothing is found`() throws {
    for seed in UInt64(0)..<60 {
      let found = try isFound(nil, seed: seed)
      #expect(!found, "seed \(seed)")
    }
  }

  /// One run with faults of the kinds that are allowed, then everything that must hold.
  private func isFound(_ sabotage: LogSabotage?, seed: UInt64) throws -> Bool {
    var random = SplitMix64(seed: seed &+ 1_000)
    let disk = SimulatedDisk(seed: seed)
    let fault = random.next() % 4
    if fault < 2 { disk.powerFailsAt = 10 + Int(random.next() % 60) }
    if fault == 2 { disk.failsSynchronize = 6 + Int(random.next() % 12) }
    var trial = try LogTrial(seed: seed, disk: disk, sabotage: sabotage)
    _ = trial.write(steps: 12)
    guard trial.isPromised else { return false }
    if fault == 3 { return try isDamageMissed(trial, &random) }
    var found = fault == 0 ? disk.afterKill(seed: seed) : disk.afterPowerLoss(seed: seed)
    if trial.violation(on: found) != nil { return true }
    // Once more, after going on from there.
    found.powerFailsAt = found.operationCount + 3 + Int(random.next() % 30)
    do throws(LogFailure) {
      _ = try trial.goOn(on: found, steps: 6)
    } catch {
      if !found.isDead { return true }
    }
    found = found.afterPowerLoss(seed: seed &+ 1)
    return trial.violation(on: found) != nil
  }

  /// A byte of a frame turns; that must be noticed when the log is opened.
  private func isDamageMissed(_ trial: LogTrial, _ random: inout SplitMix64) throws -> Bool {
    let disk = trial.disk.afterKill(seed: 3)
    let names = disk.fileNames.filter { $0.hasPrefix("segment") }
    let name = names[Int(random.next() % UInt64(names.count))]
    let content = disk.content(of: name) ?? []
    let used = content.indices.filter { content[$0] != 0 && $0 >= 4_096 }
    guard !used.isEmpty else { return false }
    disk.flip(0x40, of: name, at: used[Int(random.next() % UInt64(used.count))])
    do throws(LogFailure) {
      _ = try SimulatedLog.open(SimulatedDiskHandle(disk), configuration: trial.configuration)
      return true
    } catch {
      return false
    }
  }
}
