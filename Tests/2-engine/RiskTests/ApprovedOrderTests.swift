import Foundation
import OmniTestKit
import Testing

/// A way around the gate does not compile: the compiler is run on short programs that try.
@Suite("ApprovedOrder", .enabled(if: Compiler.isHere, "needs swiftc and the built modules"))
struct ApprovedOrderTests {
  @Test func `an order that goes through the gate compiles`() throws {
    let output = try Compiler.run(
      """
      let approved = try gate.check(order, circumstances, portfolio)
      let command = try orders.submit(approved)
      venue.submit(command)
      """)

    #expect(output == "")
  }

  @Test func `an approval that the gate did not give does not compile`() throws {
    let output = try Compiler.run(
      """
      let approved = ApprovedOrder(order)
      let command = try orders.submit(approved)
      venue.submit(command)
      """)

    #expect(output.contains("'ApprovedOrder' initializer is inaccessible"), "\(output)")
  }

  @Test func `an approval made in an extension does not compile`() throws {
    let output = try Compiler.run(
      """
      let command = try orders.submit(ApprovedOrder(forged: order))
      venue.submit(command)
      """,
      beside: """
        extension ApprovedOrder {
          init(forged order: OrderIntent) { self.order = order }
        }
        """)

    #expect(output.contains("'let' property 'order' may not be initialized directly"), "\(output)")
  }

  @Test func `an approval that is sent twice does not compile`() throws {
    let output = try Compiler.run(
      """
      let approved = try gate.check(order, circumstances, portfolio)
      let command = try orders.submit(approved)
      venue.submit(command)
      let again = try orders.submit(approved)
      venue.submit(again)
      """)

    #expect(output.contains("'approved' consumed more than once"), "\(output)")
  }

  @Test func `a command that is given to the venue twice does not compile`() throws {
    let output = try Compiler.run(
      """
      let approved = try gate.check(order, circumstances, portfolio)
      let command = try orders.submit(approved)
      venue.submit(command)
      venue.submit(command)
      """)

    #expect(output.contains("'command' consumed more than once"), "\(output)")
  }

  @Test func `a command to the venue that orders did not make does not compile`() throws {
    let output = try Compiler.run(
      """
      venue.submit(SubmitOrder(order))
      """)

    #expect(output.contains("'SubmitOrder' initializer is inaccessible"), "\(output)")
  }

  @Test func `an approved order cannot be exchanged for another`() throws {
    let output = try Compiler.run(
      """
      var approved = try gate.check(order, circumstances, portfolio)
      approved.order = order
      let command = try orders.submit(approved)
      venue.submit(command)
      """)

    #expect(output.contains("cannot assign to property: 'order' is a 'let' constant"), "\(output)")
  }
}

// MARK: - Words for the tests

/// Runs the compiler, up to the checks of ownership, against the modules that the tests stand on.
private enum Compiler {
  /// The folder of built products that this test runs from.
  static let products: URL? = {
    let own = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    var root = URL(filePath: #filePath)
    while root.pathComponents.count > 1 {
      root.deleteLastPathComponent()
      if exists(root.appending(path: "Package.swift")) { break }
    }
    return [own, root.appending(path: ".build/debug"), root.appending(path: ".build/release")]
      .first { exists($0.appending(path: "Modules/OmniMatching.swiftmodule")) }
  }()

  static let program: URL? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
    .split(separator: ":")
    .map { URL(filePath: String($0)).appending(path: "swiftc") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }

  static var isHere: Bool { products != nil && program != nil }

  private static func exists(_ place: URL) -> Bool {
    FileManager.default.fileExists(atPath: place.path)
  }

  /// What the compiler says about a function of these statements, with declarations beside it.
  static func run(_ body: String, beside: String = "") throws -> String {
    let source = """
      import OmniExecution
      import OmniMatching
      import OmniModel
      import OmniPortfolio
      import OmniRisk

      \(beside)

      func send(
        _ order: OrderIntent, _ circumstances: OrderCircumstances, gate: inout PreTradeGate,
        portfolio: borrowing Portfolio, orders: inout OrderManager, venue: inout BarVenue
      ) throws {
      \(body)
      }
      """
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "Attempt.swift")
    try source.write(to: file, atomically: true, encoding: .utf8)
    return try diagnostics(of: file)
  }

  private static func diagnostics(of file: URL) throws -> String {
    let products: URL = try #require(products)
    let maps = try FileManager.default.contentsOfDirectory(atPath: products.path)
      .filter { $0.hasPrefix("C") && $0.hasSuffix(".build") }
      .map { products.appending(path: $0).appending(path: "module.modulemap") }
      .filter(exists)
    let system = URL(filePath: "\(SampleFiles.root)/Sources/0-system")
    let systemMaps = try FileManager.default.contentsOfDirectory(atPath: system.path)
      .map { system.appending(path: $0).appending(path: "module.modulemap") }
      .filter(exists)
    let process = Process()
    let pipe = Pipe()
    let compiler: URL = try #require(program)
    process.executableURL = compiler
    process.arguments =
      ["-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-module-name", "Attempt"]
      + ["-diagnostic-style", "llvm", "-I", products.appending(path: "Modules").path]
      + (maps + systemMaps).flatMap { ["-Xcc", "-fmodule-map-file=\($0.path)"] } + [file.path]
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: output, as: UTF8.self)
    return process.terminationStatus == 0 ? text : "failed: \(text)"
  }
}
