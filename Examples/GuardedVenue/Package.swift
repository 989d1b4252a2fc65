// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "GuardedVenue",
  dependencies: [.package(name: "omni", path: "../..")],
  targets: [
    .executableTarget(
      name: "GuardedVenue",
      dependencies: [.product(name: "OmniCircuitBreaker", package: "omni")],
      path: "Sources")
  ],
  swiftLanguageModes: [.v6]
)
