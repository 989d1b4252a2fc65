// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "ResilientQuotes",
  dependencies: [.package(name: "omni", path: "../..")],
  targets: [
    .executableTarget(
      name: "ResilientQuotes",
      dependencies: [.product(name: "OmniResilience", package: "omni")],
      path: "Sources")
  ],
  swiftLanguageModes: [.v6]
)
