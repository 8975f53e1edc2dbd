public import Lib0

/// Takes a person's own changes back, one step after the other, and nobody else's.
///
///     var undo = UndoManager(roots: ["board"], of: &doc)
///     undo.transact(&doc, at: now) { edit in edit.set("x", to: .number(1), in: shape) }
///     …
///     if let step = undo.undo(&doc) { send(doc.encodedUpdate(of: step.applied)) }
///
/// - Shape: a value beside the document. Edits that are to be undone go through it; all others, as
///   what comes from the network, may as well go to the document directly. What is undone is not
///   forgotten but made anew: deleted again, or inserted again as a copy under a new id.
/// - Unit: times are milliseconds of any clock that does not go back.
/// - Limits: what was deleted stays in memory as long as a step has it. A step costs what it
///   undoes. A document can have several managers.
/// - Source: Yjs 13.6 `UndoManager`; the updates equal its own.
public struct UndoManager: Sendable {
  public enum Scope: Sendable {
    case document
    /// These types and everything in them.
    case types([SharedType])
  }

  /// One step to undo or redo: what several edits in quick succession have done.
  public struct StackItem: Sendable {
    /// Whatever the caller wants to have back with it: where the cursor was, what was selected.
    public var meta: [String: AnyValue] = [:]
    var insertions = IDRanges()
    var deletions = IDRanges()
  }

  /// A step that was undone or redone.
  public struct Step: Sendable {
    public var item: StackItem
    /// What that changed. Its origin is the manager's.
    public var applied: Applied
  }

  public enum Captured: Sendable {
    /// It is not tracked, or changed nothing in the scope.
    case nothing
    /// It begins a step.
    case added
    /// It joined the step before.
    case joined
  }

  public internal(set) var scope: Scope
  /// The origins of the edits that can be undone; `nil` is that of edits without one. Updates of
  /// others need an origin that is not among them, or they are undone too.
  public var trackedOrigins: Set<Origin?>
  /// An edit joins the step before if that is not as long ago.
  public var captureTimeout: Int
  /// Whether undoing a map's key may overwrite what others have set since.
  public var ignoresRemoteMapChanges: Bool
  /// The origin of what undoing and redoing do.
  public let origin: Origin

  public internal(set) var undoStack: [StackItem] = []
  public internal(set) var redoStack: [StackItem] = []
  /// What became of the last edit, undoing or redoing.
  public internal(set) var captured = Captured.nothing
  /// Whether the last step is on the redo stack.
  var capturedRedo = false
  var lastChange: Int?

  public init(
    _ scope: Scope, trackedOrigins: Set<Origin?> = [nil], captureTimeout: Int = 500,
    ignoresRemoteMapChanges: Bool = false, origin: Origin = "undo"
  ) {
    self.scope = scope
    self.trackedOrigins = trackedOrigins
    self.captureTimeout = captureTimeout
    self.ignoresRemoteMapChanges = ignoresRemoteMapChanges
    self.origin = origin
  }

  /// A manager of roots, which begin to exist here if nobody has mentioned them yet.
  public init(
    roots: [String], of doc: inout Doc, trackedOrigins: Set<Origin?> = [nil],
    captureTimeout: Int = 500, ignoresRemoteMapChanges: Bool = false, origin: Origin = "undo"
  ) {
    var types: [SharedType] = []
    _ = doc.transact { edit in types = roots.map { edit.root($0) } }
    self.init(
      .types(types), trackedOrigins: trackedOrigins, captureTimeout: captureTimeout,
      ignoresRemoteMapChanges: ignoresRemoteMapChanges, origin: origin)
  }

  public var canUndo: Bool { !undoStack.isEmpty }
  public var canRedo: Bool { !redoStack.isEmpty }

  /// Adds types to the scope. Nothing happens where that is the document.
  public mutating func addToScope(_ types: [SharedType]) {
    guard case .types(let known) = scope else { return }
    scope = .types(known + types.filter { !known.contains($0) })
  }

  /// The next edit begins a step of its own, however soon it comes.
  public mutating func stopCapturing() { lastChange = nil }

  /// Notes something with the step that the last edit, undoing or redoing went into.
  public mutating func annotate(_ key: String, _ value: AnyValue) {
    if capturedRedo {
      if !redoStack.isEmpty { redoStack[redoStack.count - 1].meta[key] = value }
    } else if !undoStack.isEmpty {
      undoStack[undoStack.count - 1].meta[key] = value
    }
  }

  // MARK: Edits

  /// Runs edits as one transaction that can be undone, if its origin is tracked.
  ///
  /// Should `body` throw, what it did until then stays, and can be undone.
  @discardableResult
  public mutating func transact<E: Error>(
    _ doc: inout Doc, origin: Origin? = nil, at now: Int,
    _ body: (inout Transaction) throws(E) -> Void
  ) throws(E) -> Applied {
    doc.transaction.keepsStructsApart = true
    do { try doc.edit(body) } catch {
      capture(&doc, origin, .editing(now))
      _ = doc.finishTransaction(origin: origin)
      throw error
    }
    capture(&doc, origin, .editing(now))
    return doc.finishTransaction(origin: origin)
  }

  /// Applies an update, which can be undone if its origin is tracked.
  @discardableResult
  public mutating func apply(
    _ update: Update, to doc: inout Doc, origin: Origin? = nil, at now: Int
  ) -> Applied {
    doc.transaction.keepsStructsApart = true
    guard doc.integrate(all: update) else { return Applied() }
    capture(&doc, origin, .editing(now))
    var applied = doc.finishTransaction(origin: origin)
    applied.leftPending = doc.hasPending
    return applied
  }

  // MARK: Steps

  /// Takes the last step back that still can be; steps of which nothing is left are dropped.
  @discardableResult
  public mutating func undo(_ doc: inout Doc) -> Step? { pop(&doc, .undoing) }

  /// Does again what was undone last.
  @discardableResult
  public mutating func redo(_ doc: inout Doc) -> Step? { pop(&doc, .redoing) }

  /// Forgets steps. What they deleted is not kept for them any more: it goes with the type around
  /// it, or when the document is loaded anew.
  public mutating func clear(_ doc: inout Doc, undo: Bool = true, redo: Bool = true) {
    forget(&doc, undo: undo, redo: redo)
    doc.checkInvariants()
  }

  mutating func forget(_ doc: inout Doc, undo: Bool, redo: Bool) {
    let forgotten = (undo ? undoStack : []) + (redo ? redoStack : [])
    if undo { undoStack = [] }
    if redo { redoStack = [] }
    for item in forgotten { doc.release(item.deletions, in: scope) }
  }
}
