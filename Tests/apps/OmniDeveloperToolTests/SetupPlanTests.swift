import OmniDeveloperTool
import Testing

@Suite("SetupPlan")
struct SetupPlanTests {
  private let all =
    "ii  zlib1g-dev\nii  libzstd-dev\nii  libssl-dev\nii  libsodium-dev\nii  libsimdjson-dev\nii  libyaml-dev\n"
    + "ii  libsqlite3-dev\n"
    + "ii  sqlite3\nii  libpq-dev\nii  postgresql-15\nii  libhiredis-dev\nii  redis-server\nii  librdkafka-dev\nii  unzip\nii  gzip\n"

  // MARK: Packages

  @Test func `a machine that has everything lacks nothing`() {
    #expect(SetupPlan.missingPackages(listing: all) { _ in true }.isEmpty)
  }

  @Test func `packages that are unknown, removed or half installed are missing`() {
    let listing =
      "ii  zlib1g-dev\nun  libssl-dev\nrc  libyaml-dev\niU  gzip\nii  libsodium-dev\n"
      + "ii  sqlite3\nii  libpq-dev\n"
      + "dpkg-query: no packages found matching unzip\n"
    let missing = SetupPlan.missingPackages(listing: listing) { _ in true }
    #expect(
      missing == [
        "libzstd-dev", "libssl-dev", "libsimdjson-dev", "libyaml-dev", "libsqlite3-dev",
        "postgresql-15", "libhiredis-dev", "redis-server", "librdkafka-dev", "unzip",
        "gzip",
      ])
  }

  @Test func `pip is installed only when there is none under either name`() {
    let withPip = SetupPlan.missingPackages(listing: all) { $0 == "pip" }
    #expect(!withPip.contains("python3-pip"))
    let without = SetupPlan.missingPackages(listing: all) { $0 == "pkg-config" }
    #expect(without == ["python3", "python3-pip"])
  }

  // MARK: Wheels

  private let pin: PinnedWheel
  private let files: [Provenance.File] = [
    .init(path: "some-data/a.csv", sha256: "1"), .init(path: "some-data/LICENSE", sha256: "2"),
  ]
  private let digests = ["some-data/a.csv": "1", "some-data/LICENSE": "2"]

  init() throws {
    let digest = String(repeating: "a", count: 64)
    let text = "# licence: MIT x/LICENSE\n# keep: x/a.csv\nsome-data==1.0 --hash=sha256:\(digest)"
    pin = try #require(try PinnedWheel.parse(text, path: "wheels.txt").first)
  }

  private func missing(_ pin: PinnedWheel, _ digests: [String: String]) -> [PinnedWheel] {
    let record = Provenance(wheels: [.init(self.pin, files: files)])
    return SetupPlan.missingWheels(pins: [pin], provenance: record, digests: digests)
  }

  @Test func `a wheel whose files are as they were unpacked is there`() {
    #expect(missing(pin, digests).isEmpty)
  }

  @Test func `a wheel is fetched when a file is gone or was changed`() {
    #expect(missing(pin, ["some-data/LICENSE": "2"]) == [pin])
    #expect(missing(pin, digests.merging(["some-data/a.csv": "9"]) { $1 }) == [pin])
  }

  @Test func `a wheel is fetched when it was never, or when another one is pinned now`() {
    #expect(SetupPlan.missingWheels(pins: [pin], provenance: nil, digests: [:]) == [pin])
    var other = pin
    other.version = "1.1"
    #expect(missing(other, digests) == [other])
    other = pin
    other.sha256 = "bb"
    #expect(missing(other, digests) == [other])
    other = pin
    other.keeps.append("x/b.csv")
    #expect(missing(other, digests) == [other])
  }
}
