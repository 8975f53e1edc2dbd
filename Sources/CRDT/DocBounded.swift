/// An update that would take too long to integrate.
public struct CostlyUpdate: Error, Equatable, Sendable {}

/// Bounding what an update may cost.
///
/// Some updates are quadratic, in Yjs as here: thousands of inserts with one origin and different
/// right origins, or at the head of one key's values, or back to front into one long text. Nothing
/// in their bytes tells, so such an update is tried on a copy, with a budget. Everything that is
/// not done in constant or logarithmic time for each struct or range pays from it:
///
/// - the position search and the walk to the head of a key's values, by the item;
/// - looking for the place where content is cut, by `Cost.scannedBytes`, `readBytes`;
/// - copying content, by `Cost.copiedBytes`;
/// - making and closing gaps in a client's list of structs, `Cost.movedBlock`;
/// - each client id that is new, which takes a record and a list: `Cost.newClient`.
extension Doc {
  /// Steps that one update may take: about a tenth of a second.
  public static let searchBudget = 3_000_000

  /// Applies an update unless that takes more than `searchBudget`; then nothing has changed.
  ///
  /// - Complexity: as `apply`; where the product of the two sizes leaves doubt, the document's
  ///   arrays are copied once.
  @discardableResult
  public mutating func applyBounded(_ update: Update) throws(CostlyUpdate) -> Applied {
    guard mayBeCostly(update) else { return apply(update) }
    var copy = self
    copy.stepsLeft = Int64(Self.searchBudget)
    let applied = copy.apply(update)
    guard copy.stepsLeft > 0 else { throw CostlyUpdate() }
    copy.stepsLeft = .max
    self = copy
    return applied
  }

  /// Whether the update could use up the budget: each of its structs and ranges may have to look
  /// at everything that is there. Below 16 of them even that is bearable.
  func mayBeCostly(_ update: Update) -> Bool {
    var count = update.records.count + update.deleteSet.ranges.count
    var bytes = content.count + update.source.count
    if hasPending {
      count += (pending.structs?.records.count ?? 0) + pending.deletes.ranges.count
      bytes += pending.structs?.source.count ?? 0
    }
    return count >= 16
      && Int64(count) * Int64(structCount + count + bytes / Cost.readBytes) > Self.searchBudget
  }
}

/// How much of a fast kind of work takes as long as one step of the position search.
enum Cost {
  /// Of text, character by character.
  static let scannedBytes = 32
  /// Of values, each decoded.
  static let readBytes = 8
  static let copiedBytes = 16
  /// Steps for moving what stands behind a struct in its block.
  static let movedBlock: Int64 = 1
  /// Steps for one client id, from planning to the end of the transaction.
  static let newClient: Int64 = 32
}
