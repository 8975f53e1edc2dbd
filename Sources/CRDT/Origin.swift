/// Who or what made a change: the editor on the screen, a connection, an import.
///
/// It is the caller's own word, stays in this process, and never goes over the wire. It comes back
/// in `Applied.origin`, so that a view knows its own changes again, and an `UndoManager` tracks
/// changes by it.
///
///     extension Origin { static let editor: Origin = "editor" }
///     let applied = doc.transact(origin: .editor) { edit in … }
///
/// - Source: Yjs `Transaction.origin`, there any value.
public struct Origin: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  public var name: String

  public init(_ name: String) { self.name = name }
  public init(stringLiteral value: String) { name = value }

  public var description: String { name }
}
