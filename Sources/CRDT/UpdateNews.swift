extension Update {
  /// Only what `touched` calls new: of a SyncStep2, which repeats what is known and carries the
  /// whole delete set, the part that others still need.
  ///
  /// - Parameter touched: From `Doc.touches` for this very update, before it is applied.
  public func restricted(to touched: TouchSet) -> Update {
    var known = StateVector()
    for range in clientRanges { known[range.client] = max(known[range.client], range.to) }
    for range in touched.newStructs { known[range.client] = range.from }
    let structs = since(known)
    return Update(
      source: structs.source, records: structs.records, deleteSet: touched.newDeletes,
      exactByteCount: nil)
  }
}
