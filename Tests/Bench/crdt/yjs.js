// One workload of `jamboree bench crdt` with Yjs.
// usage: node --expose-gc yjs.js WORKLOAD FOLDER. The folder's files and the lines printed are those of
// `bench crdt-engine`.
"use strict"
const Y = require("yjs")
const { workload, file, frames, milliseconds, median, say, text, board, resident } = require("./common")

const applied = (...updates) => {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

const workloads = {
  remote() {
    const updates = frames("session")
    const doc = new Y.Doc()
    const work = () => {
      for (const update of updates) Y.applyUpdate(doc, update)
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
    const doc = new Y.Doc()
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
    const sent = new Y.Doc()
    const other = sent.getText("text")
    let bytes = 0
    sent.on("update", (update) => (bytes += update.length))
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
    const decodeV1 = median(21, () => (doc = applied(v1)))
    say("decode-v1", "ms", decodeV1, text(doc))
    const decodeV2 = median(21, () => {
      doc = new Y.Doc()
      Y.applyUpdateV2(doc, v2)
    })
    say("decode-v2", "ms", decodeV2, text(doc))
    let bytes
    say("encode-v1", "ms", median(21, () => (bytes = Y.encodeStateAsUpdate(doc))), `${bytes.length} bytes`)
    say("encode-v2", "ms", median(21, () => (bytes = Y.encodeStateAsUpdateV2(doc))), `${bytes.length} bytes`)
  },
  board() {
    const doc = applied(...frames("shapes"))
    const updates = frames("changes")
    const taken = milliseconds(() => {
      for (const update of updates) Y.applyUpdate(doc, update)
    })
    say("board", "ms", taken, board(doc))
  },
  crowd() {
    const updates = frames("crowd")
    let doc
    const taken = median(5, () => (doc = applied(...updates)))
    say("crowd", "ms", taken, text(doc))
  },
  merge() {
    const updates = frames("session")
    for (const count of [2500, 10000]) {
      const some = updates.slice(0, count)
      let bytes
      const taken = milliseconds(() => (bytes = Y.mergeUpdates(some)))
      say(`merge-${count}`, "ms", taken, `${bytes.length} bytes`)
    }
  },
  sync() {
    const doc = applied(file("board"))
    const half = file("half")
    let bytes
    const vector = median(21, () => {
      for (let turn = 0; turn < 1000; turn++) bytes = Y.encodeStateVector(doc)
    })
    say("state-vector", "µs", vector, `${bytes.length} bytes`)
    const diff = median(21, () => (bytes = Y.encodeStateAsUpdate(doc, half)))
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

workloads[workload]()
