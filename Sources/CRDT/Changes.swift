public import Lib0

/// What one transaction changed in a document that is observed: one `TypeChange` for each shared
/// type that shows something else than before.
///
///     doc.isObserved = true
///     let applied = doc.apply(update, origin: "network")
///     for change in applied.changes {                       // everything, outermost first
///       print(change.root, change.path, change.keys, change.delta)
///     }
///     if let change = applied.changes.of(text) { … }        // one type (Yjs `observe`)
///     for change in applied.changes.inside(board) { … }     // it and all in it (`observeDeep`)
///
/// - Order: by the length of the path, then in the order in which the types were touched.
/// - Left out are types that are deleted or new: the change of the type around them says it. What
///   came and went within the transaction is nowhere.
/// - Source: Yjs `YEvent`; paths, deltas and keys are those that it reports.
public struct Changes: Sendable, Sequence {
  private let all: [TypeChange]

  public init() { all = [] }

  init(_ changes: [TypeChange]) { all = changes }

  public var isEmpty: Bool { all.isEmpty }
  public var count: Int { all.count }

  public func makeIterator() -> IndexingIterator<[TypeChange]> { all.makeIterator() }

  /// What changed of one type itself, if anything did.
  public func of(_ type: SharedType) -> TypeChange? { all.first { $0.target == type } }

  /// What changed of a type and of everything in it, with paths that begin at it.
  public func inside(_ type: SharedType) -> [TypeChange] {
    all.compactMap { change in
      if change.target == type { return change.relative(from: change.path.count) }
      return change.holders.firstIndex(of: type).map { change.relative(from: $0) }
    }
  }
}

/// What a transaction changed of one shared type.
public struct TypeChange: Sendable {
  /// One step from a type to one in it.
  public enum Step: Hashable, Sendable {
    case key(String)
    /// The index that it has after the transaction.
    case index(Int)
  }

  public let target: SharedType
  /// `.untyped` for a root: what it is, its reader decides.
  public let kind: SharedTypeKind
  /// The name of the root that it is, or is in.
  public let root: String
  /// The way to it from the root, or from the type that `Changes.inside(_:)` was asked for.
  public private(set) var path: [Step]
  /// The types on the way, outermost first, as many as the path has steps.
  private(set) var holders: [SharedType]
  /// Its keys: a map's, an XML element's attributes.
  public let keys: [KeyChange]
  /// Its sequence: the elements of an array, the characters of a text, the children of XML.
  /// Empty where nothing changed there.
  public let delta: [DeltaOperation]

  init(
    target: SharedType, kind: SharedTypeKind, root: String, path: [Step], holders: [SharedType],
    keys: [KeyChange], delta: [DeltaOperation]
  ) {
    self.target = target
    self.kind = kind
    self.root = root
    self.path = path
    self.holders = holders
    self.keys = keys
    self.delta = delta
  }

  /// What became of a key, if it changed.
  public subscript(key: String) -> KeyChange.Action? {
    keys.first { $0.key.hasSameUnits(as: key) }?.action
  }

  fileprivate func relative(from step: Int) -> TypeChange {
    var result = self
    result.path.removeFirst(step)
    result.holders.removeFirst(step)
    return result
  }
}

/// A key that has another value than before. The new one is read from the document.
public struct KeyChange: Sendable {
  public enum Action: Sendable {
    case added
    /// A type among the old values is deleted: it reads as empty.
    case updated(old: SharedValue)
    case deleted(old: SharedValue)
  }
  public let key: String
  public let action: Action
}

/// One step over a sequence; all steps together lead from the old sequence to the new one.
///
/// - Unit: UTF-16 code units in text and 1 for an embed, elements elsewhere.
/// - Source: the delta of Yjs and Quill.
///
///     "Hello world"   [.retain(5), .insert(.text(",")), .retain(6, attributes: ["bold": true])]
///     "Hello, world"  with " world" in bold
public enum DeltaOperation: Sendable {
  /// Goes on, and sets attributes on the way; a null value ends one. What follows the last
  /// operation stays as it is.
  case retain(Int, attributes: ObjectValue = ObjectValue())
  /// - attributes: All that the new content has.
  case insert(Inserted, attributes: ObjectValue = ObjectValue())
  case delete(Int)

  public enum Inserted: Sendable {
    case text(String)
    /// Elements of an array or XML; in a text: embeds, and types that stand in it.
    case elements([SharedValue])

    /// How much longer it makes the sequence.
    public var length: Int {
      switch self {
      case .text(let text): text.unitCount
      case .elements(let values): values.count
      }
    }
  }
}
