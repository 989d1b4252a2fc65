import Foundation

/// The shell between a test and its server: it starts the server when it is told to, tells when it
/// answers, and takes the server and its folder away when nobody can tell it anything any more.
final class ServerShell: @unchecked Sendable {
  // The lock guards the talk with the shell; everything else is constant.

  /// Why there is no server.
  struct Failure: Error, CustomStringConvertible {
    /// What the shell said, and the server's log.
    let description: String
  }

  private let folder: String
  private let shell = Process()
  private let orders = Pipe()
  private let answers = Pipe()
  private let lock = NSLock()

  /// Starts `script` with `folder` as its first argument.
  init(_ script: String, folder: String, _ arguments: [String]) throws {
    self.folder = folder
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", script, "sh", folder] + arguments
    shell.standardInput = orders
    shell.standardOutput = answers
    shell.standardError = FileHandle.nullDevice
    try shell.run()
  }

  deinit {
    try? orders.fileHandleForWriting.close()
    shell.waitUntilExit()
  }

  /// Gives an order, and returns when it is done.
  func order(_ words: String) throws {
    try lock.withLock {
      try orders.fileHandleForWriting.write(contentsOf: Data("\(words)\n".utf8))
      var answer = ""
      while let byte = try answers.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
        if byte == Data("\n".utf8) { break }
        answer += String(decoding: byte, as: UTF8.self)
      }
      guard answer == "done" else {
        let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        throw Failure(description: "the test's server did not \(words): \(answer)\n\(log)")
      }
    }
  }
}
