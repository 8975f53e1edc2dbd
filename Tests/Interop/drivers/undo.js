// What Yjs's UndoManager does: `node undo.js FIRST COUNT` prints one JSON line a session.
//
// One document is watched by a manager. Its person edits a copy of it with the same client id, so
// that everything comes to the watched document as an update: what can be replayed elsewhere from the
// line alone. Another person edits too, and gets and sends updates late. Times are made up.
"use strict"
let now = 1000
Date.now = () => now
console.log = () => {} // Yjs tells each time that somebody writes under the document's client id
const Y = require("yjs")
const { generator, roots, edit, NAMES } = require("./random_edits.js")

const hex = update => Buffer.from(update).toString("hex")

function session(seed) {
  const random = generator(seed)
  const number = below => Math.floor(random() * below)
  const [own, foreign] = seed % 2 ? [7, 4000000000] : [4000000000, 7]
  const [watched, hand, other] = [new Y.Doc(), new Y.Doc(), new Y.Doc()]
  other.clientID = foreign
  for (const doc of [watched, hand, other]) roots(doc)
  const scope = [NAMES, ["t"], ["m", "a"]][number(3)]
  const options = { captureTimeout: 500, ignoreRemoteMapChanges: random() < 0.25 }
  const manager = new Y.UndoManager(
    scope.map(name => roots(watched)[NAMES.indexOf(name)]), { ...options, trackedOrigins: new Set(["me"]) })
  const steps = []
  let sent = []
  watched.on("update", update => sent.push(update))
  const toOther = []
  const toWatched = []
  const apply = (doc, update, origin) => {
    if (doc !== other) doc.clientID = own
    Y.applyUpdate(doc, update, origin)
    if (doc !== other) doc.clientID = own
  }
  const caught = (doc, act) => {
    const updates = []
    const listen = update => updates.push(update)
    doc.on("update", listen)
    act()
    doc.off("update", listen)
    return updates.length === 0 ? null : Y.mergeUpdates(updates)
  }
  const note = (step, act) => {
    sent = []
    now += [1, 50, 300, 700][number(4)]
    watched.clientID = own
    act()
    steps.push({ ...step, at: now, undo: manager.undoStack.length, redo: manager.redoStack.length })
    return steps.at(-1)
  }
  const come = (update, origin) => {
    note({ op: "apply", origin, update: hex(update) }, () => apply(watched, update, origin))
    // Yjs may delete marks that say nothing, in a transaction of its own.
    for (const cleanup of sent.splice(1)) {
      steps.push({ ...steps.at(-1), origin: "cleanup", update: hex(cleanup) })
      apply(hand, cleanup, "network")
      toOther.push(cleanup)
    }
  }
  const editing = doc => caught(doc, () => {
    if (doc === hand) doc.clientID = own
    const count = 1 + number(3)
    doc.transact(() => { for (let index = 0; index < count; index++) edit(doc, random) })
  })
  for (let index = 0; index < 60; index++) {
    switch (number(12)) {
      case 0: case 1: case 2: case 3: {
        const update = editing(hand)
        if (update === null) break
        come(update, random() < 0.9 ? "me" : "else")
        toOther.push(update)
        break
      }
      case 4: case 5: {
        const update = editing(other)
        if (update !== null) toWatched.push(update)
        break
      }
      case 6:
        for (const update of toOther.splice(0)) apply(other, update, "network")
        break
      case 7:
        for (const update of toWatched.splice(0)) {
          come(update, "network")
          apply(hand, update, "network")
        }
        break
      case 8: case 9: case 10: {
        const op = random() < 0.6 ? "undo" : "redo"
        const step = note({ op }, () => { if (manager[op]() !== null) steps.did = true })
        step.did = steps.did === true
        delete steps.did
        step.updates = sent.map(hex)
        for (const update of sent.slice()) {
          apply(hand, update, "network")
          toOther.push(update)
        }
        break
      }
      default:
        if (random() < 0.7) {
          note({ op: "stop" }, () => manager.stopCapturing())
        } else {
          const clears = [random() < 0.5, random() < 0.5]
          note({ op: "clear", clears }, () => manager.clear(...clears))
        }
    }
  }
  const content = Object.fromEntries(roots(watched).map((root, index) => [
    NAMES[index], root instanceof Y.Text ? root.toString() : root.toJSON()]))
  return { seed, client: own, scope, ...options, steps, content, state: hex(Y.encodeStateAsUpdate(watched)) }
}

const [first, count] = process.argv.slice(2).map(Number)
for (let seed = first; seed < first + count; seed++) process.stdout.write(JSON.stringify(session(seed)) + "\n")
