import OmniDeveloperTool
import Testing

@Suite("WordRules")
struct WordRulesTests {
  /// Code that is not wanted in `Sources`, code that resembles it, and the rule.
  static let table: [(bad: String, good: String, rule: String)] = [
    ("print(1)", "table.print(1); func print(_ a: Int) {}; let a = \"print(\"", "print"),
    ("Swift.print(1)", "pretty.Swift.write(1)", "print"),
    ("let a = try! b()", "let a = try !b()", "force"),
    ("let a = b as! C", "let a = b as? C", "force"),
    ("fatalError()", "precondition(true) // fatalError()", "fatal-error"),
    ("let now = Date()", "let now = Date(calendar: x)", "wall-clock"),
    ("let now = Date.now", "let now = Update.now", "wall-clock"),
    ("DispatchQueue.main", "let dispatchQueue = /DispatchQueue/", "dispatch"),
    ("Task { }", "let Task = 1; group.addTask { }", "task"),
    ("Task(priority: .low) { }", "Tasks(1)", "task"),
    ("Task.detached { }", "task.detached()", "task"),
    ("try await Task.sleep(for: a)", "try await clock.sleep(for: a)", "sleep"),
    ("do { try a() } catch { }", "do { try a() } catch { b() }", "empty-catch"),
    ("do { try a() } catch { /* never mind */ }", "_ = try? a()", "empty-catch"),
    (
      "class A: @unchecked Sendable {}", "// The lock a.\nclass A: @unchecked Sendable {}",
      "unchecked"
    ),
    (
      "let a = unsafeBitCast(b, to: C.self)",
      "// Both are words.\nlet a = unsafeBitCast(b, to: C.self)", "unchecked"
    ),
  ]

  @Test func `each forbidden turn is found, and what resembles it is not`() {
    for (bad, good, rule) in Self.table {
      #expect(WordRules.words(ledger("\n" + bad)).marks == ["2 \(rule)"], "\(bad)")
      #expect(WordRules.words(ledger(good)).isEmpty, "\(good)")
    }
  }

  @Test func `programs may print, and the manifest may stop`() {
    #expect(WordRules.words(tree(["Sources/apps/omni/A.swift": "print(1)"])).isEmpty)
    #expect(WordRules.words(tree(["Package.swift": "fatalError(\"a\")"])).isEmpty)
  }

  @Test func `tests see what is public and do not wait`() {
    let path = "Tests/2-engine/LedgerTests/BookTests.swift"
    #expect(WordRules.words(tree([path: "import OmniLedger\nlet a = try! b()"])).isEmpty)
    #expect(WordRules.words(tree([path: "@testable import OmniLedger"])).marks == ["1 testable"])
    #expect(WordRules.words(tree([path: "await Task.sleep(a)"])).marks == ["1 sleep"])
  }

  @Test func `a floating-point number in the ledger needs a reason`() {
    #expect(
      WordRules.floats(ledger("let a: Double\nlet b: [Float]")).marks
        == ["1 float", "2 float"])
    #expect(WordRules.floats(ledger("let a: Double  // statistic: a share for a chart")).isEmpty)
    #expect(WordRules.floats(ledger("init(rounding a: Double, _ rule: Rule) {}")).isEmpty)
    #expect(WordRules.floats(ledger("// Double entry\nlet a = \"Double\"")).isEmpty)
    #expect(WordRules.floats(tree(["Sources/5-edge/Reports/A.swift": "let a: Double"])).isEmpty)
  }

  @Test func `the engine does not wait`() {
    #expect(WordRules.engine(ledger("func a() async {}")).marks == ["1 engine-waits"])
    #expect(WordRules.engine(ledger("// async\nfunc a() {}")).isEmpty)
    #expect(WordRules.engine(tree(["Sources/5-edge/Reports/A.swift": "await a()"])).isEmpty)
  }

  @Test func `unsafe code stays in its modules and in those that wrap a library`() {
    #expect(WordRules.unsafePlaces(ledger("let a = unsafe b")).marks == ["1 unsafe-place"])
    #expect(WordRules.unsafePlaces(ledger("let unsafeName = 1 // unsafe")).isEmpty)
    let platform = tree(["Sources/1-foundation/Platform/A.swift": "let a = unsafe b"])
    #expect(WordRules.unsafePlaces(platform).isEmpty)
    let wrapper = Manifest(targets: [
      .init(name: "CX", path: "Sources/0-system/CX", kind: "system"),
      .init(name: "OmniX", path: "Sources/1-foundation/X", uses: ["CX"]),
    ])
    let file = SourceFile("Sources/1-foundation/X/A.swift", "let a = unsafe b")
    #expect(WordRules.unsafePlaces(SourceTree([file], manifest: wrapper)).isEmpty)
  }
}
