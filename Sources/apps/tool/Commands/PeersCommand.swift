import Foundation

extension Command {
  /// Measures the resilience libraries beside what Python has.
  static let peers = Command(
    name: "peers",
    summary: "measures the resilience libraries, the event bus or the books beside peers, in turn",
    details: """
      Installs the pinned peers into .omni/tools/omega if they are not there, runs
      .build/release/omni bench omega and Benchmarks/peers/omega.py three times in turn, and shows
      the best of each with their ratio and the one that is wanted.

      With --bus it compiles the C program that --peer names, starts a redis-server of its own, runs
      .build/release/omni bench bus and that program three times in turn, and shows the median and
      the best of each. The program is given the server's port, and prints a line for each way to
      send; without it OMNI is measured alone.

      With --books it takes a folder with lob/gen.cpp, lob/b_flat.cpp, make_ticks.py and
      ticks_hft.py: it compiles the first two, makes a stream of 3,000,000 operations, installs
      hftbacktest, has the recording converted for it, and runs .build/release/omni bench matching,
      l2-replay and mm and their peers three times in turn.
      """,
    flags: [
      ("--bus", "the event bus beside Redis"),
      ("--books", "matching, books and market making beside b_flat and hftbacktest"),
    ],
    settings: [
      ("--peer", "PATH", "with --bus: FILE.c that measures Redis; with --books: the folder"),
      ("--recording", "FILE", "with --books: a recorded stream of Binance"),
    ],
    example: "omnidev peers"
  ) { options, console throws(ToolFailure) in
    let root = options.root
    if options.flags.contains("--bus") {
      let source = options.values["--peer"]
      console.say(try BusPeer(root: root, source: source).measure(console).table)
      return 0
    }
    if options.flags.contains("--books") {
      console.say(
        try BooksPeer(
          root: root, folder: options.values["--peer"], recording: options.values["--recording"]
        ).measure(console).table)
      return 0
    }
    let python = try PeerTools(root: root, subject: .omega).install(console: console)
    var ours: [[String: Double]] = []
    var theirs: [[String: Double]] = []
    for round in 1...3 {
      console.say("peers: round \(round) of 3")
      ours.append(try figures(".build/release/omni", ["bench", "omega", "--json"], root))
      theirs.append(try figures(python, ["Benchmarks/peers/omega.py", "--json"], root))
    }
    console.say(PeerRatios(ours: ours, theirs: theirs).table)
    return 0
  }

  /// The figures that a program prints as one object of JSON.
  static func figures(
    _ program: String, _ arguments: [String], _ root: String
  ) throws(ToolFailure) -> [String: Double] {
    let outcome = try ChildProcess(program: program, arguments: arguments, folder: root)
      .run(.captured)
    let object = try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    guard outcome.status == 0, let fields = object as? [String: Any] else {
      throw .childFailed(command: program, status: outcome.status, output: "it gave no figures")
    }
    return fields.compactMapValues { ($0 as? NSNumber)?.doubleValue }
  }
}

/// The figures of both sides, and their ratios.
package struct PeerRatios: Sendable {
  /// What is measured: by which keys, and how many times as quick as the peer it has to be.
  static let wanted: [(name: String, ours: String, theirs: String, least: Double)] = [
    ("limiter decision, throttled-py", "limiter_ns", "limiter_ns", 50),
    ("closed breaker call, pybreaker", "breaker_ns", "breaker_ns", 50),
    ("route, uhashring", "route_ns", "route_ns", 50),
    ("memory hit, cachetools LRUCache", "memory_hit_ns", "memory_hit_ns", 5),
    ("three fields from Redis, redis-py MGET", "redis_fields_us", "redis_fields_us", 2),
    ("replay of 10,000 events, eventsourcing", "replay_10k_us", "replay_10k_us", 50),
  ]

  private let ours: [[String: Double]]
  private let theirs: [[String: Double]]

  /// Creates the comparison of some rounds.
  package init(ours: [[String: Double]], theirs: [[String: Double]]) {
    self.ours = ours
    self.theirs = theirs
  }

  /// The least figure of a key over the rounds, if each has it.
  private static func best(_ key: String, _ rounds: [[String: Double]]) -> Double? {
    let values = rounds.compactMap { $0[key] }
    return values.count == rounds.count ? values.min() : nil
  }

  /// One line for each thing that is measured.
  package var table: String {
    Self.wanted.map { name, ourKey, theirKey, least in
      guard let our = Self.best(ourKey, ours), let their = Self.best(theirKey, theirs), our > 0
      else { return "\(name): not measured" }
      let ratio = their / our
      let verdict = ratio >= least ? "as wanted" : "NOT as wanted"
      return "\(name): \(Self.text(our)) against \(Self.text(their)), \(Self.text(ratio)) times "
        + "as quick; \(verdict), at least \(Self.text(least))"
    }.joined(separator: "\n")
  }

  private static func text(_ value: Double) -> String {
    let tenths = (value * 10).rounded() / 10
    return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
  }
}
