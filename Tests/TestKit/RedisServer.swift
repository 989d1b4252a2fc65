import Foundation
import Glibc

/// A Redis server for tests: its own folder, its own port of the loopback, gone when the value or
/// the process goes.
public final class RedisServer: Sendable {
  /// Why there is no server.
  public struct Absence: Error, CustomStringConvertible {
    /// What to do.
    public let description: String
  }

  /// The port on 127.0.0.1.
  public let port: Int
  /// The password, or an empty one if nobody has to say it.
  public let password: String

  private let folder: String
  private let shell: ServerShell

  /// Makes a server in a temporary folder and starts it.
  ///
  /// - Parameters:
  ///   - appendonly: Whether each write is on the disk before it is answered, so that a server that
  ///     is killed and started again has it; otherwise it begins empty.
  ///   - password: What clients have to say, or an empty one.
  public init(appendonly: Bool = false, password: String = "") throws {
    let binary = try Self.binary()
    port = try Self.freePort()
    self.password = password
    folder = NSTemporaryDirectory() + "omni-redis-" + UUID().uuidString.prefix(8).lowercased()
    shell = try ServerShell(
      Self.script, folder: folder, [binary, "\(port)", appendonly ? "yes" : "no", password])
    try start()
  }

  /// The address of the server's port, with the password if there is one.
  public var address: String {
    "redis://" + (password.isEmpty ? "" : ":\(password)@") + "127.0.0.1:\(port)"
  }

  /// The address of the server's socket.
  public var socketAddress: String { "unix:\(folder)/redis.sock" }

  /// Starts the server again after ``kill()``, with the same folder and port, and returns when it
  /// answers.
  public func start() throws { try shell.order("start") }

  /// Ends the server at once, as a power loss would.
  public func kill() throws { try shell.order("kill") }

  /// Makes the server stand still, as a machine without power to answer does, its sockets open.
  public func freeze() throws { try shell.order("freeze") }

  /// Lets the server go on after ``freeze()``.
  public func thaw() throws { try shell.order("thaw") }

  /// The server's program, beside which lies `redis-cli`.
  private static func binary() throws -> String {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let places = ["/usr/bin", "/usr/local/bin"] + path.split(separator: ":").map(String.init)
    let complete = places.first { place in
      ["redis-server", "redis-cli"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "\(place)/\($0)")
      }
    }
    if let complete { return complete }
    throw Absence(
      description: "there is no Redis server to test with; run make setup, which installs it")
  }

  /// A port of the loopback that nobody listens on at this moment.
  ///
  /// It is none of those that the system gives to outgoing connections (32,768 and up): one of them
  /// could take it while the server is down.
  public static func freePort() throws -> Int {
    for _ in 0..<1_000 {
      let port = Int.random(in: 12_000..<32_000)
      if isFree(port) { return port }
    }
    throw Absence(description: "there is no free port of the loopback from 12000 to 31999")
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(port).bigEndian)
    place.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    return unsafe withUnsafePointer(to: &place) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  /// Arguments: the folder, the folder of the binaries, the port, whether to write each command to
  /// the disk, and the password.
  ///
  /// The shell is the server's parent, so that a killed server is reaped and leaves no process
  /// number.
  private static let script = #"""
    folder=$1; bin=$2; port=$3; append=$4; REDISCLI_AUTH=$5
    [ -n "$REDISCLI_AUTH" ] && export REDISCLI_AUTH
    umask 077; mkdir -p "$folder"; cd "$folder"
    exec 3>&1 >log 2>&1
    pid=
    start() {
      "$bin/redis-server" --bind 127.0.0.1 --port "$port" --dir "$folder" --save "" \
        --unixsocket "$folder/redis.sock" --appendonly "$append" --appendfsync always \
        --enable-debug-command yes --requirepass "$REDISCLI_AUTH" 3>&- </dev/null &
      pid=$!
      timeout 30 sh -c "until \"$bin/redis-cli\" -p $port ping | grep -q PONG; do
        kill -0 $pid || exit 1; sleep 0.02; done"
    }
    stop() {
      [ -n "$pid" ] || return 0
      kill -KILL $pid; wait $pid; pid=; return 0
    }
    while read -r word; do
      case $word in
        start) start ;;
        kill) stop ;;
        freeze) kill -STOP $pid ;;
        thaw) kill -CONT $pid ;;
      esac && echo done >&3 || echo failed >&3
    done
    stop
    cd /; rm -rf "$folder"
    """#
}
