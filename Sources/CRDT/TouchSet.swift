/// What an update would do to a document, found out without applying it.
///
/// Duplicates touch nothing. What would have to wait for something missing is not part of it: ask
/// `Doc.missing(for:)` for that.
public struct TouchSet: Sendable {
  /// Runs of clocks that the document does not have yet and would integrate.
  public var newStructs: [(client: ClientID, from: UInt64, to: UInt64)] = []
  /// What the update's delete set names and the document has alive. Not in it is what would go
  /// along: the inside of a deleted type, an overwritten value.
  public var newDeletes = DeleteSet()
  /// Places that would change: each once, in the order of their first mention. Only
  /// `Doc.touches(_:)` looks for them; what `Doc.news(in:)` makes has none.
  public var touches: [Touch] = []

  public init() {}

  /// Whether applying the update would change nothing.
  public var isEmpty: Bool { newStructs.isEmpty && newDeletes.isEmpty }

  /// How many client ids the document would know that it does not know yet.
  ///
  /// - Complexity: O(new ranges).
  public var newClientCount: Int {
    // Clocks have no holes, so whoever is new begins at 0, and nobody else does.
    newStructs.count { $0.from == 0 }
  }
}

/// A place in a document that an update would change.
public struct Touch: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// The key had no value.
    case created
    /// The key had a value, which is replaced; or the list or text at this place is edited.
    case changed
    /// The key's value goes, and no other comes.
    case deleted
  }

  /// A path has no more keys than this: it would otherwise be as long as a peer likes to nest.
  public static let maximumDepth = 16

  /// Name of the root.
  public var root: String
  /// Map keys on the way from the root, outermost first; list positions are left out. Empty for
  /// the root's own sequence. Cut after `maximumDepth`.
  public var path: [String]
  public var kind: Kind

  public init(root: String, path: [String], kind: Kind) {
    self.root = root
    self.path = path
    self.kind = kind
  }
}
