/// Turns of code that are not wanted.
package enum WordRules {
  /// Modules in which a floating-point number needs a reason.
  static let exactModules = ["Ledger", "Money", "Portfolio"]
  /// What begins a comment that gives the reason.
  static let statisticMark = "// statistic:"
  /// Modules that may hold unsafe code; those that wrap a C library may as well.
  static let unsafeModules = [
    "Collections", "Platform", "Storage", "WriteAheadLog", "Crypto", "Encoding", "Bus",
  ]

  /// The list of forbidden words.
  package static func words(_ tree: SourceTree) -> [Finding] {
    tree.swiftFiles.flatMap { file, code -> [Finding] in
      let rules = ForbiddenWord.all.filter { $0.applies(to: file) }
      let byFirst = Dictionary(grouping: rules) { $0.tokens[0] }
      return code.tokens.indices.flatMap { index -> [Finding] in
        (byFirst[code.tokens[index].text] ?? []).filter { $0.matches(code, at: index) }.map {
          Finding(
            path: file.path, line: code.tokens[index].line, rule: $0.rule, what: $0.shown,
            instead: $0.instead)
        }
      }
    }
  }

  /// Floating-point numbers where money is exact.
  package static func floats(_ tree: SourceTree) -> [Finding] {
    let floats: Set<String> = ["Double", "Float", "Float32", "Float64"]
    return tree.swiftFiles.filter { isIn(exactModules, $0.file) }.flatMap { file, code in
      let excused = Set(
        code.comments.filter { $0.text.hasPrefix(statisticMark) }.map(\.lines.lowerBound)
          + code.tokens.filter { $0.text == "rounding" }.map(\.line))
      let lines = Set(code.tokens.filter { floats.contains($0.text) }.map(\.line))
      return lines.subtracting(excused).sorted().map {
        Finding(
          path: file.path, line: $0, rule: "float", what: "a floating-point type",
          instead: "use Amount, Price, Quantity or Rate, or end the line with "
            + "`\(statisticMark) reason`")
      }
    }
  }

  /// What layer 2 may not do: wait.
  package static func engine(_ tree: SourceTree) -> [Finding] {
    let waits: Set<String> = ["async", "await", "actor", "Mutex", "AsyncStream"]
    return tree.swiftFiles.filter { $0.file.isBelow("Sources/2-engine") }.flatMap { file, code in
      code.tokens.filter { $0.kind == .word && waits.contains($0.text) }.map {
        Finding(
          path: file.path, line: $0.line, rule: "engine-waits", what: "\($0.text) in the engine",
          instead: "let facts come in as events and return what follows")
      }
    }
  }

  /// Unsafe code outside the modules that are made for it.
  package static func unsafePlaces(_ tree: SourceTree) -> [Finding] {
    let systems = Set((tree.manifest?.targets ?? []).filter { $0.layer == 0 }.map(\.name))
    return tree.swiftFiles.filter { $0.file.isBelow("Sources") }.flatMap { file, code in
      let target = tree.manifest?.target(of: file.path)
      if isIn(unsafeModules, file) || target?.uses.contains(where: systems.contains) == true {
        return [Finding]()
      }
      return code.tokens.filter { $0.text == "unsafe" || $0.text == "@unsafe" }.map {
        Finding(
          path: file.path, line: $0.line, rule: "unsafe-place", what: "unsafe code in this module",
          instead: "move it to one of \(unsafeModules.joined(separator: ", ")) or a C wrapper")
      }
    }
  }

  private static func isIn(_ modules: [String], _ file: SourceFile) -> Bool {
    let parts = file.path.split(separator: "/")
    return parts.count > 3 && parts[0] == "Sources" && modules.contains(String(parts[2]))
  }
}
