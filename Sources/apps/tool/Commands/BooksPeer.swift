import Foundation

/// A matching engine in C++ and hftbacktest, measured beside ours.
struct BooksPeer: Sendable {
  private static let rounds = 3
  private static let ours = ".build/release/omni"
  private static let operations = "3000000"
  private static let seed = "42"

  /// The folder of the project.
  let root: String
  /// Where the peers' programs are, from that folder.
  let folder: String?
  /// The recording that both replay, from that folder.
  let recording: String?

  private var tools: String { root + "/.omni/tools/books" }

  /// Measures both in turn.
  ///
  /// - Throws: `notThere` without the folder or the recording; what a peer's failure says.
  func measure(_ console: Console) throws(ToolFailure) -> BooksRatios {
    let folder = try path(
      folder, "--peer", "a folder with lob/gen.cpp, lob/b_flat.cpp and ticks_hft.py")
    let recording = try path(recording, "--recording", "a recorded stream of Binance")
    let python = try PeerTools(root: root, subject: .books).install(console: console)
    let stream = tools + "/ops.bin"
    let generate = try compile(folder + "/lob/gen.cpp")
    let flat = try compile(folder + "/lob/b_flat.cpp")
    _ = try run(generate, [stream, Self.operations, Self.seed])
    try make(tools + "/data")
    _ = try run(python, [folder + "/make_ticks.py", recording, tools + "/data"])
    var rounds: [BooksRatios.Round] = []
    for round in 1...Self.rounds {
      console.say("peers: round \(round) of \(Self.rounds)")
      let matching = ["bench", "matching", "--ops", stream, "--json"]
      rounds.append(
        BooksRatios.Round(
          matching: try Command.figures(Self.ours, matching, root),
          flat: BooksRatios.figures(ofFlat: try run(flat, [stream])),
          replay: try Command.figures(
            Self.ours, ["bench", "l2-replay", recording, "--json"], root),
          making: try Command.figures(Self.ours, ["bench", "mm", recording, "--json"], root),
          ticks: BooksRatios.figures(ofTicks: try run(python, [folder + "/ticks_hft.py"]))))
    }
    return BooksRatios(rounds)
  }

  private func path(
    _ given: String?, _ option: String, _ wanted: String
  ) throws(ToolFailure) -> String {
    let path = given.map { $0.hasPrefix("/") ? $0 : root + "/" + $0 } ?? ""
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw .notThere(path: given ?? option, wanted: wanted, remedy: "name it with \(option)")
    }
    return path
  }

  private func make(_ folder: String) throws(ToolFailure) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .notThere(path: folder, wanted: "to make it", remedy: "check who owns .omni")
    }
  }

  private func compile(_ source: String) throws(ToolFailure) -> String {
    let name = (source as NSString).lastPathComponent
    let program = tools + "/" + (name as NSString).deletingPathExtension
    _ = try run("c++", ["-O3", "-march=native", "-std=c++20", source, "-o", program])
    return program
  }

  /// What a program prints; it runs where the peers look for their data.
  private func run(_ program: String, _ arguments: [String]) throws(ToolFailure) -> String {
    let outcome = try ChildProcess(program: program, arguments: arguments, folder: tools)
      .run(.capturedTogether)
    guard outcome.status == 0 else {
      let reason = outcome.output.split(separator: "\n").last { $0.contains("rror") }
      throw .childFailed(
        command: program, status: outcome.status, output: String(reason ?? "it gave no reason"))
    }
    return outcome.output
  }
}
