'use strict'
// Random edits, in the words of `jamboree doc session`: chosen for a document of Yjs, and done in one.

const random = require('./random')

const hex = bytes => Buffer.from(bytes).toString('hex')
const unhex = text => new Uint8Array(Buffer.from(text, 'hex'))

/** Neighbouring seeds make sessions that have nothing in common. */
const generator = seed => random.generator(seed * 2654435761)

const KEYS = ['a', 'b', 'c', '7', 'ключ', 'e\u0301']
const TEXTS = ['x', 'hello', 'дім', 'a😀b', '😀😀', '\n', '"\\', 'a longer piece of text']
const MARKS = ['bold', 'link', 'color']
const MARK_VALUES = [null, null, true, 'red', { href: 'x' }, ['p']]
const NUMBERS = [0, 1, -1, 2.5, 1e21, 2147483648, -2147483649, 0.1, 63, 64, -64, 1 / 3]

const plain = (random, depth = 0) => {
  const kind = random.int(depth > 1 ? 9 : 14)
  if (kind === 0) return null
  if (kind === 1) return random.chance(0.5)
  if (kind < 5) return random.pick(NUMBERS)
  if (kind < 9) return random.pick(TEXTS)
  if (kind === 9) return { $bytes: hex([random.int(256), 1, 2].slice(0, random.int(4))) }
  if (kind === 10) return random.pick([{ $undefined: true }, { $number: random.isYjsOnly ? '-0' : 'Infinity' }])
  if (kind < 12) return Array.from({ length: random.int(3) }, () => plain(random, depth + 1))
  return Object.fromEntries(Array.from({ length: random.int(3) }, () => [random.pick(KEYS), plain(random, depth + 1)]))
}

const newType = random => random.pick([
  { $new: 'map' }, { $new: 'array' }, { $new: 'text' }, { $new: 'xmlText' }, { $new: 'xmlFragment' },
  { $new: 'xmlElement', name: random.pick(['p', 'Div']) }
])
const newChild = random => random.pick([{ $new: 'xmlText' }, { $new: 'xmlElement', name: random.pick(['p', 'Div']) }])
const newValue = random => random.chance(0.25) ? newType(random) : plain(random)

const marks = random => {
  const found = {}
  for (let i = random.int(2); i >= 0; i--) found[random.pick(MARKS)] = random.pick(MARK_VALUES)
  return found
}

module.exports = Y => {
  const kindOf = type => {
    if (type instanceof Y.Map) return 'map'
    if (type instanceof Y.Array) return 'array'
    if (type instanceof Y.Text) return 'text'
    return type instanceof Y.XmlElement ? 'element' : 'xml'
  }
  const root = (doc, name) =>
    ({ m: () => doc.getMap('m'), a: () => doc.getArray('a'), t: () => doc.getText('t'), x: () => doc.getXmlFragment('x') })[name]()

  const elementAt = (type, index) => {
    for (let item = type._start; item; item = item.right) {
      if (item.deleted || !item.countable) continue
      if (index < item.length) return item.content.type
      index -= item.length
    }
  }
  const find = (doc, path) => path.slice(1).reduce(
    (type, step) => typeof step === 'string' ? type.get(step) : elementAt(type, step), root(doc, path[0]))

  /** Every type below a root that an edit can be in, with its path. */
  const places = (doc, name) => {
    const found = []
    const visit = (type, path) => {
      found.push({ type, path, kind: kindOf(type) })
      if (path.length > 4) return
      let index = 0
      for (let item = type._start; item; item = item.right) {
        if (item.deleted || !item.countable) continue
        if (item.content.type) visit(item.content.type, [...path, index])
        index += item.length
      }
      if (type instanceof Y.Map) for (const [key, inner] of type.entries()) if (inner instanceof Y.AbstractType) visit(inner, [...path, key])
    }
    visit(root(doc, name), [name])
    return found
  }

  /** One random edit below a root. `cuts`: also inside of surrogate pairs. */
  const choose = (random, doc, name, cuts) => {
    const { type, path, kind } = random.pick(places(doc, name))
    let at = random.int(type.length + 1)
    let count = random.int(Math.min(6, type.length - at) + 1)
    if (kind === 'map') {
      const key = random.pick(KEYS)
      const verb = random.int(14)
      if (verb === 0) return { in: path, clear: true }
      if (verb < 4) return { in: path, remove: key }
      return { in: path, set: key, to: newValue(random) }
    }
    if (kind === 'text') {
      if (!cuts) {
        let units = ''
        for (const op of type.toDelta()) units += typeof op.insert === 'string' ? op.insert : ' '
        const inside = index => /[\udc00-\udfff]/.test(units[index] || '')
        if (inside(at)) at--
        while (inside(at + count)) count++
      }
      return chooseInText(random, path, at, count)
    }
    if (kind === 'element' && random.chance(0.4)) {
      const attribute = random.pick(KEYS)
      return random.chance(0.3) ? { in: path, attribute } : { in: path, attribute, to: random.pick(TEXTS) }
    }
    if (random.chance(0.3)) return { in: path, delete: count, at }
    // 13.5 takes no undefined by itself into an array.
    const values = Array.from({ length: random.int(3) + 1 }, () => kind === 'array' ? newValue(random) : newChild(random))
      .map(value => value && value.$undefined ? null : value)
    return kind === 'array' && random.chance(0.2) ? { in: path, append: values } : { in: path, insert: values, at }
  }

  const chooseInText = (random, path, at, count) => {
    const verb = random.int(12)
    const words = random.pick(TEXTS)
    if (verb < 4) return { in: path, text: words, at }
    if (verb < 6) return { in: path, erase: count, at }
    if (verb < 7) return { in: path, text: words, at, attributes: marks(random) }
    if (verb < 10) return { in: path, format: marks(random), at, count }
    if (verb === 10) return { in: path, embed: random.pick([{ image: 'x' }, { $new: 'map' }]), at, attributes: marks(random) }
    const delta = [{ insert: words, attributes: marks(random) }]
    if (at > 0) delta.unshift({ retain: at })
    if (count > 0) delta.push({ delete: count })
    return { in: path, delta }
  }

  const made = json => {
    if (json === null || typeof json !== 'object') return json
    if (Array.isArray(json)) return json.map(made)
    if (json.$new) {
      return {
        map: () => new Y.Map(), array: () => new Y.Array(), text: () => new Y.Text(), xmlText: () => new Y.XmlText(),
        xmlFragment: () => new Y.XmlFragment(), xmlElement: () => new Y.XmlElement(json.name)
      }[json.$new]()
    }
    if (json.$bytes !== undefined) return unhex(json.$bytes)
    if (json.$undefined) return undefined
    if (json.$number) return Number(json.$number)
    return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, made(value)]))
  }

  /** Does with Yjs what a step says. */
  const perform = (doc, step) => {
    const type = find(doc, step.in)
    if (step.set !== undefined) return type.set(step.set, made(step.to))
    if (step.remove !== undefined) return type.delete(step.remove)
    if (step.clear) return Array.from(type.keys()).forEach(key => type.delete(key))
    if (step.attribute !== undefined) return step.to === undefined ? type.removeAttribute(step.attribute) : type.setAttribute(step.attribute, step.to)
    if (step.insert) return type.insert(step.at, step.insert.map(made))
    if (step.append) return type.push(step.append.map(made))
    if (step.text !== undefined) return type.insert(step.at, step.text, step.attributes)
    if (step.embed) return type.insertEmbed(step.at, made(step.embed), step.attributes)
    if (step.format) return type.format(step.at, step.count, step.format)
    if (step.erase !== undefined) return type.delete(step.at, step.erase)
    if (step.delete !== undefined) return type.delete(step.at, step.delete)
    return type.applyDelta(step.delta)
  }

  return { choose, perform, root }
}
Object.assign(module.exports, { generator, hex, unhex })
