// What Yjs reports of remote updates: `node observe.js FIRST COUNT` prints one JSON line a session.
//
// Two people edit, a third document applies what they send and is observed. Each line has the
// updates of its transactions in hex and, for each of them, the events: root, path, keys, delta. (A
// remote update may be followed by a transaction in which Yjs deletes marks that say nothing.)
"use strict"
const Y = require("yjs")

// mulberry32: small, seeded, good enough to choose edits by.
const generator = seed => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let value = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
  return ((value ^ (value >>> 14)) >>> 0) / 4294967296
}

const KEYS = ["a", "b", "ключ"]
const FORMATS = [{ bold: true }, { bold: null }, { color: "red" }, { color: "blue" }, { bold: true, color: null }]

function typesIn(type, found = []) {
  found.push(type)
  const inner = type instanceof Y.Map ? [...type.values()] : type.toArray ? type.toArray() : []
  for (const value of inner) if (value instanceof Y.AbstractType) typesIn(value, found)
  if (type instanceof Y.Text) {
    for (const { insert } of type.toDelta()) if (insert instanceof Y.AbstractType) typesIn(insert, found)
  }
  return found
}

function edit(doc, random) {
  const number = below => Math.floor(random() * below)
  const one = list => list[number(list.length)]
  const newType = () => one([() => new Y.Map(), () => new Y.Array(), () => new Y.Text("new")])()
  const value = () => one([() => number(100), () => one(["x", "déjà"]), () => null, () => [1, { k: true }], newType])()
  const types = roots(doc).flatMap(root => typesIn(root))
  const type = one(types)
  const index = number(type.length + 1)
  const count = Math.min(type.length - index, 1 + number(3))
  if (type instanceof Y.Text) {
    switch (number(6)) {
      case 0: case 1: return type.insert(index, one(["hello", "w", "é😀", "\n"]))
      case 2: return type.insert(index, "formatted", one(FORMATS))
      case 3: return count > 0 && type.format(index, count, one(FORMATS))
      case 4: return type.insertEmbed(index, random() < 0.5 ? { image: number(9) } : new Y.Map(), one([{}, { bold: true }]))
      default: return count > 0 && type.delete(index, count)
    }
  }
  if (type instanceof Y.XmlFragment) {
    if (type instanceof Y.XmlElement && random() < 0.4) {
      return random() < 0.7 ? type.setAttribute(one(KEYS), String(number(9))) : type.removeAttribute(one(KEYS))
    }
    if (count > 0 && random() < 0.4) return type.delete(index, count)
    return type.insert(index, [random() < 0.5 ? new Y.XmlElement("p") : new Y.XmlText("text")])
  }
  if (type instanceof Y.Array) {
    return count > 0 && random() < 0.4 ? type.delete(index, count) : type.insert(index, [value(), value()])
  }
  return random() < 0.3 ? type.delete(one(KEYS)) : type.set(one(KEYS), value())
}

const roots = doc => [doc.getText("t"), doc.getArray("a"), doc.getMap("m"), doc.getXmlFragment("x")]

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

const NAMES = ["t", "a", "m", "x"]

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
