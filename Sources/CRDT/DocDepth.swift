internal import Lib0

extension Doc {
  /// The first new struct of an update that holds a type which is nested deeper than `maximum`. A
  /// type in a root is 1 deep.
  ///
  /// Yjs goes down into nested types by recursion, so it throws at some thousands when they are
  /// deleted, and after that tells nobody of anything any more. And it sorts what happened by the
  /// length of its path, at each level anew: at a thousand levels pages stand still for seconds.
  /// - Parameter update: All of it must be integrable (`missing(for:)`), and only what is new here
  ///   (`Update.restricted(to:)`).
  /// - Complexity: O(u log n + t × `maximum`) for u structs and t types that they go into; O(u)
  ///   where there are no new types.
  public func firstTypeDeeper(than maximum: Int, in update: Update) -> UnreadableContent? {
    guard update.records.contains(where: { $0.kind == ContentKind.type }) else { return nil }
    var places = PlaceFinder(update, self)
    var depths = DepthFinder(doc: self, maximum: maximum)
    for run in newRecords(in: update) {
      for index in run {
        let record = update.records[index]
        guard let place = places.find(index), record.kind == ContentKind.type else { continue }
        if depths.enter(index, at: place) > maximum {
          return UnreadableContent(
            client: record.client, clock: record.clock,
            what: "a shared type more than \(maximum) deep")
        }
      }
    }
    return nil
  }
}

/// How deep types are. Beyond the maximum it does not count on.
private struct DepthFinder {
  let doc: Doc
  let maximum: Int
  /// Of types of the update, by record.
  private var ofRecords: [Int: Int] = [:]
  private var ofTypes: [Index32: Int] = [:]

  init(doc: Doc, maximum: Int) {
    self.doc = doc
    self.maximum = maximum
  }

  /// The depth of the type that a record holds.
  mutating func enter(_ record: Int, at place: Place) -> Int {
    let outer =
      switch place.parent {
      case .root: 0
      case .new(let holder): ofRecords[holder] ?? 0
      case .type(let type): depth(of: type)
      }
    ofRecords[record] = outer + 1
    return outer + 1
  }

  private mutating func depth(of type: Index32) -> Int {
    if let known = ofTypes[type] { return known }
    var depth = 0
    var next = type
    while depth <= maximum {
      let holder = doc.types[Int(next)].holder
      guard holder != .none else { break }
      depth += 1
      next = doc.items[Int(holder)].parent
    }
    ofTypes[type] = depth
    return depth
  }
}
