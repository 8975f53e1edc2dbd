import CRDT
import Lib0

// What the page calls: reading shared types. A type is a number that the document gave for it.

/// - Parameter count: bytes of the name.
/// - Returns: the root's number; it begins to exist with its first content.
@_expose(wasm, "root") @_cdecl("jam_root")
public func root(_ doc: UnsafeMutableRawPointer, _ count: Int32) -> Int32 {
  let doc = unsafe held(doc)
  let name = String(decoding: Border.bytes(count), as: UTF8.self)
  var number: Int32 = 0
  _ = doc.edit { edit in number = doc.number(edit.root(name)) }
  return number
}

@_expose(wasm, "length") @_cdecl("jam_length")
public func length(_ doc: UnsafeMutableRawPointer, _ type: Int32) -> Int32 {
  let held = unsafe held(doc)
  guard let target = held.type(type) else { return Border.failNoType(type) }
  return held.read { doc in Int32(doc.length(of: target)) }
}

/// The name of an XML element.
@_expose(wasm, "name") @_cdecl("jam_name")
public func name(_ doc: UnsafeMutableRawPointer, _ type: Int32) -> Int32 {
  let held = unsafe held(doc)
  guard let target = held.type(type) else { return Border.failNoType(type) }
  return Border.give(held.read { doc in Array(doc.name(of: target).utf8) })
}

@_expose(wasm, "text") @_cdecl("jam_text")
public func text(_ doc: UnsafeMutableRawPointer, _ type: Int32) -> Int32 {
  let held = unsafe held(doc)
  guard let target = held.type(type) else { return Border.failNoType(type) }
  return Border.give(held.read { doc in Array(doc.string(of: target).utf8) })
}

/// All that is in it (`PlainWriter`). `kind` says as what it is read.
@_expose(wasm, "plain") @_cdecl("jam_plain")
public func plain(_ doc: UnsafeMutableRawPointer, _ type: Int32, _ kind: Int32) -> Int32 {
  let held = unsafe held(doc)
  guard let target = held.type(type) else { return Border.failNoType(type) }
  let kind = SharedTypeKind(number: UInt8(truncatingIfNeeded: kind))
  var plain = PlainWriter(held)
  held.read { doc in plain.write(target, as: kind, of: doc) }
  return Border.give(plain.writer)
}

/// The runs of a text; neighbours with the same attributes are one.
@_expose(wasm, "runs") @_cdecl("jam_runs")
public func runs(_ doc: UnsafeMutableRawPointer, _ type: Int32) -> Int32 {
  let held = unsafe held(doc)
  guard let target = held.type(type) else { return Border.failNoType(type) }
  var writer = ByteWriter()
  for run in held.read({ doc in doc.runs(of: target) }) { held.write(run, to: &writer) }
  return Border.give(writer)
}

/// The values of a sequence.
@_expose(wasm, "elements") @_cdecl("jam_elements")
public func elements(_ doc: UnsafeMutableRawPointer, _ type: Int32) -> Int32 {
  let held = unsafe held(doc)
  guard let target = held.type(type) else { return Border.failNoType(type) }
  var writer = ByteWriter()
  for value in held.read({ doc in doc.elements(of: target) }) {
    held.write(value, to: &writer)
  }
  return Border.give(writer)
}

/// Keys and values.
@_expose(wasm, "entries") @_cdecl("jam_entries")
public func entries(_ doc: UnsafeMutableRawPointer, _ type: Int32) -> Int32 {
  let held = unsafe held(doc)
  guard let target = held.type(type) else { return Border.failNoType(type) }
  var writer = ByteWriter()
  for entry in held.read({ doc in doc.entries(of: target) }) {
    writer.string(entry.key)
    held.write(entry.value, to: &writer)
  }
  return Border.give(writer)
}

/// Arguments: the key.
@_expose(wasm, "value") @_cdecl("jam_value")
public func value(_ doc: UnsafeMutableRawPointer, _ type: Int32, _ count: Int32) -> Int32 {
  let held = unsafe held(doc)
  guard let target = held.type(type) else { return Border.failNoType(type) }
  let arguments = Border.bytes(count)
  var writer = ByteWriter()
  do throws(DecodingError) {
    var reader = ByteReader(arguments.span)
    let key = try reader.string()
    held.write(held.read { doc in doc.value(of: target, key: key) }, to: &writer)
  } catch { return Border.fail(error) }
  return Border.give(writer)
}
