// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "ShardedAccounts",
  dependencies: [.package(name: "omni", path: "../..")],
  targets: [
    .executableTarget(
      name: "ShardedAccounts",
      dependencies: [.product(name: "OmniShardRouter", package: "omni")],
      path: "Sources")
  ],
  swiftLanguageModes: [.v6]
)
