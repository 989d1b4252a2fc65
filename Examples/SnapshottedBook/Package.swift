// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "SnapshottedBook",
  dependencies: [.package(name: "omni", path: "../..")],
  targets: [
    .executableTarget(
      name: "SnapshottedBook",
      dependencies: [.product(name: "OmniSnapshotter", package: "omni")],
      path: "Sources")
  ],
  swiftLanguageModes: [.v6]
)
