import OmniCollections

/// What waits for its time, first in, first out.
///
/// - Complexity: O(1) on average; memory is that of the most that waited at once, at least of 1,024.
struct WaitingLine<Element: BitwiseCopyable>: ~Copyable {
  private var elements = GrowingBuffer<Element>(capacity: 64)
  private var head = 0

  /// How many wait.
  var count: Int { elements.count - head }

  /// The first one, or nil.
  var first: Element? { head < elements.count ? elements[head] : nil }

  /// Adds one at the end.
  mutating func append(_ element: Element) { elements.append(element) }

  /// Takes the first one, or nil.
  mutating func take() -> Element? {
    guard let element = first else { return nil }
    head += 1
    // Those that went make room, once they are as many as those that wait.
    if head == elements.count || (head >= 1_024 && head >= count) { close() }
    return element
  }

  private mutating func close() {
    let left = count
    for index in 0..<left { elements[index] = elements[head + index] }
    elements.removeAll(from: left)
    head = 0
  }
}
