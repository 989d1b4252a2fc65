// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "CachedAccounts",
  dependencies: [.package(name: "omni", path: "../..")],
  targets: [
    .executableTarget(
      name: "CachedAccounts",
      dependencies: [.product(name: "OmniQueryCache", package: "omni")],
      path: "Sources")
  ],
  swiftLanguageModes: [.v6]
)
