import Foundation

/// What documents say must be so: links lead somewhere, commands exist, examples can be read.
package enum DocumentRules {
  /// The page that lists the commands of `omni`.
  static let commandsPage = "docs/reference/commands.md"
  /// The headings that the change log may use.
  static let changeKinds: Set<String> = [
    "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security",
  ]

  /// Links to files and headings that are not there.
  package static func links(_ tree: SourceTree) -> [Finding] {
    let pages = pages(tree)
    let anchors = Dictionary(uniqueKeysWithValues: pages.map { ($0.file.path, $0.page.anchors) })
    return pages.flatMap { file, page in
      page.links.compactMap { link -> Finding? in
        guard let reason = broken(link.target, in: file, tree: tree, anchors: anchors) else {
          return nil
        }
        return Finding(
          path: file.path, line: link.line, rule: "link", what: "link to \(link.target)",
          instead: reason)
      }
    }
  }

  /// Commands in blocks of shell that neither the Makefile nor the programs know.
  package static func commands(_ tree: SourceTree) -> [Finding] {
    var known: [String: Set<String>] = ["omnidev": tree.toolCommands]
    if let makefile = tree.file("Makefile") { known["make"] = targets(makefile) }
    if let page = tree.file(commandsPage) { known["omni"] = omniCommands(page) }
    return pages(tree).flatMap { file, page in
      page.blocks.filter { ["sh", "console", "bash", "shell"].contains($0.language) }
        .flatMap { block in
          block.lines.enumerated().compactMap { offset, line -> Finding? in
            guard let (program, word) = call(line), let words = known[program] else { return nil }
            if words.contains(word) { return nil }
            return Finding(
              path: file.path, line: block.line + offset, rule: "command",
              what: "\(program) \(word), which does not exist",
              instead: "use one of \(words.sorted().joined(separator: ", "))")
          }
        }
    }
  }

  /// Examples of JSON and YAML that cannot be read.
  package static func examples(_ tree: SourceTree) -> [Finding] {
    pages(tree).flatMap { file, page in
      page.blocks.compactMap { block -> Finding? in
        let text = block.lines.joined(separator: "\n")
        switch block.language {
        case "json":
          let isJSON =
            (try? JSONSerialization.jsonObject(
              with: Data(text.utf8), options: [.fragmentsAllowed])) != nil
          if isJSON { return nil }
          return Finding(
            path: file.path, line: block.line, rule: "example", what: "a block that is no JSON",
            instead: "correct it, or call the block jsonc or text")
        case "yaml", "yml":
          guard let offset = block.lines.firstIndex(where: { $0.contains("\t") }) else {
            return nil
          }
          return Finding(
            path: file.path, line: block.line + offset, rule: "example", what: "a tab in YAML",
            instead: "indent with blanks")
        default: return nil
        }
      }
    }
  }

  /// A change log that does not have the form of keepachangelog.com.
  package static func changeLog(_ tree: SourceTree) -> [Finding] {
    guard let file = tree.file("CHANGELOG.md") else { return [] }
    let page = MarkdownPage(file.lines)
    var findings: [Finding] = []
    func find(_ line: Int, _ what: String, _ instead: String) {
      findings.append(
        Finding(path: file.path, line: line, rule: "changelog", what: what, instead: instead))
    }
    if page.headings.first(where: { $0.level == 2 })?.text != "[Unreleased]" {
      find(1, "no `## [Unreleased]` before the releases", "add it")
    }
    for heading in page.headings {
      if heading.level == 2, heading.text != "[Unreleased]", !isRelease(heading.text) {
        find(heading.line, heading.text, "write `## [1.2.3] - 2030-12-31`")
      }
      if heading.level == 3, !changeKinds.contains(heading.text) {
        find(heading.line, heading.text, "use \(changeKinds.sorted().joined(separator: ", "))")
      }
    }
    return findings
  }

  // MARK: Parts

  private static func pages(_ tree: SourceTree) -> [(file: SourceFile, page: MarkdownPage)] {
    tree.files.filter { $0.kind == "md" }.map { ($0, MarkdownPage($0.lines)) }
  }

  /// What to do about a link that leads nowhere, or `nil`.
  private static func broken(
    _ target: String, in file: SourceFile, tree: SourceTree, anchors: [String: Set<String>]
  ) -> String? {
    if target.isEmpty || target.contains(":") { return nil }
    let halves = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let place = halves[0].isEmpty ? file.path : resolve(String(halves[0]), from: file.folder)
    guard let place, place.isEmpty || tree.paths.contains(place) else {
      return "point it at a file that is there"
    }
    guard halves.count == 2, let known = anchors[place] else { return nil }
    return known.contains(String(halves[1])) ? nil : "point it at a heading that is there"
  }

  /// The path that `target` means from `folder`, or `nil` if it leaves the project.
  private static func resolve(_ target: String, from folder: String) -> String? {
    var parts = target.hasPrefix("/") ? [] : folder.split(separator: "/").map(String.init)
    for part in (target.removingPercentEncoding ?? target).split(separator: "/") where part != "." {
      if part == ".." {
        if parts.popLast() == nil { return nil }
      } else {
        parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }

  private static func targets(_ makefile: SourceFile) -> Set<String> {
    Set(
      makefile.lines.compactMap { line in
        let name = line.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        let rest = line.dropFirst(name.count)
        return !name.isEmpty && rest.hasPrefix(":") && !rest.hasPrefix(":=") ? String(name) : nil
      })
  }

  /// The words that follow `omni` in the headings and code of the page of commands.
  private static func omniCommands(_ file: SourceFile) -> Set<String> {
    let page = MarkdownPage(file.lines)
    let texts = page.spans + page.headings.map(\.text) + page.blocks.flatMap(\.lines)
    return Set(texts.compactMap { call($0) }.filter { $0.program == "omni" }.map(\.word))
  }

  /// The program that a line of shell calls and the word after it.
  private static func call(_ line: String) -> (program: String, word: String)? {
    var words = line.split(separator: " ").map(String.init)[...]
    while let first = words.first,
      ["$", "sudo", "time"].contains(first) || (first.contains("=") && !first.hasPrefix("-"))
    {
      words.removeFirst()
    }
    if words.count > 2, words.first == "swift", words.dropFirst().first == "run" {
      words = words.dropFirst(2).drop { $0.hasPrefix("-") }
    }
    let isWord = { (word: String) in word.allSatisfy { $0.isLetter || $0 == "-" } }
    guard let program = words.first?.split(separator: "/").last.map(String.init),
      let word = words.dropFirst().first, !word.hasPrefix("-"), isWord(word)
    else { return nil }
    return (program, word)
  }

  private static func isRelease(_ text: String) -> Bool {
    let parts = text.split(separator: " ")
    guard parts.count == 3, parts[0].hasPrefix("["), parts[0].hasSuffix("]"), parts[1] == "-" else {
      return false
    }
    let numbers = parts[0].dropFirst().dropLast().split(separator: ".")
    let date = parts[2].split(separator: "-")
    return numbers.count == 3 && numbers.allSatisfy { Int($0) != nil }
      && date.map(\.count) == [4, 2, 2] && date.allSatisfy { Int($0) != nil }
  }
}
