import OmniEncoding
import OmniNumerics
import OmniTime
import OmniWriteAheadLog

typealias SimulatedLog = WriteAheadLog<SimulatedDiskHandle>

/// A run of a log on a simulated disk, from one seed, and what must hold after whatever happened.
struct LogTrial {
  /// What the log was told to hold, by frame.
  private(set) var frames: [[UInt64]] = []
  /// How many of them were acknowledged.
  private(set) var acknowledged = 0
  private var random: SplitMix64
  let disk: SimulatedDisk
  let configuration: LogConfiguration

  init(
    seed: UInt64, disk: SimulatedDisk, sabotage: LogSabotage? = nil
  ) throws(LogFailure) {
    random = SplitMix64(seed: seed)
    self.disk = disk
    var configuration = try LogConfiguration(segmentBytes: 16 << 10)
    configuration.sabotage = sabotage
    self.configuration = configuration
  }

  private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

  /// Creates a log and writes `steps` times; stops at the first failure, and says whether it closed.
  mutating func write(steps: Int) -> Bool {
    do throws(LogFailure) {
      let log = try SimulatedLog.create(
        on: SimulatedDiskHandle(disk), identity: LogIdentity(77), configuration: configuration)
      return try write(to: log, steps: steps)
    } catch {
      return false
    }
  }

  /// Opens the log on `disk` and goes on.
  mutating func goOn(on disk: SimulatedDisk, steps: Int) throws(LogFailure) -> Bool {
    let log = try SimulatedLog.open(SimulatedDiskHandle(disk), configuration: configuration)
    frames.removeLast(frames.count - Int(log.frameCount))
    acknowledged = frames.count
    do throws(LogFailure) {
      return try write(to: log, steps: steps)
    } catch {
      return false
    }
  }

  private mutating func write(
    to log: consuming SimulatedLog, steps: Int
  ) throws(LogFailure) -> Bool {
    var log = log
    var body = FrameBody()
    for _ in 0..<steps {
      let kind = below(12)
      if kind == 0 {
        let count = frames.count
        try log.writeSnapshot { sink in for word in 0..<600 { sink.put(UInt64(count + word)) } }
      } else {
        body.removeAll()
        let words = (0..<1 + below(700)).map { _ in random.next() }
        for word in words { body.put(word) }
        let content = FrameContent(
          kind: 1, itemCount: UInt32(words.count), time: Timestamp(nanoseconds: 5))
        try log.reserve(bodyBytes: body.byteCount)
        acknowledged = max(acknowledged, Int(log.acknowledgedCount))
        frames.append(words)
        try log.append(content, &body)
      }
      if below(3) > 0 {
        do throws(LogFailure) {
          try log.commit()
        } catch {
          // What a failed commit claims counts as promised.
          acknowledged = max(acknowledged, Int(log.acknowledgedCount))
          throw error
        }
      }
      acknowledged = max(acknowledged, Int(log.acknowledgedCount))
    }
    if below(2) == 0 {
      try log.close()
      acknowledged = frames.count
      return true
    }
    try log.commit()
    acknowledged = frames.count
    return false
  }

  /// What does not hold for the log on `disk`, if anything: every acknowledged frame is there, none
  /// is doubled or changed, nothing was lost silently, and after opening every byte is right.
  func violation(on disk: SimulatedDisk) -> String? {
    do throws(LogFailure) {
      var findings: [Damage] = []
      let snapshot = try SimulatedLog.newestSnapshot(
        on: SimulatedDiskHandle(disk), findings: &findings)
      if let damage = findings.first { return "snapshot: \(damage)" }
      if let snapshot, Int(snapshot.frame) > frames.count { return "snapshot of the future" }
      var log = try SimulatedLog.open(SimulatedDiskHandle(disk), configuration: configuration)
      if Int(log.frameCount) < acknowledged {
        return "\(log.frameCount) frames, and \(acknowledged) were acknowledged"
      }
      if Int(log.frameCount) > frames.count { return "frames that nobody wrote" }
      var body = FrameBody()
      for number in 0..<Int(log.frameCount) {
        let header = try log.readFrame(UInt64(number + 1), into: &body)
        var words: [UInt64] = []
        while !body.isAtEnd { words.append((try? body.take()) ?? 0) }
        if words != frames[number] { return "frame \(number + 1) is another" }
        if Int(header.itemCount) != words.count { return "frame \(number + 1) counts wrongly" }
      }
      try log.close()
      let report = try SimulatedLog.scrub(SimulatedDiskHandle(disk))
      return report.damages.first.map { "scrub: \($0)" }
    } catch {
      return "\(error)"
    }
  }

  /// Whether a log was made: before that there is nothing to lose.
  var isPromised: Bool { acknowledged > 0 }
}
