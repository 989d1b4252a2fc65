/// Mistakes that a log can be told to make, so that simulations prove that they would be found.
///
/// For tests and simulations only: nothing in the product can switch one on.
package enum LogSabotage: String, CaseIterable, Sendable {
  /// A commit does not synchronise.
  case skipSynchronize
  /// A new segment's name is not synchronised.
  case skipNameSynchronize
  /// A frame's digest does not depend on the frame before it.
  case dropPreviousDigest
  /// A frame counts as acknowledged before it is synchronised.
  case acknowledgeEarly
  /// A failed synchronisation is tried again, and the second answer believed.
  case retrySynchronize
  /// A tail is cut although it was acknowledged.
  case cutAcknowledged
  /// A frame's body is not checked when it is read.
  case skipBodyCheck
  /// Both superblocks are written at once.
  case writeBothSuperblocks
  /// A snapshot is named before it is synchronised.
  case nameSnapshotEarly
  /// A torn tail is left where it is.
  case keepTornTail
}
