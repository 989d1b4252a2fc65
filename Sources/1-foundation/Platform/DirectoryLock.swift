import Glibc

/// The right to be the only one who writes in a folder, for as long as this value lives.
///
/// The operating system takes the lock back when the process ends, however it ends.
public struct DirectoryLock: ~Copyable, Sendable {
  private let descriptor: Int32

  /// Takes the lock of the folder at `path`, or fails at once with `locked`.
  public init(_ path: String) throws(FileError) {
    descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(errno: errno, operation: "lock", path: path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let number = errno
      _ = close(descriptor)
      throw FileError(errno: number, operation: "lock", path: path)
    }
  }

  deinit {
    // A child that is just being started has the descriptor too, until it runs its own program.
    _ = flock(descriptor, LOCK_UN)
    _ = close(descriptor)
  }
}
