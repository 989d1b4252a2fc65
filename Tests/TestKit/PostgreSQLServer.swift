import Foundation

/// A PostgreSQL server for tests: its own folder, its own socket, gone when the value or the process
/// goes.
public final class PostgreSQLServer: @unchecked Sendable {
  // The lock guards the count; everything else is constant.

  /// Why there is no server.
  public struct Absence: Error, CustomStringConvertible {
    /// What to do.
    public let description: String
  }

  /// The server that tests share, each with a database of its own.
  public static let shared = Result { try PostgreSQLServer() }

  /// The user who owns everything.
  public static let user = "omni"
  /// The user's password.
  public static let password = "open sesame"

  private let folder: String
  private let shell: ServerShell
  private let lock = NSLock()
  private var databaseCount = 0

  /// Makes a server in a temporary folder and starts it.
  public init() throws {
    let binaries = try Self.binaries()
    folder = NSTemporaryDirectory() + "omni-pg-" + UUID().uuidString.prefix(8).lowercased()
    shell = try ServerShell(
      Self.script, folder: folder, [binaries, Self.user, Self.password])
    try start()
  }

  /// Starts the server again after ``kill()``, and returns when it answers.
  public func start() throws { try shell.order("start") }

  /// Ends the server and all its processes at once, as a power loss would.
  public func kill() throws { try shell.order("kill") }

  /// Makes an empty database, and returns the words that lead to it.
  public func makeDatabase() throws -> String {
    let name = lock.withLock {
      databaseCount += 1
      return "test\(databaseCount)"
    }
    try shell.order("database \(name)")
    return address(database: name)
  }

  /// The words that lead to `database`, as `user` with `password`.
  public func address(
    database: String, user: String = user, password: String = password
  ) -> String {
    "host=\(folder) dbname=\(database) user=\(user) password='\(password)'"
  }

  /// The folder that holds `initdb` and `postgres`.
  private static func binaries() throws -> String {
    let debian = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
    let places =
      versions.compactMap { Int($0) }.sorted(by: >).map { "\(debian)/\($0)/bin" }
      + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let programs = ["initdb", "postgres", "psql", "pg_isready"]
    let complete = places.first { place in
      programs.allSatisfy { SampleFiles.has("\(place)/\($0)") }
    }
    if let complete { return complete }
    throw Absence(
      description: "there is no PostgreSQL server to test with; run make setup, which installs it")
  }

  /// Arguments: the folder, the folder of the binaries, the user and the password.
  ///
  /// PostgreSQL refuses to run as root, so root hands it to the user that its package makes. The
  /// shell is the server's parent, so that a killed server is reaped and leaves no process number.
  private static let script = #"""
    folder=$1; bin=$2; user=$3; PGPASSWORD=$4; export PGPASSWORD
    as=; [ "$(id -u)" = 0 ] && as="setpriv --reuid=postgres --regid=postgres --init-groups"
    umask 077; mkdir -p "$folder"; cd "$folder"
    exec 3>&1 >log 2>&1
    printf '%s' "$PGPASSWORD" >password
    [ -n "$as" ] && chown -R postgres "$folder"
    pid=
    start() {
      [ -d data ] || $as "$bin/initdb" -D data -U "$user" -A scram-sha-256 --pwfile=password \
        -E UTF8 --locale=C --no-sync || return 1
      $as "$bin/postgres" -D data -k "$folder" -c listen_addresses= -c fsync=off \
        -c max_connections=60 -c shared_buffers=64MB -c max_wal_size=2GB 3>&- </dev/null &
      pid=$!
      timeout 60 sh -c "until \"$bin/pg_isready\" -q -h '$folder' -d postgres; do
        kill -0 $pid || exit 1; sleep 0.05; done"
    }
    stop() {
      [ -n "$pid" ] || return 0
      kill "-$1" $pid $2; wait $pid; pid=; return 0
    }
    while read -r word name; do
      case $word in
        start) start ;;
        kill) stop KILL "$(cat /proc/$pid/task/$pid/children)" ;;
        database) "$bin/psql" -q -h "$folder" -U "$user" -d postgres -c "CREATE DATABASE $name" ;;
      esac && echo done >&3 || echo failed >&3
    done
    stop INT
    cd /; rm -rf "$folder"
    """#
}
