// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "LimitedQuotes",
  dependencies: [.package(name: "omni", path: "../..")],
  targets: [
    .executableTarget(
      name: "LimitedQuotes",
      dependencies: [.product(name: "OmniRateGate", package: "omni")],
      path: "Sources")
  ],
  swiftLanguageModes: [.v6]
)
