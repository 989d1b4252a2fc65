/// The modules of a project, how large they are, and which imports their files really have.
package struct ModuleGraph: Sendable, Equatable {
  /// One module, or one C library that modules wrap.
  package struct Node: Sendable, Equatable {
    /// The target's name.
    package var target: String
    /// The folder's name, which is what people call it.
    package var name: String
    /// The number of its layer; 0 for the C libraries.
    package var layer: Int
    /// How many Swift files it has.
    package var files: Int
    /// How many lines they have.
    package var lines: Int
    /// The targets that its files import, in the order of their names.
    package var imports: [String]
  }

  /// The modules, in the order of the manifest.
  package var nodes: [Node]

  /// Reads the modules of `tree`; a tree without a manifest has none.
  package init(_ tree: SourceTree) {
    let targets = (tree.manifest?.targets ?? []).filter { $0.isModule || $0.layer == 0 }
    let names = Set(targets.map(\.name))
    nodes = targets.map { target in
      let files = tree.swiftFiles.filter { $0.file.isBelow(target.path) }
      let imports = files.flatMap { ImportRules.imports(of: $0.code).map(\.module) }
      return Node(
        target: target.name,
        name: target.path.split(separator: "/").last.map(String.init) ?? target.name,
        layer: target.layer ?? 0,
        files: files.count,
        lines: files.map(\.file.lineCount).reduce(0, +),
        imports: Set(imports).intersection(names).subtracting([target.name]).sorted())
    }
  }

  /// For each module the imports that do not follow from its other imports.
  ///
  /// The picture shows these only: if Risk uses Portfolio and Portfolio uses Money, an arrow from
  /// Risk to Money would say nothing new.
  package func reducedImports() -> [String: [String]] {
    let direct = Dictionary(nodes.map { ($0.target, $0.imports) }) { first, _ in first }
    var reachable: [String: Set<String>] = [:]
    func reach(_ target: String, _ path: Set<String>) -> Set<String> {
      if let known = reachable[target] { return known }
      guard !path.contains(target) else { return [] }
      let next = direct[target] ?? []
      let all = next.reduce(into: Set(next)) { $0.formUnion(reach($1, path.union([target]))) }
      reachable[target] = all
      return all
    }
    return direct.mapValues { imports in
      imports.filter { one in
        !imports.contains { $0 != one && reach($0, []).contains(one) }
      }
    }
  }

  /// The modules as a table: name, files, lines and imports, from the highest layer to the lowest.
  package var table: String {
    let rows = nodes.reversed().sorted { $0.layer > $1.layer }
    let width = rows.map(\.name.count).max() ?? 0
    return rows.map { node in
      let name = node.name + String(repeating: " ", count: width - node.name.count)
      let imports = node.imports.map { $0.hasPrefix("Omni") ? String($0.dropFirst(4)) : $0 }
      return "\(node.layer)  \(name)  \(Self.right(node.files, 4)) files"
        + "  \(Self.right(node.lines, 6)) lines  \(imports.joined(separator: " "))"
    }.joined(separator: "\n")
  }

  private static func right(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
