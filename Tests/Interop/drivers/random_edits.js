// Seeded random edits of Yjs documents: text, arrays, maps and XML that hold each other.
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

const NAMES = ["t", "a", "m", "x"]
const roots = doc => [doc.getText("t"), doc.getArray("a"), doc.getMap("m"), doc.getXmlFragment("x")]

module.exports = { generator, roots, edit, NAMES }
