/// Transactions whose outcome is told.
extension Doc {
  /// Runs edits as one transaction and says what they did.
  ///
  ///     doc.isObserved = true
  ///     let applied = doc.transact(origin: "editor") { edit in … }
  ///     send(doc.encodedUpdate(of: applied))
  ///     show(applied.changes)
  ///
  /// Should `body` throw, what it did until then stays, and the error is passed on; who wants to
  /// know of it uses `transact(origin:into:_:)`.
  /// - Parameter origin: Who edits; it is in the result again.
  @discardableResult
  public mutating func transact<E: Error>(
    origin: Origin?, _ body: (inout Transaction) throws(E) -> Void
  ) throws(E) -> Applied {
    var applied = Applied()
    try transact(origin: origin, into: &applied, body)
    return applied
  }

  /// The same; `applied` is set also where `body` throws.
  public mutating func transact<E: Error>(
    origin: Origin? = nil, into applied: inout Applied,
    _ body: (inout Transaction) throws(E) -> Void
  ) throws(E) {
    defer { applied = finishTransaction(origin: origin) }
    try edit(body)
  }

  /// The update to send after a transaction.
  ///
  /// - Parameter applied: From the last call that changed the document.
  public func encodedUpdate(of applied: Applied) -> [UInt8] { encode(applied) }
}
