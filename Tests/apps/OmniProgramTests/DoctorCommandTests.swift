import OmniPlatform
import OmniProgram
import Testing

@Suite("DoctorCommand")
struct DoctorCommandTests {
  @Test func `a machine that can build OMNI is healthy, a line for each check`() throws {
    let folder = try demoFolder()
    defer { remove(folder) }

    let outcome = omni("doctor", "--demo", folder + "/.omni/demo", "--data", folder + "/data")

    let lines = outcome.output.split(separator: "\n")
    #expect(outcome.code == 0, "\(outcome.output)")
    #expect(lines.count == 19)
    #expect(lines.allSatisfy { $0.hasPrefix("ok   ") || $0.hasPrefix("warn ") })
    for name in [
      "zlib: version 1.", "libcrypto: version 3.", "libyaml: version 0.", "libsodium: version 1.",
      "SQLite: version 3.", "libpq: version 1", "hiredis: version 0.", "librdkafka: version 2.",
      "simdjson: version 3.",
      "zstd: version 1.",
    ] {
      #expect(outcome.output.contains("ok   " + name))
    }
    #expect(outcome.output.contains("ok   demo data: 2 files of 1 wheels, every SHA-256 right"))
    #expect(outcome.messages.isEmpty)
    #expect(!FileSystem.exists(folder + "/data"))
  }

  @Test func `a demo file that was changed fails, with what to do`() throws {
    let folder = try demoFolder()
    defer { remove(folder) }
    try FileSystem.replaceFile(folder + "/.omni/demo/quotes/bars.csv", with: [0x41])

    let outcome = omni("doctor", "--demo", folder + "/.omni/demo", "--data", folder)

    #expect(outcome.code == 1)
    #expect(
      outcome.output.contains(
        "fail demo data: quotes/bars.csv was changed; remove \(folder)/.omni/demo and run"))
    #expect(outcome.messages.hasPrefix("error[DOC-001]: 1 of 19 checks failed; wanted none; do "))
  }

  @Test func `demo files of a wheel that is not pinned, or that lead outside, fail`() throws {
    let folder = try demoFolder(pin: String(repeating: "0", count: 64))
    defer { remove(folder) }
    let first = omni("doctor", "--demo", folder + "/.omni/demo", "--data", folder)
    #expect(first.output.contains("fail demo data: quotes is of a wheel that is not pinned;"))

    try FileSystem.replaceFile(
      folder + "/.omni/demo/PROVENANCE.json",
      with: Array(record.replacing("quotes/bars.csv", with: "../../etc/passwd").utf8))
    let second = omni("doctor", "--demo", folder + "/.omni/demo", "--data", folder)
    #expect(second.output.contains("../../etc/passwd is outside"))
  }

  @Test func `without demo data there is a warning and no failure`() throws {
    let folder = try scratchFolder()
    defer { remove(folder) }
    let outcome = omni("doctor", "--demo", folder + "/none", "--data", folder, "--json")
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix(#"{"healthy":true,"checks":[{"state":"ok","name":"machine","#))
    #expect(outcome.output.contains(#"{"state":"warn","name":"demo data","fact":"there is none"#))
  }

  @Test func `a record that is no record, and a configuration with a fault, fail`() throws {
    let folder = try scratchFolder()
    defer { remove(folder) }
    try FileSystem.replaceFile(folder + "/PROVENANCE.json", with: Array("[]".utf8))

    let outcome = omni(
      "doctor", "--demo", folder, "--data", folder, "--set", "risk.price_collar=wide")

    #expect(outcome.code == 1)
    #expect(outcome.output.contains("fail demo data: \(folder)/PROVENANCE.json cannot be read;"))
    #expect(outcome.output.contains("fail configuration: CFG-004: risk.price_collar at command"))
    #expect(outcome.messages.contains("2 of 19 checks failed"))
  }

  @Test func `a data folder that cannot be made fails`() throws {
    let outcome = omni("doctor", "--demo", "/nowhere", "--data", "/proc/omni")
    #expect(outcome.code == 1)
    #expect(outcome.output.contains("fail data folder: PLT-"))
  }

  @Test func `the licences name OMNI, what it is linked with, and the demo's wheels`() throws {
    let folder = try demoFolder()
    defer { remove(folder) }

    let outcome = omni("doctor", "--licences", "--demo", folder + "/.omni/demo")

    #expect(outcome.code == 0)
    for line in [
      "OMNI \(Omni.version): Apache-2.0", "zlib: Zlib", "OpenSSL 3 (libcrypto): Apache-2.0",
      "libyaml: MIT", "libsodium: ISC", "simdjson: Apache-2.0", "zstd: BSD-3-Clause",
      "SQLite: blessing",
      "PostgreSQL (libpq): PostgreSQL", "hiredis: BSD-3-Clause", "librdkafka: BSD-2-Clause",
      "Apache-2.0 WITH Swift-exception", "quotes 1.0 (data of the demo): MIT",
      "Take it, it is free.",
    ] {
      #expect(outcome.output.contains(line), "\(line)")
    }
    let json = omni("doctor", "--licences", "--json", "--demo", folder + "/.omni/demo")
    #expect(json.output.contains(#"{"name":"libyaml","licence":"MIT","text":"#))
  }

  // MARK: Words

  private let digest = String(repeating: "a", count: 64)

  /// The digests were computed with `sha256sum`.
  private var record: String {
    """
    {"wheels": [{"package": "quotes", "version": "1.0", "sha256": "\(digest)", "licence": "MIT",
      "files": [
        {"path": "quotes/bars.csv",
         "sha256": "96fc702edd90c38e1b9af4a8ced6839eb0bcad1d29ebbc59d3ffccb4fff788a7"},
        {"path": "quotes/LICENSE",
         "sha256": "ac04c8ac43931ce540c729c35fc4a9e345c8a9afc47ea751a668c2ec4a131cd5"}]}]}
    """
  }

  /// A project's folder with the files of one wheel, as the set-up leaves them.
  private func demoFolder(pin: String? = nil) throws -> String {
    let root = try scratchFolder()
    let demo = root + "/.omni/demo"
    try FileSystem.makeDirectory(demo + "/quotes")
    try FileSystem.makeDirectory(root + "/Deploy")
    let pins = "# licence: MIT x\nquotes==1.0 --hash=sha256:\(pin ?? digest)\n"
    for (path, text) in [
      (demo + "/quotes/bars.csv", "bars\n"), (demo + "/quotes/LICENSE", "Take it, it is free.\n"),
      (demo + "/PROVENANCE.json", record), (root + "/Deploy/demo-wheels.txt", pins),
    ] {
      try FileSystem.replaceFile(path, with: Array(text.utf8))
    }
    return root
  }
}
