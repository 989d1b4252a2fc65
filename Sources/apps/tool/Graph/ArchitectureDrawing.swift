/// The picture of the layers, the modules and the imports between them, as SVG.
package struct ArchitectureDrawing {
  private static let width = 1_200
  private static let box = (width: 134, height: 46)
  private static let rowStep = 84
  private static let bandGap = 14
  private static let strip = (left: 190, right: 1_164)

  /// The layers from the top, each with what it is for.
  private static let layers: [(number: Int, name: String, words: [String])] = [
    (5, "edge", ["speaks with the", "world outside"]),
    (4, "business", ["what is owed,", "allowed, reported"]),
    (3, "intelligence", ["proposes decisions;", "may be wrong"]),
    (2, "engine", ["the deterministic core:", "facts in, facts out"]),
    (1, "foundation", ["what any system", "stands on"]),
    (0, "system", ["C libraries"]),
  ]

  private var body: [String] = []
  private var bands: [(number: Int, top: Int, height: Int)] = []
  private var rowTops: [Int] = []

  private init() {}

  /// Draws `graph`, and the same graph always as the same text.
  package static func svg(_ graph: ModuleGraph) -> String {
    let layout = GraphLayout(
      graph, left: Double(strip.left), right: Double(strip.right), boxWidth: Double(box.width))
    var drawing = ArchitectureDrawing()
    let height = drawing.placeBands(layout.rowLayers)
    drawing.drawBands()
    drawing.drawArrows(layout)
    drawing.drawModules(layout, graph)
    return drawing.document(height: height)
  }

  /// Gives each layer its band and each row its height; returns the height of the picture.
  private mutating func placeBands(_ rowLayers: [Int]) -> Int {
    var top = 92
    for layer in Self.layers {
      let rows = rowLayers.count { $0 == layer.number }
      let height = rows == 0 ? 60 : 2 * 24 + Self.box.height + (rows - 1) * Self.rowStep
      for row in 0..<rows { rowTops.append(top + 24 + row * Self.rowStep) }
      bands.append((layer.number, top, height))
      top += height + Self.bandGap
    }
    return top + 34
  }

  private mutating func drawBands() {
    for (band, layer) in zip(bands, Self.layers) {
      body.append(
        "<rect class=\"band layer\(layer.number)\" x=\"24\" y=\"\(band.top)\" width=\"1152\" "
          + "height=\"\(band.height)\" rx=\"10\"/>")
      let title = layer.number == 0 ? layer.name : "\(layer.number) \(layer.name)"
      body.append(text(title, x: 42, y: band.top + 28, kind: "layer"))
      for (index, words) in layer.words.enumerated() where band.height > 60 || index == 0 {
        let all = band.height > 60 ? words : layer.words.joined(separator: " ")
        body.append(text(all, x: 42, y: band.top + 47 + 16 * index, kind: "note"))
      }
      if band.height == 60 {
        body.append(text("no module yet", x: 640, y: band.top + 35, kind: "note middle"))
      }
    }
  }

  private mutating func drawArrows(_ layout: GraphLayout) {
    let half = Self.box.height
    for piece in layout.pieces {
      let from = layout.places[piece.from]
      let to = layout.places[piece.to]
      let (x1, x2) = (Int(from.x.rounded()), Int(to.x.rounded()))
      let y1 = rowTops[from.row] + half
      let y2 = rowTops[to.row] - (to.isModule ? 5 : 0)
      let bend = max(14, (y2 - y1) / 2)
      var path = "M\(x1) \(y1)C\(x1) \(y1 + bend) \(x2) \(y2 - bend) \(x2) \(y2)"
      if !to.isModule { path += "V\(rowTops[to.row] + half)" }
      let head = to.isModule ? " marker-end=\"url(#head)\"" : ""
      body.append("<path class=\"arrow\" d=\"\(path)\"\(head)/>")
    }
  }

  private mutating func drawModules(_ layout: GraphLayout, _ graph: ModuleGraph) {
    for place in layout.places where place.isModule {
      guard let node = graph.nodes.first(where: { $0.target == place.target }) else { continue }
      let x = Int(place.x.rounded())
      let y = rowTops[place.row]
      body.append(
        "<rect class=\"box edge\(node.layer)\" x=\"\(x - Self.box.width / 2)\" y=\"\(y)\" "
          + "width=\"\(Self.box.width)\" height=\"\(Self.box.height)\" rx=\"7\"/>")
      let isLibrary = node.layer == 0
      body.append(name(node.name, x: x, y: y + (isLibrary ? 28 : 21)))
      if !isLibrary {
        body.append(text(Self.size(node.lines), x: x, y: y + 37, kind: "note middle"))
      }
    }
  }

  /// A number of lines in words, rounded so that it does not change with every edit.
  package static func size(_ lines: Int) -> String {
    let hundreds = (lines + 50) / 100
    guard hundreds > 0 else { return "few lines" }
    let digits = String(hundreds * 100)
    let thousands = digits.dropLast(3)
    return (thousands.isEmpty ? "" : thousands + ",") + digits.suffix(3) + " lines"
  }

  /// A module's name, made to fit its box when it is long.
  private func name(_ name: String, x: Int, y: Int) -> String {
    guard name.count > 13 else { return text(name, x: x, y: y, kind: "name middle") }
    let line = text(name, x: x, y: y, kind: "name long middle")
    guard name.count > 15 else { return line }
    let fit = "<text textLength=\"\(Self.box.width - 12)\" lengthAdjust=\"spacingAndGlyphs\""
    return fit + line.dropFirst("<text".count)
  }

  private func text(_ text: String, x: Int, y: Int, kind: String) -> String {
    let safe = text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(character)
      }
    }.joined()
    return "<text class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\">\(safe)</text>"
  }

  private func document(height: Int) -> String {
    let rule =
      "A module uses only modules of its own layer or of a lower one. An arrow is an import that "
      + "follows from no other."
    let head = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" \
      width="\(Self.width)" height="\(height)" role="img" aria-labelledby="title rule">
      <title id="title">The modules of OMNI, layer by layer</title>
      <desc id="rule">\(rule)</desc>
      <style>
      \(Self.style)
      </style>
      <defs><marker id="head" viewBox="0 0 8 8" refX="3" refY="4" markerWidth="7" \
      markerHeight="7" orient="auto"><path class="head" d="M0 0.8L7 4L0 7.2z"/></marker></defs>
      <rect class="ground" width="100%" height="100%"/>
      """
    let lines = [
      text("The modules of OMNI", x: 24, y: 42, kind: "title"),
      text(rule, x: 24, y: 68, kind: "rule"),
      text(
        "Drawn by omnidev graph from the manifest and the imports of the files. "
          + "Above the layers stand the programs in Sources/apps, which put them together.",
        x: 24, y: height - 20, kind: "note"),
    ]
    return ([head] + lines + body + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static let style = """
    text{font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#1d2733}
    .title{font-size:22px;font-weight:650}.rule{font-size:14px;fill:#4c5a69}
    .layer{font-size:15px;font-weight:650}.name{font-size:14px;font-weight:550}.long{font-size:12px}
    .note{font-size:12px;fill:#586675}.middle{text-anchor:middle}
    .ground{fill:#fff}.band{fill:#f4f6f8}.box{fill:#fff;stroke-width:1.5}
    .arrow{fill:none;stroke:#7b8a9b;stroke-width:1.3;stroke-opacity:.6}.head{fill:#7b8a9b}
    .edge5{stroke:#b4552d}.edge4{stroke:#97701a}.edge3{stroke:#7f56b0}
    .edge2{stroke:#2467b3}.edge1{stroke:#25805d}.edge0{stroke:#8492a1}
    @media (prefers-color-scheme:dark){
    text{fill:#e5ebf1}.rule{fill:#aab7c4}.note{fill:#9dabb9}
    .ground{fill:#11161c}.band{fill:#1a2129}.box{fill:#232c36}
    .arrow{stroke:#8a9aab}.head{fill:#8a9aab}
    .edge5{stroke:#e08a62}.edge4{stroke:#cfa84e}.edge3{stroke:#b392de}
    .edge2{stroke:#6ba5e6}.edge1{stroke:#5cb894}.edge0{stroke:#6d7b8a}
    }
    """
}
