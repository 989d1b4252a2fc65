import OmniCollections

// The end of step 2: the order of application, and who applies what.
extension BatchJudge {
  /// Fills ``order`` with the undecided transactions; says how many there are.
  mutating func sort(_ batch: borrowing TransactionBatch) -> Int {
    if isArrivalInOrder(batch) {
      var count = 0
      for index in 0..<batch.count where states[index] == Self.undecided {
        order[count] = UInt32(index)
        count += 1
      }
      return count
    }
    return sortByGraph(batch)
  }

  /// Whether everything comes after what it refers to.
  private func isArrivalInOrder(_ batch: borrowing TransactionBatch) -> Bool {
    for index in 0..<batch.count where states[index] == Self.undecided {
      if Int(chain[index]) > index { return false }
      for place in Int(parentStarts[index])..<Int(parentStarts[index + 1])
      where parents[place] >= Int64(index) {
        return false
      }
    }
    return true
  }

  /// A group is one node, named after its first member; what is decided is none.
  private mutating func sortByGraph(_ batch: borrowing TransactionBatch) -> Int {
    sorter.begin(count: batch.count)
    for index in 0..<batch.count where states[index] == Self.undecided {
      sorter.addNode(Int(groups[index]))
    }
    for index in 0..<batch.count where states[index] == Self.undecided {
      addEdges(to: index, batch)
    }
    sorter.sort()
    var count = 0
    for place in sorter.sequence.indices {
      let step = sorter.sequence[place]
      var index = Int(step.node)
      while index < batch.count && groups[index] == step.node {
        if states[index] == Self.undecided {
          if step.isCyclic {
            states[index] = Verdict.cycle.rawValue
          } else {
            order[count] = UInt32(index)
            count += 1
          }
        }
        index += 1
      }
    }
    return count
  }

  private mutating func addEdges(to index: Int, _ batch: borrowing TransactionBatch) {
    if chain[index] != 0 { addEdge(from: Int(chain[index]) - 1, to: index) }
    for place in Int(parentStarts[index])..<Int(parentStarts[index + 1]) where parents[place] >= 0 {
      addEdge(from: Int(parents[place]), to: index)
    }
  }

  private mutating func addEdge(from earlier: Int, to later: Int) {
    guard states[earlier] == Self.undecided else { return }
    // Within a group the order is that of arrival; against it, the group waits for itself.
    if groups[earlier] == groups[later] && earlier < later { return }
    sorter.addEdge(from: Int(groups[earlier]), to: Int(groups[later]))
  }

  /// Gives the first `count` of ``order`` to workers, so that no two can see each other's accounts;
  /// says whether that is worth it.
  ///
  /// Where money moves between few accounts, everything is one component; after such a batch the
  /// next few are not looked at.
  mutating func share(
    _ batch: borrowing TransactionBatch, _ books: inout Books, count: Int, workerCount: Int
  ) -> Bool {
    if patience > 0 {
      patience -= 1
      return false
    }
    components.begin(count: batch.count)
    for place in 0..<count {
      let index = Int(order[place])
      components.unite(index, Int(groups[index]))
      own(Int(senders[index]), index, &books)
      for posting in Int(postingStarts[index])..<Int(postingStarts[index + 1]) {
        own(Int(postings[posting].debit), index, &books)
        own(Int(postings[posting].credit), index, &books)
      }
      for parent in Int(parentStarts[index])..<Int(parentStarts[index + 1])
      where parents[parent] >= 0 {
        components.unite(index, Int(parents[parent]))
      }
      if batch.header(index).flags.isResolution { ownTarget(of: index, &books) }
    }
    let most = components.assign(count: batch.count, workerCount: workerCount)
    let isWorthIt = most * 4 < batch.count * 3
    if !isWorthIt { patience = 15 }
    return isWorthIt
  }

  /// Unites `index` with whatever touches the account.
  private mutating func own(_ account: Int, _ index: Int, _ books: inout Books) {
    if books.owners[account].epoch == books.epoch {
      components.unite(index, Int(books.owners[account].index))
    } else {
      books.owners[account].epoch = books.epoch
      books.owners[account].index = UInt32(index)
    }
  }

  private mutating func ownTarget(of index: Int, _ books: inout Books) {
    guard let entry = ParentReference.place(targets[index]) else { return }
    let first = Int(books.pendings.entries[entry].firstPosting)
    for place in first..<first + Int(books.pendings.entries[entry].postingCount) {
      let posting = books.pendings.postings[place]
      own(Int(posting.debit), index, &books)
      own(Int(posting.credit), index, &books)
    }
  }
}
