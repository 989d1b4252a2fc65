/// Where the files under `.omni/demo` came from, as `PROVENANCE.json` says it.
package struct Provenance: Codable, Sendable, Equatable {
  /// One file that was unpacked.
  package struct File: Codable, Sendable, Equatable {
    /// Its path below `.omni/demo`.
    package var path: String
    /// Its digest, as it was unpacked.
    package var sha256: String

    /// Creates the record of a file.
    package init(path: String, sha256: String) {
      self.path = path
      self.sha256 = sha256
    }
  }

  /// One wheel.
  package struct Wheel: Codable, Sendable, Equatable {
    /// The package's name in the index.
    package var package: String
    /// Its version.
    package var version: String
    /// The digest of the wheel.
    package var sha256: String
    /// The licence's SPDX identifier.
    package var licence: String
    /// What was unpacked, the text of the licence among it.
    package var files: [File]

    /// Creates the record of a wheel.
    package init(_ pin: PinnedWheel, files: [File]) {
      package = pin.package
      version = pin.version
      sha256 = pin.sha256
      licence = pin.licence
      self.files = files
    }
  }

  /// The wheels, in the order of the list of pins.
  package var wheels: [Wheel]

  /// Creates a record of wheels.
  package init(wheels: [Wheel] = []) { self.wheels = wheels }
}
