import OmniCollections
import OmniModel
public import OmniOrderBooks
public import OmniTime

extension TickTape {
  /// Applies all events to `book` in the order in which they were heard, in steps of `interval`.
  ///
  /// - Returns: How many steps it took.
  /// - Precondition: the interval is above zero.
  public func replay(into book: inout LevelBook, every interval: Interval) -> Int {
    precondition(interval > .zero, "an interval above zero")
    guard let start else { return 0 }
    var steps = 0
    var now = start
    var next = 0
    while next < count {
      now = now + interval
      steps += 1
      while next < count {
        let place = placeReceived(next)
        if events[place].receivedAt > now { break }
        book.apply(events[place])
        next += 1
      }
    }
    return steps
  }
}
