import Foundation

/// The program under test, started as a process of its own.
final class Child {
  private let process = Process()
  private let output = Pipe()

  /// Starts `program`.
  init(_ program: String, _ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
  }

  /// Whether it has not ended.
  var isRunning: Bool { process.isRunning }

  /// Kills it as nothing can be prepared for, and waits for its end.
  ///
  /// - Returns: Whether it was the kill that ended it.
  func kill() -> Bool {
    if process.isRunning { _ = Foundation.kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
  }

  /// Waits for its end.
  func finish() -> (status: Int32, output: String) {
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let bySignal = process.terminationReason == .uncaughtSignal
    return (
      process.terminationStatus + (bySignal ? 128 : 0), String(decoding: data, as: UTF8.self)
    )
  }

  /// Reads what it writes until `isEnough` holds for all of it, or until it has ended.
  func read(until isEnough: (Data) -> Bool) -> Data {
    var data = Data()
    while !isEnough(data) {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { break }
      data += more
    }
    return data
  }

  /// The text of `key` in the JSON object that a program printed last.
  static func text(_ key: String, in output: String) -> String? {
    guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else {
      return nil
    }
    let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    return object?[key].map { "\($0)" }
  }
}
