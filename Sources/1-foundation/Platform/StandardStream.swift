import CPlatform
import Glibc

/// Where a program's text goes: its output, or its messages.
///
/// Nothing is buffered here: each write is on its way when the call returns.
public struct StandardStream: Sendable {
  /// What the program was asked for.
  public static let output = Self(descriptor: 1, name: "standard output")
  /// What it has to say about that.
  public static let messages = Self(descriptor: 2, name: "standard error")

  private let descriptor: Int32
  private let name: String

  private init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Makes a write to a pipe that nobody reads fail with `brokenPipe`, and not end the process.
  ///
  /// To be called once, when a program starts.
  public static func ignoreBrokenPipes() { omni_ignore_broken_pipes() }

  /// Writes all of `text`.
  ///
  /// - Throws: `brokenPipe` if nobody reads it any more, which is no reason for an outcry.
  public func write(_ text: String) throws(FileError) {
    try write(Array(text.utf8))
  }

  /// Writes all of `bytes`.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    let number = unsafe bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = unsafe Glibc.write(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
        if count >= 0 {
          done += count
        } else if errno == EAGAIN {
          // Somebody made the stream non-blocking; wait until it takes more.
          var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = unsafe poll(&wanted, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
    if number != 0 { throw FileError(errno: number, operation: "write to", path: name) }
  }

  /// Whether a person sees it at once.
  public var isTerminal: Bool { isatty(descriptor) == 1 }

  /// How many columns the terminal has, or nothing if it is none or does not say.
  public var width: Int? {
    let columns = omni_terminal_columns(descriptor)
    return columns > 0 ? Int(columns) : nil
  }
}
