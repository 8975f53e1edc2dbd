import CRDT
import Lib0

// What the page calls: documents and updates. Arguments that are bytes stand in the input, results
// in the output (`Border`); a result below 0 says that there is an error instead.

/// Bits of what a transaction did.
private enum Did {
  static let change: Int32 = 1
  static let leftPending: Int32 = 2
  static let ownClientAdvanced: Int32 = 4
}

@_expose(wasm, "input") @_cdecl("jam_input")
public func input(_ count: Int32) -> UnsafeMutableRawPointer? {
  unsafe Border.input(Int(count))
}

@_expose(wasm, "output") @_cdecl("jam_output")
public func output() -> UnsafePointer<UInt8>? { unsafe Border.output }

@_expose(wasm, "outputCount") @_cdecl("jam_output_count")
public func outputCount() -> Int32 { Border.outputCount }

@_expose(wasm, "newDoc") @_cdecl("jam_new_doc")
public func newDoc(_ client: Double, _ collectsGarbage: Int32) -> UnsafeMutableRawPointer {
  let doc = Doc(
    clientID: clientID(client), collectsGarbage: collectsGarbage != 0,
    hashSeed: UInt64.random(in: .min ... .max))
  return unsafe Unmanaged.passRetained(Held(doc)).toOpaque()
}

/// An id that is none becomes 0: the wrapper lets none through.
private func clientID(_ number: Double) -> ClientID {
  guard number >= 0, number <= Double(maxSafeInteger) else { return 0 }
  return ClientID(number)
}

@_expose(wasm, "freeDoc") @_cdecl("jam_free_doc")
public func freeDoc(_ pointer: UnsafeMutableRawPointer) {
  unsafe Unmanaged<Held>.fromOpaque(pointer).release()
}

func held(_ pointer: UnsafeMutableRawPointer) -> Held {
  unsafe Unmanaged<Held>.fromOpaque(pointer).takeUnretainedValue()
}

@_expose(wasm, "setClientID") @_cdecl("jam_set_client_id")
public func setClientID(_ doc: UnsafeMutableRawPointer, _ client: Double) {
  unsafe held(doc).setClientID(clientID(client))
}

/// Who the next edit is by: the engine goes on under another id where one is used up.
@_expose(wasm, "clientID") @_cdecl("jam_client_id")
public func clientIDOf(_ doc: UnsafeMutableRawPointer) -> Double {
  unsafe held(doc).read { doc in Double(doc.clientID) }
}

/// - Returns: bits of `Did`; with `wantsUpdate` and a change the update is in the output.
@_expose(wasm, "apply") @_cdecl("jam_apply")
public func apply(
  _ doc: UnsafeMutableRawPointer, _ count: Int32, _ format: Int32, _ wantsUpdate: Int32
) -> Int32 {
  let doc = unsafe held(doc)
  let update: Update
  do throws(UpdateError) {
    update = try (Format(rawValue: format) ?? .v1).decode(Border.bytes(count))
  } catch { return Border.fail(error) }
  return report(doc.apply(update), of: doc, wantsUpdate)
}

/// What a transaction did, for the wrapper.
func report(_ applied: Applied, of doc: Held, _ wantsUpdate: Int32) -> Int32 {
  var bits: Int32 = applied.changed ? Did.change : 0
  if applied.leftPending { bits |= Did.leftPending }
  if applied.ownClientAdvanced { bits |= Did.ownClientAdvanced }
  if applied.changed, wantsUpdate != 0 { _ = Border.give(doc.encodedUpdate(of: applied)) }
  return bits
}

/// Runs the page's function `body` in a transaction. It returns `wantsUpdate`: whether somebody
/// listens is known when it has run.
@_expose(wasm, "transact") @_cdecl("jam_transact")
public func transact(_ doc: UnsafeMutableRawPointer) -> Int32 {
  let doc = unsafe held(doc)
  var wantsUpdate: Int32 = 0
  let applied = doc.transact(&wantsUpdate, pageBody)
  return report(applied, of: doc, wantsUpdate)
}

@_extern(wasm, module: "page", name: "body")
private func pageBody() -> Int32

/// - Parameter vector: bytes of a state vector in the input; 0 for the whole document.
@_expose(wasm, "encode") @_cdecl("jam_encode")
public func encode(_ doc: UnsafeMutableRawPointer, _ vector: Int32, _ format: Int32) -> Int32 {
  let doc = unsafe held(doc)
  let state: StateVector
  do throws(DecodingError) {
    state = vector > 0 ? try StateVector(decoding: Border.bytes(vector).span) : StateVector()
  } catch { return Border.fail(error) }
  if format != Format.v2.rawValue {
    return Border.give(doc.read { doc in doc.encodeStateAsUpdate(since: state) })
  }
  do throws(EncodingError) {
    return Border.give(
      try doc.read { doc throws(EncodingError) in try doc.encodeStateAsUpdateV2(since: state) })
  } catch { return Border.fail(error) }
}

@_expose(wasm, "stateVector") @_cdecl("jam_state_vector")
public func stateVector(_ doc: UnsafeMutableRawPointer) -> Int32 {
  Border.give(unsafe held(doc).read { doc in doc.encodedStateVector() })
}

// MARK: Updates without a document

private func recode(_ bytes: [UInt8], from: Format, to: Format) -> Int32 {
  do throws(UpdateError) {
    return give(try from.decode(bytes), as: to)
  } catch { return Border.fail(error) }
}

private func give(_ update: Update, as format: Format) -> Int32 {
  do throws(EncodingError) {
    return Border.give(try format.encode(update))
  } catch { return Border.fail(error) }
}

@_expose(wasm, "convert") @_cdecl("jam_convert")
public func convert(_ count: Int32, _ from: Int32, _ to: Int32) -> Int32 {
  recode(
    Border.bytes(count), from: Format(rawValue: from) ?? .v1, to: Format(rawValue: to) ?? .v1)
}

/// - Parameter count: bytes of a list of `varBytes`, an update each.
@_expose(wasm, "merge") @_cdecl("jam_merge")
public func merge(_ count: Int32, _ format: Int32) -> Int32 {
  let format = Format(rawValue: format) ?? .v1
  let arguments = Border.bytes(count)
  var updates: [Update] = []
  var reader = ByteReader(arguments.span)
  while reader.remaining > 0 {
    let bytes: [UInt8]
    do throws(DecodingError) { bytes = try reader.bytes() } catch { return Border.fail(error) }
    do throws(UpdateError) { updates.append(try format.decode(bytes)) } catch {
      return Border.fail(
        .decoding, "\(error.reason), in the update at index \(updates.count)", at: error.offset)
    }
  }
  return give(Update.merging(updates), as: format)
}

/// - Parameter count: bytes of two `varBytes`: an update, a state vector.
@_expose(wasm, "diff") @_cdecl("jam_diff")
public func diff(_ count: Int32, _ format: Int32) -> Int32 {
  let format = Format(rawValue: format) ?? .v1
  let arguments = Border.bytes(count)
  let bytes: [UInt8]
  let state: StateVector
  do throws(DecodingError) {
    var reader = ByteReader(arguments.span)
    bytes = try reader.bytes()
    let vector = try reader.bytes()
    state = try StateVector(decoding: vector.span)
  } catch { return Border.fail(error) }
  do throws(UpdateError) {
    return give(try format.decode(bytes).since(state), as: format)
  } catch { return Border.fail(error) }
}

/// What somebody has who has this update and nothing else.
@_expose(wasm, "stateVectorOf") @_cdecl("jam_state_vector_of")
public func stateVectorOf(_ count: Int32, _ format: Int32) -> Int32 {
  do throws(UpdateError) {
    let update = try (Format(rawValue: format) ?? .v1).decode(Border.bytes(count))
    return Border.give(update.stateVector.encoded())
  } catch { return Border.fail(error) }
}

extension ByteReader {
  /// A byte count and a copy of so many bytes.
  fileprivate mutating func bytes() throws(DecodingError) -> [UInt8] {
    let bytes = try varBytes()
    return bytes.indices.map { bytes[$0] }
  }
}
