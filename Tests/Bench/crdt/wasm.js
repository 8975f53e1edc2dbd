// One workload of `jamboree bench crdt` with the engine as WebAssembly, as `make wasm` builds it.
// usage: node --expose-gc wasm.js WORKLOAD FOLDER. The folder's files and the lines printed are those of
// `bench crdt-engine`; the work is that of yjs.js.
"use strict"
const { readFileSync } = require("node:fs")
const { join } = require("node:path")
const { workload, file, frames, milliseconds, median, say, text, board, resident } = require("./common")

const built = join(__dirname, "../../../.build/wasm")
let engine

const applied = (...updates) => {
  const doc = engine.newDoc()
  for (const update of updates) doc.applyUpdate(update)
  return doc
}

const workloads = {
  remote() {
    const updates = frames("session")
    const doc = engine.newDoc()
    const work = () => {
      for (const update of updates) doc.applyUpdate(update)
    }
    const taken = milliseconds(work)
    say("remote", "µs/update", (taken * 1000) / updates.length, text(doc))
    say("remote-again", "µs/update", (milliseconds(work) * 1000) / updates.length, text(doc))
  },
  local() {
    const edits = frames("edits").map((frame) => {
      const edit = Buffer.from(frame)
      return [edit.readUInt32LE(0), edit.readUInt32LE(4), edit.toString("utf8", 8)]
    })
    const doc = engine.newDoc()
    const content = doc.getText("text")
    const taken = milliseconds(() => {
      for (const [position, deleted, inserted] of edits) {
        doc.transact(() => {
          if (deleted > 0) content.delete(position, deleted)
          if (inserted !== "") content.insert(position, inserted)
        })
      }
    })
    say("local", "µs/edit", (taken * 1000) / edits.length, text(doc))
    const sent = engine.newDoc()
    const other = sent.getText("text")
    let bytes = 0
    sent.onUpdate((update) => (bytes += update.length))
    const sending = milliseconds(() => {
      for (const [position, deleted, inserted] of edits) {
        sent.transact(() => {
          if (deleted > 0) other.delete(position, deleted)
          if (inserted !== "") other.insert(position, inserted)
        })
      }
    })
    say("local-sent", "µs/edit", (sending * 1000) / edits.length, text(sent))
  },
  file() {
    const v1 = file("session.v1")
    const v2 = file("session.v2")
    let doc
    const decodeV1 = median(21, () => {
      doc?.free()
      doc = applied(v1)
    })
    say("decode-v1", "ms", decodeV1, text(doc))
    const decodeV2 = median(21, () => {
      doc.free()
      doc = engine.newDoc()
      doc.applyUpdateV2(v2)
    })
    say("decode-v2", "ms", decodeV2, text(doc))
    let bytes
    say("encode-v1", "ms", median(21, () => (bytes = doc.encodeStateAsUpdate())), `${bytes.length} bytes`)
    say("encode-v2", "ms", median(21, () => (bytes = doc.encodeStateAsUpdateV2())), `${bytes.length} bytes`)
  },
  board() {
    const doc = applied(...frames("shapes"))
    const updates = frames("changes")
    const taken = milliseconds(() => {
      for (const update of updates) doc.applyUpdate(update)
    })
    say("board", "ms", taken, board(doc))
  },
  crowd() {
    const updates = frames("crowd")
    let doc
    const taken = median(5, () => {
      doc?.free()
      doc = applied(...updates)
    })
    say("crowd", "ms", taken, text(doc))
  },
  merge() {
    const updates = frames("session")
    for (const count of [2500, 10000]) {
      const some = updates.slice(0, count)
      let bytes
      const taken = milliseconds(() => (bytes = engine.merge(some)))
      say(`merge-${count}`, "ms", taken, `${bytes.length} bytes`)
    }
  },
  sync() {
    const doc = applied(file("board"))
    const half = file("half")
    let bytes
    const vector = median(21, () => {
      for (let turn = 0; turn < 1000; turn++) bytes = doc.stateVector()
    })
    say("state-vector", "µs", vector, `${bytes.length} bytes`)
    const diff = median(21, () => (bytes = doc.encodeStateAsUpdate(half)))
    say("diff", "ms", diff, `${bytes.length} bytes`)
  },
  memory() {
    for (const [name, source, copies, check] of [["text", "session.v1", 20, text], ["board", "board", 4, board]]) {
      const bytes = file(source)
      const before = resident()
      const docs = []
      for (let copy = 0; copy < copies; copy++) docs.push(applied(bytes))
      say(`memory-${name}`, "KiB", (resident() - before) / copies, check(docs[copies - 1]))
    }
  },
}

const main = async () => {
  const { Engine } = await import(join(built, "jamboree-crdt.js"))
  engine = await Engine.load(readFileSync(join(built, "jamboree-crdt.wasm")))
  workloads[workload]()
}

main()
