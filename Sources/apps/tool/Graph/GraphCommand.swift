import Foundation

extension Command {
  /// Where the picture is.
  private static let picture = "docs/architecture.svg"

  /// Draws the modules and the imports between them.
  static let graph = Command(
    name: "graph",
    summary: "draws \(picture) from the imports that the files really have",
    details: """
      Lists the modules with their files, lines and imports, from the highest layer to the lowest,
      and draws them as \(picture).
      """,
    flags: [(name: "--check", meaning: "draws nothing; fails if the committed picture is old")],
    example: "omnidev graph --check"
  ) { options, console throws(ToolFailure) in
    let tree = try SourceTree.read(options.root)
    let graph = ModuleGraph(tree)
    let drawn = Array(ArchitectureDrawing.svg(graph).utf8)
    let isCurrent = tree.file(picture)?.bytes == drawn
    if options.flags.contains("--check") {
      guard isCurrent else {
        console.say("\(picture):1: not what the files import now, draw it again")
        throw .findings(count: 1, remedy: "make docs, look at the picture and commit it")
      }
      console.say("graph: \(picture) is current")
      return 0
    }
    console.say(graph.table)
    if !isCurrent { try write(drawn, to: options.root + "/" + picture) }
    console.say("graph: \(picture) \(isCurrent ? "was current" : "is drawn again")")
    return 0
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(ToolFailure) {
    let place = URL(fileURLWithPath: path)
    do {
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: place, options: .atomic)
    } catch {
      throw .notThere(path: path, wanted: "to write it", remedy: "check its rights")
    }
  }
}
