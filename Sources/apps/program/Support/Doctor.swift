import Foundation
import OmniConfiguration
import OmniCrypto
import OmniIngestion
import OmniKafka
import OmniPlatform
import OmniPostgreSQL
import OmniRedis
import OmniSQLite
import OmniTime

/// Looks at the machine, and says of each thing whether the program can work with it.
struct Doctor {
  /// How a check came out.
  enum State: String {
    /// Nothing is to be done.
    case ok
    /// The program works, and something does not.
    case warn
    /// The program, or what was asked for, does not work.
    case fail
  }

  /// What one check found.
  struct Finding {
    let state: State
    let name: String
    let fact: String
    /// What to do; empty where nothing is.
    var remedy = ""

    /// The finding as a line.
    var line: String {
      let padded = state.rawValue.padding(toLength: 5, withPad: " ", startingAt: 0)
      return "\(padded)\(name): \(fact)" + (remedy.isEmpty ? "" : "; \(remedy)")
    }
  }

  private static let mebibyte = 1 << 20

  /// The folder of the demo's files.
  let demo: DemoFiles
  /// The folder of imported bars.
  let data: String
  /// The configuration file, if one was given.
  let configuration: String?
  /// What the command line sets.
  let overrides: [String]

  /// Does every check.
  func examine() -> [Finding] {
    [
      machine, memory, disk, zlib, zstd, libcrypto, libsodium, simdjson, libyaml, sqlite, libpq,
      hiredis, librdkafka,
      demoData,
      dataFolder, monotonicClock, wallClock, terminal, settings,
    ]
  }

  // MARK: The machine

  private var machine: Finding {
    let processor = Machine.processorName ?? "an unnamed processor"
    return Finding(
      state: .ok, name: "machine",
      fact: "\(Machine.coreCount) cores of \(processor), \(Machine.systemName)")
  }

  private var memory: Finding {
    let size = Machine.memoryBytes / Self.mebibyte
    return Finding(
      state: size < 1024 ? .warn : .ok, name: "memory", fact: "\(size) MiB",
      remedy: size < 1024 ? "use smaller files, since all bars are held in memory" : "")
  }

  private var disk: Finding {
    do throws(FileError) {
      let free = try FileSystem.freeBytes(at: Self.nearest(data)) / Self.mebibyte
      let state: State = free < 128 ? .fail : free < 2048 ? .warn : .ok
      return Finding(
        state: state, name: "disk", fact: "\(free) MiB free for \(data)",
        remedy: state == .ok ? "" : "free some room: one file of a journal takes 64 MiB")
    } catch {
      return Finding(
        state: .fail, name: "disk", fact: "\(error)", remedy: "check the folder's device")
    }
  }

  private var monotonicClock: Finding {
    let start = Machine.monotonicNanoseconds
    for _ in 0..<1_000_000 {
      let passed = Machine.monotonicNanoseconds - start
      if passed > 0 {
        return Finding(
          state: .ok, name: "monotonic clock", fact: "it advances, by steps of \(passed) ns or less"
        )
      }
    }
    return Finding(
      state: .fail, name: "monotonic clock", fact: "it stands still",
      remedy: "check the machine's clock source")
  }

  private var wallClock: Finding {
    let now = SystemClock().now()
    // The first second of 2024: a clock before that was never set.
    let isSet = now >= Timestamp(nanoseconds: 1_704_067_200_000_000_000)
    return Finding(
      state: isSet ? .ok : .fail, name: "wall clock", fact: "\(now)",
      remedy: isSet ? "" : "set the clock, as with timedatectl set-ntp true")
  }

  private var terminal: Finding {
    guard StandardStream.messages.isTerminal else {
      return Finding(state: .ok, name: "terminal", fact: "none, so there are no progress bars")
    }
    let width = StandardStream.messages.width.map { "\($0) columns" } ?? "of unknown width"
    return Finding(state: .ok, name: "terminal", fact: width)
  }

  // MARK: Libraries

  /// A gzip file of the one letter `a`.
  private static let packedLetter: [UInt8] = [
    0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B, 4, 0, 0x43, 0xBE, 0xB7, 0xE8, 1, 0, 0, 0,
  ]

  private var zlib: Finding {
    library("zlib", FileReader.zlibVersion, package: "zlib1g") {
      let folder = try FileSystem.makeTemporaryDirectory("omni-doctor")
      defer { try? FileSystem.removeDirectory(folder) }
      try FileSystem.replaceFile(folder + "/a.gz", with: Self.packedLetter)
      var reader = try FileReader(folder + "/a.gz")
      return try reader.readAll(limit: 16) == [UInt8(ascii: "a")]
    }
  }

  private var libcrypto: Finding {
    library("libcrypto", SHA256.libraryVersion, package: "libssl3") {
      // The digest of nothing, FIPS 180-4.
      SHA256.digest(of: []).description
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  private var zstd: Finding {
    library("zstd", FileReader.zstdVersion, package: "libzstd1") { FileReader.zstdAnswersRight }
  }

  private var simdjson: Finding {
    library("simdjson", PayloadCeiling.libraryVersion, package: "libsimdjson14") {
      PayloadCeiling(Array("{\"id\":\"x\"}\n{\"id\":\"y\"}\n".utf8)).run() == 2
    }
  }

  private var libsodium: Finding {
    library("libsodium", Ed25519.libraryVersion, package: "libsodium23") {
      // The first key of RFC 8032, section 7.1.
      let seed = Digest256(
        hexadecimal: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
      return seed.flatMap { Ed25519.SecretKey(seed: $0.bytes) }?.publicKey.hexadecimal
        == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    }
  }

  private var sqlite: Finding {
    library("SQLite", SQLiteDatabase.libraryVersion, package: "libsqlite3-0") {
      try SQLiteDatabase(.memory).query("SELECT 1 + 1") == [[.integer(2)]]
    }
  }

  private var libpq: Finding {
    let number = PostgreSQLConnection.libraryVersion
    return library("libpq", "\(number / 10_000).\(number % 10_000)", package: "libpq5") {
      // It has to see that this is no address, before it asks any network.
      do throws(PostgreSQLFailure) {
        _ = try PostgreSQLConnection("no address")
        return false
      } catch {
        return error.reason == .addressInvalid
      }
    }
  }

  private var hiredis: Finding {
    library("hiredis", RedisLibrary.version, package: "libhiredis0.14") {
      RedisLibrary.answersRight
    }
  }

  private var librdkafka: Finding {
    library("librdkafka", KafkaLibrary.version, package: "librdkafka1") {
      KafkaLibrary.answersRight
    }
  }

  private var libyaml: Finding {
    library("libyaml", ConfigurationValue.yamlLibraryVersion, package: "libyaml-0-2") {
      try ConfigurationValue(yaml: "a: [1, b]", label: "doctor").jsonText == #"{"a":[1,"b"]}"#
    }
  }

  private func library(
    _ name: String, _ version: String, package: String, _ works: () throws -> Bool
  ) -> Finding {
    do {
      if try works() {
        return Finding(state: .ok, name: name, fact: "version \(version), answers right")
      }
      return Finding(
        state: .fail, name: name, fact: "version \(version), answers wrong",
        remedy: "run apt-get install --reinstall \(package)")
    } catch {
      return Finding(
        state: .fail, name: name, fact: "version \(version): \(error)",
        remedy: "run apt-get install --reinstall \(package), and check /tmp")
    }
  }

  // MARK: Files

  private var demoData: Finding {
    do {
      guard let provenance = try demo.provenance() else {
        return Finding(
          state: .warn, name: "demo data", fact: "there is none in \(demo.path)",
          remedy: "run make setup, or name your own file with omni data import")
      }
      let faults = try demo.faults(provenance)
      guard faults.isEmpty else {
        return Finding(
          state: .fail, name: "demo data", fact: faults.joined(separator: ", "),
          remedy: "remove \(demo.path) and run make setup")
      }
      let count = provenance.wheels.map(\.files.count).reduce(0, +)
      return Finding(
        state: .ok, name: "demo data",
        fact: "\(count) files of \(provenance.wheels.count) wheels, every SHA-256 right")
    } catch {
      let text = (error as? Problem)?.text ?? "\(error)"
      return Finding(state: .fail, name: "demo data", fact: text)
    }
  }

  private var dataFolder: Finding {
    let folder = Self.nearest(data)
    let probe = "\(folder)/.omni-doctor-\(Machine.processID)"
    do throws(FileError) {
      try FileSystem.replaceFile(probe, with: [0])
      try FileSystem.remove(probe)
      let fact = folder == data ? "\(data) is writable" : "\(data) can be made in \(folder)"
      return Finding(state: .ok, name: "data folder", fact: fact)
    } catch {
      return Finding(
        state: .fail, name: "data folder", fact: "\(error)",
        remedy: "change the owner of \(folder), or name another folder")
    }
  }

  /// The folder at `path`, or the nearest above it that is there.
  private static func nearest(_ path: String) -> String {
    var folder = path
    while !FileSystem.exists(folder) {
      let above = FileSystem.folder(of: folder)
      if above == folder { break }
      folder = above
    }
    return folder
  }

  private var settings: Finding {
    do {
      _ = try Settings.load(file: configuration, overrides: overrides)
      return Finding(
        state: .ok, name: "configuration",
        fact: configuration.map { "\($0) is valid" } ?? "no file given, the defaults hold")
    } catch {
      let text = (error as? Problem).map { "\($0.code): \($0.text)" } ?? "\(error)"
      return Finding(state: .fail, name: "configuration", fact: text)
    }
  }
}
