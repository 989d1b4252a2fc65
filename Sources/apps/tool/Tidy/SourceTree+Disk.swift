import Foundation

extension SourceTree {
  /// Hidden folders that hold source; the others hold what was built or fetched.
  private static let hidden: Set<String> = [".ci", ".github"]
  /// Endings of files that a compiler left behind.
  private static let products: Set<String> = ["o", "profraw"]

  /// Reads the project in the folder `root`.
  static func read(_ root: String) throws(ToolFailure) -> SourceTree {
    var files: [SourceFile] = []
    try collect(root, below: "", into: &files)
    var manifest: Manifest?
    if files.contains(where: { $0.path == "Package.swift" }) {
      let child = ChildProcess(
        program: "swift", arguments: ["package", "dump-package"], folder: root)
      manifest = try Manifest(dump: try child.output())
    }
    return SourceTree(files, manifest: manifest)
  }

  private static func collect(
    _ root: String, below folder: String, into files: inout [SourceFile]
  ) throws(ToolFailure) {
    let manager = FileManager.default
    let here = root + (folder.isEmpty ? "" : "/" + folder)
    let names: [String]
    do { names = try manager.contentsOfDirectory(atPath: here).sorted() } catch {
      throw .notThere(path: here, wanted: "a folder that can be read", remedy: "check its rights")
    }
    for name in names where name != ".git" {
      let path = folder.isEmpty ? name : folder + "/" + name
      let full = root + "/" + path
      guard let kind = try? manager.attributesOfItem(atPath: full)[.type] as? FileAttributeType
      else { continue }
      if kind == .typeDirectory {
        if name.hasPrefix("."), !hidden.contains(name) { continue }
        try collect(root, below: path, into: &files)
      } else if kind == .typeRegular, !(path.contains(".") && products.contains(ending(name))) {
        guard let data = manager.contents(atPath: full) else {
          throw .notThere(path: path, wanted: "a file that can be read", remedy: "check its rights")
        }
        files.append(SourceFile(path: path, bytes: [UInt8](data)))
      }
    }
  }

  private static func ending(_ name: String) -> String {
    name.split(separator: ".").last.map(String.init) ?? ""
  }
}
