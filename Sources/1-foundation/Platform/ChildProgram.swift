import Glibc

/// A program that is run to its end as a process of its own.
public enum ChildProgram {
  /// What a program left.
  public struct Outcome: Sendable, Equatable {
    /// What it ended with; nothing when a signal ended it.
    public let status: Int32?
    /// What it wrote to its standard output.
    public let output: String
  }

  /// The path of the program that this process runs.
  public static var own: String? {
    var bytes = [CChar](repeating: 0, count: 4_096)
    let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count)
    guard count > 0, count < bytes.count else { return nil }
    return String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Runs the program at `path` with `arguments`, an empty standard input and this process's
  /// environment and messages, and waits for its end.
  public static func run(_ path: String, _ arguments: [String]) throws(FileError) -> Outcome {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      throw FileError(errno: errno, operation: "make a pipe for", path: path)
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { _ = Glibc.close(ends[0]) }
    let started = spawn(path, [path] + arguments, output: ends[1])
    _ = Glibc.close(ends[1])
    guard started.error == 0 else {
      throw FileError(errno: started.error, operation: "run", path: path)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe read(ends[0], &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      bytes += buffer[..<count]
    }
    var status: Int32 = 0
    while unsafe waitpid(started.process, &status, 0) < 0 {
      guard errno == EINTR else { throw FileError(errno: errno, operation: "await", path: path) }
    }
    return Outcome(
      status: status & 0x7F == 0 ? status >> 8 & 0xFF : nil,
      output: String(decoding: bytes, as: UTF8.self))
  }

  private static func spawn(
    _ path: String, _ words: [String], output: Int32
  ) -> (process: pid_t, error: Int32) {
    var actions = unsafe posix_spawn_file_actions_t()
    _ = unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    _ = unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    var texts: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
    unsafe texts.append(nil)
    defer { unsafe texts.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe posix_spawn(&process, path, &actions, nil, texts, environ)
    return (process, error)
  }
}
