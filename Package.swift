// swift-tools-version: 6.2
import PackageDescription

// The manifest is the map of the system. Read it from the top: what stands lower in the list is
// built on what stands higher. Two rules are checked each time the package is loaded:
//
//   1. a module uses only modules that stand above it, so there are no cycles;
//   2. a module uses only its own layer and the layers below it.
//
// `omnidev tidy` holds the imports that the files really have against this list.

enum Layer: Int {
  case foundation = 1, engine, intelligence, business, edge
  var folder: String { "\(rawValue)-\(self)" }
}

struct Module {
  let name: String
  let layer: Layer
  /// The folder of its layer that it shares with modules of its kind, or nil.
  var group: String?
  var uses: [String] = []
  /// What its tests use beside it and what it uses, of any layer.
  var testing: [String] = []
  /// C libraries of `Sources/0-system` that this module alone wraps.
  var system: [String] = []

  var target: String { "Omni\(name)" }
  var folder: String { [layer.folder, group, name].compactMap(\.self).joined(separator: "/") }
}

func foundation(
  _ name: String, uses: [String] = [], testing: [String] = [], system: [String] = []
) -> Module {
  Module(name: name, layer: .foundation, uses: uses, testing: testing, system: system)
}
func engine(
  _ name: String, uses: [String], testing: [String] = [], system: [String] = []
) -> Module {
  Module(name: name, layer: .engine, uses: uses, testing: testing, system: system)
}
func edge(_ name: String, uses: [String], testing: [String] = []) -> Module {
  Module(name: name, layer: .edge, uses: uses, testing: testing)
}
/// Speaks with one foreign system, and knows nothing of trading.
func connector(
  _ name: String, uses: [String], testing: [String] = [], system: [String]
) -> Module {
  Module(
    name: name, layer: .edge, group: "Connectors", uses: uses, testing: testing, system: system)
}

let modules: [Module] = [
  // What any system stands on. Knows nothing of trading but its units.
  foundation("Collections", system: ["CPrefetch"]),
  foundation("Numerics"),
  foundation("Time"),
  foundation("Clocks", uses: ["Time"], system: ["CClock"]),
  foundation("Money"),
  foundation("Encoding", uses: ["Time", "Money"], system: ["CChecksum"]),
  foundation("Platform", uses: ["Time"], system: ["CPlatform", "CZlib", "CZstd"]),
  foundation("Telemetry"),
  foundation("Crypto", uses: ["Encoding"], system: ["COpenSSL", "CSodium"]),
  foundation("TransparencyLog", uses: ["Crypto"], testing: ["Numerics"]),
  foundation("Configuration", system: ["CYAML"]),
  foundation("WriteAheadLog", uses: ["Numerics", "Time", "Encoding", "Platform", "Crypto"]),
  foundation("Storage", uses: ["Time", "Encoding", "Platform"]),
  foundation("Runtime", uses: ["Time", "Encoding", "Storage"]),

  foundation(
    "Bus", uses: ["Collections", "Time", "Clocks", "Encoding", "Platform", "Storage"],
    testing: ["Numerics"]),

  // The Omega libraries: each is a product of the package, usable without the rest.
  foundation(
    "RateGate", uses: ["Collections", "Time", "Telemetry", "Clocks"], testing: ["Numerics"]),
  foundation("CircuitBreaker", uses: ["Numerics", "Time", "Telemetry", "Clocks"]),
  foundation("ShardRouter", uses: ["Encoding"], testing: ["Numerics"]),
  foundation("Snapshotter", uses: ["Numerics", "Time", "Encoding", "Platform", "Telemetry"]),
  foundation(
    "QueryCache",
    uses: ["Collections", "Numerics", "Time", "Encoding", "Telemetry", "Clocks"]),

  foundation(
    "Resilience",
    uses: [
      "Time", "Platform", "Telemetry", "Configuration", "Clocks", "RateGate", "CircuitBreaker",
      "QueryCache",
      "ShardRouter", "Snapshotter",
    ]),

  // Relational stores, behind the role that this layer owns.
  foundation(
    "SQL",
    uses: [
      "Numerics", "Time", "Platform", "Telemetry", "Clocks", "RateGate", "CircuitBreaker",
    ]),
  foundation(
    "SQLite", uses: ["Time", "Clocks", "RateGate", "CircuitBreaker", "SQL"],
    testing: ["Platform"], system: ["CSQLite"]),

  // The deterministic core: the same code in backtest, on paper and live.
  engine("Model", uses: ["Time", "Money", "Encoding"]),
  engine(
    "ReferenceData", uses: ["Time", "Money", "Configuration", "Model"],
    testing: ["Encoding", "MarketData", "DataProviders"]),
  engine(
    "MarketData", uses: ["Model", "Collections", "Time", "Money", "Encoding"],
    testing: ["DataProviders"]),
  engine("MarketColumns", uses: ["Model", "Time", "Money", "Encoding"]),
  engine(
    "Feeds", uses: ["Model", "MarketData", "Collections", "Time", "Money", "Encoding"],
    testing: ["Platform", "Numerics"]),
  engine(
    "OrderBooks", uses: ["Model", "Collections", "Money", "Time"], testing: ["Numerics"]),
  engine(
    "Ledger", uses: ["Collections", "Time", "Money", "Encoding", "Crypto"],
    testing: ["Platform", "Numerics"]),
  engine(
    "Ingestion",
    uses: ["Collections", "Time", "Money", "Encoding", "Crypto", "Configuration", "Ledger"],
    testing: ["Numerics"], system: ["CSimdJSON"]),
  engine(
    "LedgerStore",
    uses: ["Collections", "Time", "Money", "Encoding", "Crypto", "WriteAheadLog", "Ledger"],
    testing: ["Platform", "Numerics"]),
  engine(
    "Proof",
    uses: [
      "Money", "Encoding", "Platform", "Crypto", "TransparencyLog", "WriteAheadLog", "Ledger",
      "LedgerStore",
    ], testing: ["Collections", "Time", "Numerics"]),
  engine("Indicators", uses: ["Encoding"]),
  engine("Portfolio", uses: ["Model", "Collections", "Money", "Time", "Encoding", "Ledger"]),
  engine(
    "Risk", uses: ["Model", "Collections", "Money", "Time", "Encoding", "Portfolio"],
    testing: ["Execution", "Matching"]),
  engine(
    "Execution", uses: ["Model", "Collections", "Money", "Encoding", "Risk"],
    testing: ["Portfolio", "Time"]),
  engine(
    "Matching", uses: ["Model", "Collections", "Money", "Encoding", "OrderBooks", "Execution"],
    testing: ["Portfolio", "Risk", "Time"]),
  engine(
    "TickVenue",
    uses: [
      "Model", "Collections", "Numerics", "Money", "Time", "Encoding", "OrderBooks", "Portfolio",
      "Risk",
    ], testing: ["Ledger"]),
  engine("Strategy", uses: ["Model", "Collections", "Money", "Time", "Encoding", "Indicators"]),
  engine(
    "Kernel",
    uses: [
      "Collections", "Time", "Money", "Encoding", "Crypto", "Runtime", "Storage", "Model",
      "MarketData", "Ledger", "Portfolio", "Risk", "Execution", "Matching", "Strategy",
    ], testing: ["DataProviders"]),
  engine(
    "Posting",
    uses: [
      "Collections", "Time", "Money", "WriteAheadLog", "Model", "Ledger", "LedgerStore",
      "Portfolio", "Kernel",
    ], testing: ["Encoding", "Risk", "Matching", "Crypto"]),
  engine(
    "Backtest",
    uses: [
      "Numerics", "Time", "Money", "Encoding", "Crypto", "Storage", "Runtime", "Model", "Ledger",
      "Portfolio", "Risk", "Execution", "Strategy", "Kernel", "Posting",
    ], testing: ["Matching"]),
  engine(
    "RunHistory",
    uses: [
      "Time", "Money", "Encoding", "Crypto", "Storage", "Runtime", "Snapshotter", "Model", "Ledger",
      "Portfolio", "Execution", "Strategy", "Kernel", "Backtest",
    ], testing: ["Matching", "Risk", "Posting"]),

  engine(
    "Events",
    uses: [
      "Time", "Encoding", "Crypto", "Storage", "Bus", "Model", "Ledger", "LedgerStore", "Risk",
      "Kernel",
    ], testing: ["Money", "Matching", "Backtest", "Runtime", "Posting", "WriteAheadLog"]),

  // The only layer that speaks with the world outside.
  edge("DataProviders", uses: ["Time", "Money", "Encoding", "Platform", "Model", "MarketData"]),
  edge(
    "MarketStore",
    uses: ["Time", "Money", "Encoding", "Platform", "SQLite", "Model", "MarketColumns"]),
  edge(
    "ProofKeeping",
    uses: ["Platform", "TransparencyLog", "WriteAheadLog", "Ledger", "LedgerStore", "Proof"],
    testing: ["Collections", "Time", "Numerics", "Crypto"]),
  edge(
    "Exports", uses: ["Money", "Time", "Ledger", "LedgerStore"],
    testing: ["Collections", "Numerics", "WriteAheadLog"]),
  edge("Reports", uses: []),
  connector(
    "PostgreSQL",
    uses: ["Time", "Platform", "RateGate", "CircuitBreaker", "SQL"], testing: ["Clocks"],
    system: ["CPostgreSQL"]),
  connector(
    "Redis",
    uses: ["Numerics", "Time", "Platform", "Telemetry", "Clocks", "CircuitBreaker"],
    system: ["CHiredis"]),
  connector(
    "Kafka",
    uses: ["Numerics", "Time", "Platform", "Telemetry", "Clocks", "CircuitBreaker"],
    system: ["CKafka"]),
  edge(
    "SnapshotStores",
    uses: ["Time", "Clocks", "CircuitBreaker", "Snapshotter", "SQLite", "PostgreSQL", "Redis"],
    testing: ["Numerics", "Platform"]),
  edge(
    "BusBridges", uses: ["Time", "Clocks", "Platform", "CircuitBreaker", "Bus", "Redis", "Kafka"]),
  edge(
    "SharedStores",
    uses: ["Time", "Clocks", "RateGate", "QueryCache", "SQLite", "Redis"],
    testing: ["CircuitBreaker", "Platform"]),
  edge(
    "Projections",
    uses: [
      "Time", "Money", "Crypto", "Clocks", "QueryCache", "SQL", "SQLite", "Ledger", "PostgreSQL",
    ], testing: ["Platform"]),
]

// A manifest cannot throw: to end here with the offender's name is how it refuses a build whose
// modules point the wrong way.
for (index, module) in modules.enumerated() {
  for use in module.uses {
    guard let used = modules[..<index].first(where: { $0.name == use }) else {
      fatalError("\(module.name) uses \(use), which does not stand above it in the manifest")
    }
    guard used.layer.rawValue <= module.layer.rawValue else {
      fatalError("\(module.name) uses \(use), which is of a higher layer")
    }
  }
}

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
]

let system: [Target] = [
  .target(name: "CChecksum", path: "Sources/0-system/CChecksum"),
  .target(name: "CClock", path: "Sources/0-system/CClock"),
  .target(name: "CPlatform", path: "Sources/0-system/CPlatform"),
  .target(name: "CPrefetch", path: "Sources/0-system/CPrefetch"),
  .target(
    name: "CSimdJSON", path: "Sources/0-system/CSimdJSON",
    linkerSettings: [.linkedLibrary("simdjson")]),
  .target(name: "CAllocations", path: "Sources/0-system/CAllocations"),
  .systemLibrary(
    name: "CZlib", path: "Sources/0-system/CZlib", pkgConfig: "zlib",
    providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(
    name: "CZstd", path: "Sources/0-system/CZstd", pkgConfig: "libzstd",
    providers: [.apt(["libzstd-dev"])]),
  .systemLibrary(
    name: "COpenSSL", path: "Sources/0-system/COpenSSL", pkgConfig: "libcrypto",
    providers: [.apt(["libssl-dev"])]),
  .systemLibrary(
    name: "CSodium", path: "Sources/0-system/CSodium", pkgConfig: "libsodium",
    providers: [.apt(["libsodium-dev"])]),
  .systemLibrary(
    name: "CYAML", path: "Sources/0-system/CYAML", pkgConfig: "yaml-0.1",
    providers: [.apt(["libyaml-dev"])]),
  .systemLibrary(
    name: "CSQLite", path: "Sources/0-system/CSQLite", pkgConfig: "sqlite3",
    providers: [.apt(["libsqlite3-dev"])]),
  .systemLibrary(
    name: "CHiredis", path: "Sources/0-system/CHiredis", pkgConfig: "hiredis",
    providers: [.apt(["libhiredis-dev"])]),
  .systemLibrary(
    name: "CKafka", path: "Sources/0-system/CKafka", pkgConfig: "rdkafka",
    providers: [.apt(["librdkafka-dev"])]),
  .systemLibrary(
    name: "CPostgreSQL", path: "Sources/0-system/CPostgreSQL", pkgConfig: "libpq",
    providers: [.apt(["libpq-dev"])]),
]

let libraries: [Target] = modules.map { module in
  .target(
    name: module.target,
    dependencies: (module.uses.map { "Omni\($0)" } + module.system).map { .target(name: $0) },
    path: "Sources/\(module.folder)",
    exclude: ["README.md"],
    swiftSettings: settings,
    // A debug build calls the C library for a square root.
    linkerSettings: [.linkedLibrary("m")])
}

let tests: [Target] = modules.map { module in
  .testTarget(
    name: "\(module.target)Tests",
    dependencies: ([module.target, "OmniTestKit"]
      + (module.uses + module.testing).map { "Omni\($0)" })
      .map { .target(name: $0) },
    path: "Tests/\(module.folder)Tests",
    swiftSettings: settings)
}

let everyModule: [Target.Dependency] = modules.map { .target(name: $0.target) }

let programs: [Target] = [
  .target(
    name: "OmniBenchmarks",
    dependencies: everyModule + ["CAllocations", "CPlatform"],
    path: "Benchmarks", exclude: ["README.md", "peers"], swiftSettings: settings),
  .target(
    name: "OmniProgram",
    dependencies: everyModule + ["OmniBenchmarks"],
    path: "Sources/apps/program", exclude: ["README.md"], swiftSettings: settings),
  .executableTarget(
    name: "omni", dependencies: ["OmniProgram"],
    path: "Sources/apps/omni", swiftSettings: settings),
  .target(
    name: "OmniDeveloperTool",
    path: "Sources/apps/tool", exclude: ["README.md"], swiftSettings: settings),
  .executableTarget(
    name: "omnidev", dependencies: ["OmniDeveloperTool"],
    path: "Sources/apps/omnidev", swiftSettings: settings),
  .target(
    name: "OmniSimulations", dependencies: everyModule + ["OmniTestKit"],
    path: "Simulations/Scenarios", swiftSettings: settings),
  .executableTarget(
    name: "omnisim", dependencies: ["OmniSimulations"],
    path: "Simulations/omnisim", swiftSettings: settings),
  .target(
    name: "OmniTestKit",
    dependencies: [
      "OmniTime", "OmniMoney", "OmniModel", "OmniNumerics", "OmniLedger", "OmniMatching", "OmniSQL",
    ],
    path: "Tests/TestKit", swiftSettings: settings),
  .testTarget(
    name: "OmniDeveloperToolTests", dependencies: ["OmniDeveloperTool"],
    path: "Tests/apps/OmniDeveloperToolTests", swiftSettings: settings),
  .testTarget(
    name: "OmniProgramTests", dependencies: everyModule + ["OmniProgram", "OmniTestKit"],
    path: "Tests/apps/OmniProgramTests", swiftSettings: settings),
  // Its last proof starts the program, so the program is built with it.
  .testTarget(
    name: "OmniSimulationsTests", dependencies: ["OmniSimulations", "omni"],
    path: "Tests/apps/OmniSimulationsTests", swiftSettings: settings),
]

/// What other packages may use alone: the resilience libraries, and the time that they are told.
let omega = [
  "Time", "Clocks", "Telemetry", "QueryCache", "RateGate", "CircuitBreaker", "Snapshotter",
  "ShardRouter",
  "Resilience",
]

let package = Package(
  name: "omni",
  products: [
    .executable(name: "omni", targets: ["omni"]),
    .executable(name: "omnidev", targets: ["omnidev"]),
  ] + omega.map { .library(name: "Omni\($0)", targets: ["Omni\($0)"]) },
  targets: system + libraries + programs + tests,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
