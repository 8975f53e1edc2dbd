import CRDT
import Lib0

/// A document that the page holds, and the types of it that the page knows by number.
@safe final class Held {
  private var doc: Doc
  /// The transaction that the page's own code is running in.
  private var open: UnsafeMutablePointer<Transaction>?
  private var types: [SharedType] = []
  private var numbers: [SharedType: Int32] = [:]

  init(_ doc: consuming Doc) { self.doc = doc }

  var isOpen: Bool { unsafe open != nil }

  /// Not while a transaction is open.
  func setClientID(_ client: ClientID) { doc.clientID = client }

  /// The document as it is, also in the middle of a transaction.
  func read<Result, E: Error>(_ body: (borrowing Doc) throws(E) -> Result) throws(E) -> Result {
    if let open = unsafe open { return try unsafe body(open.pointee.document) }
    return try body(doc)
  }

  /// Runs an edit in the open transaction, or in one of its own. The result is what that did.
  func edit<E: Error>(
    _ body: (inout Transaction) throws(E) -> Void
  ) throws(E) -> Applied {
    if let open = unsafe open {
      try unsafe body(&open.pointee)
      return Applied()
    }
    var applied = Applied()
    try doc.transact(into: &applied, body)
    return applied
  }

  /// Runs the page's code in a transaction. `result` is what that returns.
  func transact(_ result: inout Int32, _ body: () -> Int32) -> Applied {
    var applied = Applied()
    doc.transact(into: &applied) { edit in
      unsafe withUnsafeMutablePointer(to: &edit) { pointer in
        unsafe open = pointer
        result = body()
        unsafe open = nil
      }
    }
    return applied
  }

  /// Applies an update; not while a transaction is open.
  func apply(_ update: Update) -> Applied { doc.apply(update) }

  func encodedUpdate(of applied: Applied) -> [UInt8] { doc.encodedUpdate(of: applied) }

  // MARK: Types by number

  func number(_ type: SharedType) -> Int32 {
    if let known = numbers[type] { return known }
    let number = Int32(types.count)
    types.append(type)
    numbers[type] = number
    return number
  }

  /// The type for a number; nil for one that was never given.
  func type(_ number: Int32) -> SharedType? {
    types.indices.contains(Int(number)) ? types[Int(number)] : nil
  }
}
