// What Yjs reports of remote updates: `node observe.js FIRST COUNT` prints one JSON line a session.
//
// Two people edit, a third document applies what they send and is observed. Each line has the
// updates of its transactions in hex and, for each of them, the events: root, path, keys, delta. (A
// remote update may be followed by a transaction in which Yjs deletes marks that say nothing.)
"use strict"
const Y = require("yjs")

const { generator, roots, edit, NAMES } = require("./random_edits.js")

const shown = value => (value instanceof Y.AbstractType ? { $type: value.constructor.name } : value)

// As `event.path` has it since Yjs 13.6; before, its indices counted runs, not elements.
function pathTo(type) {
  const { parent, _item } = type
  if (parent === null) return []
  if (_item.parentSub !== null) return [...pathTo(parent), _item.parentSub]
  if (!(parent instanceof Y.Text)) return [...pathTo(parent), parent.toArray().indexOf(type)]
  let index = 0
  for (const { insert } of parent.toDelta()) {
    if (insert === type) break
    index += typeof insert === "string" ? insert.length : 1
  }
  return [...pathTo(parent), index]
}

function reported(event, root) {
  const delta = event.delta.map(({ insert, ...rest }) => {
    if (insert === undefined) return rest
    return { insert: typeof insert === "string" ? insert : [insert].flat(event.target instanceof Y.Text ? 0 : 1).map(shown), ...rest }
  })
  const keys = [...event.changes.keys].map(([key, { action, oldValue }]) => ({
    key, action, ...(action === "add" ? {} : { old: shown(oldValue) ?? null }),
  }))
  return { root, path: pathTo(event.target), keys, delta }
}

function session(seed) {
  const random = generator(seed)
  const writers = [new Y.Doc(), new Y.Doc()]
  const observer = new Y.Doc()
  writers.forEach((doc, index) => { doc.clientID = [7, 4000000000][(index + seed) % 2] })
  observer.clientID = 99
  const inboxes = [[], []]
  const arrived = []
  writers.forEach((doc, index) =>
    doc.on("update", (update, origin) => {
      if (origin === "remote") return
      inboxes[1 - index].push(update)
      arrived.push(update)
    }))
  let events = []
  roots(observer).forEach((root, index) =>
    root.observeDeep(all => events.push(...all.map(event => reported(event, NAMES[index])))))
  const steps = []
  observer.on("update", update => {
    steps.push({ update: Buffer.from(update).toString("hex"), events })
    events = []
  })
  const deliver = () => {
    const updates = arrived.splice(0)
    if (updates.length === 0) return
    Y.applyUpdate(observer, Y.mergeUpdates(updates))
  }
  for (let step = 0; step < 40; step++) {
    const index = Math.floor(random() * 2)
    if (random() < 0.3) {
      for (const update of inboxes[index].splice(0)) Y.applyUpdate(writers[index], update, "remote")
    }
    const count = 1 + Math.floor(random() * 3)
    writers[index].transact(() => {
      for (let number = 0; number < count; number++) edit(writers[index], random)
    })
    if (random() < 0.7) deliver()
  }
  deliver()
  return { seed, steps }
}

const [first, count] = process.argv.slice(2).map(Number)
for (let seed = first; seed < first + count; seed++) console.log(JSON.stringify(session(seed)))
