import CRDT
import Lib0

// What the page calls: edits. Each is a transaction of its own, unless one is open. All of them
// return the bits of `report`, or that there is an error. The update is the output where one is
// wanted; the types that an edit made are asked for with `newType`.

/// Numbers of the types that the last edit made, in whichever document: asked for before anything
/// else runs.
nonisolated(unsafe) private var newTypes: [Int32] = []

@_expose(wasm, "newType") @_cdecl("jam_new_type")
public func newType(_ index: Int32) -> Int32 {
  unsafe newTypes.indices.contains(Int(index)) ? newTypes[Int(index)] : -1
}

/// Reads the arguments in the input and runs an edit of a type with them, which returns the types
/// that it made.
private func edit<Arguments>(
  _ doc: Held, _ type: Int32, _ count: Int32, _ wantsUpdate: Int32,
  _ read: (inout ByteReader) throws(DecodingError) -> Arguments,
  _ body: (inout Transaction, SharedType, Arguments) throws(EditError) -> [SharedType]
) -> Int32 {
  guard let target = doc.type(type) else { return Border.failNoType(type) }
  let bytes = Border.bytes(count)
  let arguments: Arguments
  do throws(DecodingError) {
    var reader = ByteReader(bytes.span)
    arguments = try read(&reader)
  } catch { return Border.fail(error) }
  do throws(EditError) {
    let applied = try doc.edit { edit throws(EditError) in
      let types = try body(&edit, target, arguments)
      unsafe newTypes = types.map { doc.number($0) }
    }
    return report(applied, of: doc, wantsUpdate)
  } catch { return Border.fail(error) }
}

// MARK: Text

/// Arguments: the text, its attributes (undefined: those of the place).
@_expose(wasm, "insertText") @_cdecl("jam_insert_text")
public func insertText(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ index: Int32, _ count: Int32,
  _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, count, wantsUpdate,
    { reader throws(DecodingError) in
      (text: try reader.string(), attributes: try reader.attributes())
    },
    { edit, target, given throws(EditError) in
      try edit.insert(
        given.text, at: Int(index), in: target, attributes: given.attributes)
      return []
    })
}

/// Arguments: a JSON value, its attributes.
@_expose(wasm, "insertEmbed") @_cdecl("jam_insert_embed")
public func insertEmbed(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ index: Int32, _ count: Int32,
  _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, count, wantsUpdate,
    { reader throws(DecodingError) in
      (value: try reader.any(), attributes: try reader.attributes())
    },
    { edit, target, given throws(EditError) in
      try edit.insertEmbed(
        given.value, at: Int(index), in: target, attributes: given.attributes)
      return []
    })
}

/// Arguments: the attributes.
@_expose(wasm, "format") @_cdecl("jam_format")
public func format(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ index: Int32, _ length: Int32, _ count: Int32,
  _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, count, wantsUpdate, { reader throws(DecodingError) in try reader.attributes() },
    { edit, target, attributes throws(EditError) in
      let range = try range(index, length)
      try edit.format(range, attributes ?? ObjectValue(), in: target)
      return []
    })
}

@_expose(wasm, "deleteText") @_cdecl("jam_delete_text")
public func deleteText(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ index: Int32, _ length: Int32,
  _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, 0, wantsUpdate, { _ throws(DecodingError) in },
    { edit, target, _ throws(EditError) in
      try edit.deleteText(try range(index, length), in: target)
      return []
    })
}

/// Arguments: changes (`Tag`).
@_expose(wasm, "applyDelta") @_cdecl("jam_apply_delta")
public func applyDelta(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ count: Int32, _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, count, wantsUpdate, { reader throws(DecodingError) in try reader.changes() },
    { edit, target, changes throws(EditError) in
      try check(changes, length: edit.document.length(of: target))
      return try edit.apply(changes, to: target)
    })
}

/// Changes that reach beyond the end are refused as a whole: nobody would hear of the first ones.
private func check(_ changes: [TextChange], length: Int) throws(EditError) {
  var rest = length
  for change in changes {
    switch change {
    case .retain(let count, _), .delete(let count):
      if count > rest {
        let end = Int64(length - rest) + Int64(count)
        throw .outOfBounds(index: Int(clamping: end), length: length)
      }
      rest -= count
    case .insert: break
    }
  }
}

private func range(_ index: Int32, _ length: Int32) throws(EditError) -> Range<Int> {
  guard index >= 0, length >= 0 else { throw .outOfBounds(index: Int(index), length: 0) }
  let (end, isOver) = index.addingReportingOverflow(length)
  if isOver { throw .outOfBounds(index: .max, length: 0) }
  return Int(index)..<Int(end)
}

// MARK: Sequences

/// Arguments: new values (`Tag`).
@_expose(wasm, "insert") @_cdecl("jam_insert")
public func insert(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ index: Int32, _ count: Int32,
  _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, count, wantsUpdate, { reader throws(DecodingError) in try reader.newValues() },
    { edit, target, values throws(EditError) in
      try edit.insert(contentsOf: values, at: Int(index), in: target)
    })
}

/// The same behind everything.
@_expose(wasm, "append") @_cdecl("jam_append")
public func append(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ count: Int32, _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, count, wantsUpdate, { reader throws(DecodingError) in try reader.newValues() },
    { edit, target, values throws(EditError) in
      try edit.append(contentsOf: values, to: target)
    })
}

@_expose(wasm, "delete") @_cdecl("jam_delete")
public func delete(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ index: Int32, _ length: Int32,
  _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, 0, wantsUpdate, { _ throws(DecodingError) in },
    { edit, target, _ throws(EditError) in
      try edit.delete(try range(index, length), in: target)
      return []
    })
}

// MARK: Keys

extension Transaction {
  /// Refuses what is deleted for good, as edits of sequences do. Inserting nothing asks just that.
  fileprivate mutating func checkPlace(of type: SharedType) throws(EditError) {
    try insert(contentsOf: [], after: nil, in: type)
  }
}

/// Arguments: the key, a new value.
@_expose(wasm, "set") @_cdecl("jam_set")
public func set(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ count: Int32, _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, count, wantsUpdate,
    { reader throws(DecodingError) in (key: try reader.string(), value: try reader.newValue()) },
    { edit, target, given throws(EditError) in
      try edit.checkPlace(of: target)
      switch given.value {
      case .value(let value): edit.set(given.key, to: value, in: target)
      case .subdocument(let value): edit.set(given.key, toSubdocument: value, in: target)
      case .type(let new): return [edit.set(given.key, toNew: new, in: target)]
      }
      return []
    })
}

/// Arguments: the key.
@_expose(wasm, "remove") @_cdecl("jam_remove")
public func remove(
  _ doc: UnsafeMutableRawPointer, _ type: Int32, _ count: Int32, _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, count, wantsUpdate, { reader throws(DecodingError) in try reader.string() },
    { edit, target, key throws(EditError) in
      try edit.checkPlace(of: target)
      edit.removeValue(for: key, in: target)
      return []
    })
}

@_expose(wasm, "clear") @_cdecl("jam_clear")
public func clear(_ doc: UnsafeMutableRawPointer, _ type: Int32, _ wantsUpdate: Int32) -> Int32 {
  let doc = unsafe held(doc)
  return edit(
    doc, type, 0, wantsUpdate, { _ throws(DecodingError) in },
    { edit, target, _ throws(EditError) in
      try edit.checkPlace(of: target)
      edit.removeAllValues(in: target)
      return []
    })
}
