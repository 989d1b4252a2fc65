/// The project as the checks see it: its files, its manifest and the words that documents may use.
package struct SourceTree: Sendable {
  /// The files, in the order of their paths.
  package let files: [SourceFile]
  /// Every path of a file or of a folder.
  package let paths: Set<String>
  /// The package's targets, if the tree has a manifest.
  package let manifest: Manifest?
  /// The subcommands of `omnidev`.
  package let toolCommands: Set<String>

  /// Creates a tree of `files`.
  package init(
    _ files: [SourceFile], manifest: Manifest? = nil,
    toolCommands: Set<String> = DeveloperTool.commandNames
  ) {
    self.files = files.sorted { $0.path < $1.path }
    self.manifest = manifest
    self.toolCommands = toolCommands
    var paths: Set<String> = []
    for file in files {
      var parts = file.path.split(separator: "/")
      while !parts.isEmpty, paths.insert(parts.joined(separator: "/")).inserted {
        parts.removeLast()
      }
    }
    self.paths = paths
  }

  /// The file at `path`, if there is one.
  package func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }

  /// The Swift files with their code.
  package var swiftFiles: [(file: SourceFile, code: SwiftSource)] {
    files.compactMap { file in file.swift.map { (file, $0) } }
  }
}
