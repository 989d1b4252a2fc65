/// What a machine lacks; computed from what was seen of it, so that it can be tested.
package struct SetupPlan: Sendable, Equatable {
  /// The Debian packages that the build and the set-up need.
  ///
  /// The servers of PostgreSQL and Redis are for the tests; no program of OMNI starts one.
  package static let packages = [
    "zlib1g-dev", "libzstd-dev", "libssl-dev", "libsodium-dev", "libsimdjson-dev", "libyaml-dev",
    "libsqlite3-dev",
    "sqlite3",
    "libpq-dev", "postgresql-15", "libhiredis-dev", "redis-server",
    "librdkafka-dev", "unzip", "gzip",
  ]
  /// Packages that are only needed when none of their commands is there.
  package static let packagesOfCommands = [
    (package: "python3", commands: ["python3"]),
    (package: "python3-pip", commands: ["pip3", "pip"]),
    (package: "pkg-config", commands: ["pkg-config"]),
  ]

  /// The Debian packages to install.
  package var packages: [String]
  /// The wheels to fetch.
  package var wheels: [PinnedWheel]
  /// Whether the tools of the tests are to be fetched.
  package var needsCheckTools: Bool

  /// Whether there is nothing to do.
  package var isEmpty: Bool { packages.isEmpty && wheels.isEmpty && !needsCheckTools }

  /// The packages that are missing.
  ///
  /// - Parameters:
  ///   - listing: What `dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n'` wrote.
  ///   - hasCommand: Whether a command is on the PATH.
  package static func missingPackages(
    listing: String, hasCommand: (String) -> Bool
  ) -> [String] {
    let installed = Set(
      listing.split(separator: "\n").compactMap { line -> String? in
        let words = line.split(separator: " ")
        return words.count == 2 && words[0] == "ii" ? String(words[1]) : nil
      })
    let needed = packagesOfCommands.filter { !$0.commands.contains(where: hasCommand) }
    return packages.filter { !installed.contains($0) } + needed.map(\.package)
  }

  /// The wheels whose files are not all there as they were unpacked from the pinned wheel.
  ///
  /// - Parameters:
  ///   - pins: What is wanted.
  ///   - provenance: What an earlier run wrote down, if one did.
  ///   - digests: The digests of the files that are there now, by path below `.omni/demo`.
  package static func missingWheels(
    pins: [PinnedWheel], provenance: Provenance?, digests: [String: String]
  ) -> [PinnedWheel] {
    pins.filter { pin in
      guard let known = provenance?.wheels.first(where: { $0.package == pin.package }),
        known.version == pin.version, known.sha256 == pin.sha256,
        known.files.count == pin.members.count
      else { return true }
      return !known.files.allSatisfy { digests[$0.path] == $0.sha256 }
    }
  }
}
