import Foundation

/// Redis, measured by a program in C beside the event bus.
struct BusPeer: Sendable {
  /// The folder of the project.
  let root: String
  /// The program's source, from that folder, or nothing.
  let source: String?

  private static let rounds = 3
  private static let ours = ".build/release/omni"

  /// Measures both in turn; the bus alone if there is no program.
  func measure(_ console: Console) throws(ToolFailure) -> BusRatios {
    guard let program = try compile(console) else {
      var ours: [[String: Double]] = []
      for round in 1...Self.rounds {
        console.say("peers: round \(round) of \(Self.rounds)")
        ours.append(try Command.figures(Self.ours, ["bench", "bus", "--json"], root))
      }
      return BusRatios(ours: ours, theirs: [])
    }
    let server = try PeerServer()
    defer { server.end() }
    var ours: [[String: Double]] = []
    var theirs: [[String: Double]] = []
    for round in 1...Self.rounds {
      console.say("peers: round \(round) of \(Self.rounds)")
      ours.append(try Command.figures(Self.ours, ["bench", "bus", "--json"], root))
      let peer = ChildProcess(program: program, arguments: ["\(server.port)"], folder: root)
      theirs.append(BusRatios.figures(ofPeer: try peer.output()))
    }
    return BusRatios(ours: ours, theirs: theirs)
  }

  /// The path of the compiled program, or nil if there is no source.
  private func compile(_ console: Console) throws(ToolFailure) -> String? {
    guard let source else {
      console.say("peers: no program was named; wanted --peer FILE.c; measuring OMNI alone")
      return nil
    }
    let path = source.hasPrefix("/") ? source : root + "/" + source
    guard FileManager.default.isReadableFile(atPath: path) else {
      console.say("peers: there is no \(source); wanted --peer FILE.c; measuring OMNI alone")
      return nil
    }
    let folder = root + "/.omni/tools/bus"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .notThere(path: folder, wanted: "to make it", remedy: "check who owns .omni")
    }
    let program = folder + "/peer"
    let outcome = try ChildProcess(
      program: "cc", arguments: ["-O2", path, "-lhiredis", "-pthread", "-o", program],
      folder: root
    ).run(.capturedTogether)
    guard outcome.status == 0 else {
      let reason = outcome.output.split(separator: "\n").first { $0.contains("error") }
      throw .childFailed(
        command: "cc \(source)", status: outcome.status,
        output: String(reason ?? "it gave no reason"))
    }
    return program
  }
}

/// A redis-server on a port of this machine, for the time of a measurement.
private final class PeerServer {
  let port: Int
  private let process: Process

  init() throws(ToolFailure) {
    guard let program = ChildProcess.find("redis-server") else {
      throw .missingTool(name: "redis-server", remedy: "make setup")
    }
    // A server whose port is taken ends at once.
    for _ in 0..<10 {
      // None of those that the system gives to outgoing connections.
      let port = Int.random(in: 12_000..<32_000)
      if let process = try Self.start(program, port) {
        (self.port, self.process) = (port, process)
        return
      }
    }
    throw .childFailed(command: program, status: 1, output: "it does not answer")
  }

  private static func start(_ program: String, _ port: Int) throws(ToolFailure) -> Process? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
    ]
    process.currentDirectoryURL = FileManager.default.temporaryDirectory
    process.standardOutput = FileHandle.nullDevice
    do { try process.run() } catch {
      throw .childFailed(command: program, status: 127, output: "\(error)")
    }
    let ping = ChildProcess(
      program: "redis-cli", arguments: ["-p", "\(port)", "ping"], folder: "/")
    for _ in 0..<100 {
      usleep(50_000)
      guard process.isRunning else { return nil }
      if try ping.run(.capturedTogether).output.contains("PONG") { return process }
    }
    process.terminate()
    process.waitUntilExit()
    return nil
  }

  /// Ends it.
  func end() {
    process.terminate()
    process.waitUntilExit()
  }
}
