'use strict'
// Records random sessions of real Yjs: what one document is told, and what it answers, as lines that
// `jamboree doc session` takes and answers.
//
// usage: node session.js SEED [STEPS]      prints JSON lines {line, expect}
// Environment: YJS, the module of another Yjs than the installed one; MODERN=1 where that is 13.6, for what
// 13.5 does in its own way.
const { pathToFileURL } = require('url')
const { generator } = require('./random')

const MODERN = process.env.MODERN === '1'
const OWN = 77
const FAR = 4294967291 // above OWN and first in the store: 13.5 lists clients as they came
const hex = bytes => Buffer.from(bytes).toString('hex')

const KEYS = ['a', 'b', '7', '12', 'ключ', 'e\u0301', '\u00e9', '']
const TEXTS = ['x', 'hello', 'дім', 'a😀b', '\n', 'e\u0301', '"\\']
const plain = (random, depth = 0) => {
  const kind = random.int(depth > 1 ? 9 : 12)
  if (kind === 0) return null
  if (kind === 1) return random.chance(0.5)
  if (kind < 5) return random.pick([0, 1, -1, 2.5, 1e21, 2147483648, -2147483649, 0.1, 123456789, 1 / 3])
  if (kind < 9) return random.pick(TEXTS)
  if (kind === 9) return Array.from({ length: random.int(3) }, () => plain(random, depth + 1))
  return Object.fromEntries(Array.from({ length: random.int(3) }, () => [random.pick(KEYS), plain(random, depth + 1)]))
}

const attributes = random => {
  const values = [null, true, 'red', 3, { href: 'x' }, { href: 'x', at: 1 }, { in: { deep: 1 } }, ['p']]
  if (MODERN) values.push(false, 0, '')
  const found = {}
  for (let i = random.int(3); i >= 0; i--) found[random.pick(['bold', 'link', '5', 'e\u0301', '\u00e9'])] = random.pick(values)
  return found
}

const record = (Y, seed, steps) => {
  const random = generator(seed)
  const doc = new Y.Doc()
  const far = new Y.Doc()
  doc.clientID = OWN
  far.clientID = FAR
  const out = []
  const say = (line, expect) => out.push(JSON.stringify({ line, expect }))
  let updates = []
  doc.on('update', update => updates.push(update))

  const newType = () => random.pick([
    ['map', '', () => new Y.Map()], ['array', '', () => new Y.Array()], ['text', '', () => new Y.Text()],
    ['xmlFragment', '', () => new Y.XmlFragment()], ['xmlText', '', () => new Y.XmlText()],
    ['xmlElement', 'Div', () => new Y.XmlElement('Div')], ['xmlHook', 'гачок', () => new Y.XmlHook('гачок')]
  ])
  /** A value for Yjs, and how the line says it. */
  const value = only => {
    const kind = random.int(10)
    if (only === 'type' || kind < 3) {
      const [name, node, make] = newType()
      return [make(), { $new: name, ...(node && { name: node }) }]
    }
    if (kind === 3) {
      const bytes = new Uint8Array([random.int(256), 1, 2].slice(0, random.int(4)))
      return [bytes, { $bytes: hex(bytes) }]
    }
    if (kind === 4) {
      const options = random.pick([{}, { autoLoad: true }, { gc: false, meta: { title: 'x' } }])
      const guid = `sub-${random.int(1000)}`
      return [new Y.Doc({ guid, ...options }), { $doc: { guid, ...options } }]
    }
    const given = plain(random)
    return [given, given]
  }
  const values = (count, only) => {
    const all = Array.from({ length: count }, () => value(only))
    return [all.map(each => each[0]), all.map(each => each[1])]
  }

  /** Every type that an edit can be in, with its path. */
  const places = root => {
    const found = []
    const visit = (type, path, kind) => {
      found.push({ type, path, kind })
      if (path.length > 4) return
      let index = 0
      for (let item = type._start; item; item = item.right) {
        if (item.deleted || !item.countable) continue
        if (item.content.type) visit(item.content.type, [...path, index], kindOf(item.content.type))
        index += item.length
      }
      if (kind === 'map' || kind === 'hook') {
        for (const [key, inner] of type.entries()) {
          if (inner instanceof Y.AbstractType) visit(inner, [...path, key], kindOf(inner))
        }
      }
    }
    visit(root.getMap('m'), ['m'], 'map')
    visit(root.getArray('a'), ['a'], 'array')
    visit(root.getText('t'), ['t'], 'text')
    visit(root.getXmlFragment('x'), ['x'], 'xml')
    return found
  }
  const kindOf = type => {
    if (type instanceof Y.XmlHook) return 'hook'
    if (type instanceof Y.Map) return 'map'
    if (type instanceof Y.Array) return 'array'
    if (type instanceof Y.Text) return 'text'
    return type instanceof Y.XmlElement ? 'element' : 'xml'
  }

  /** One random edit, done with Yjs; how the line says it. */
  const step = (root, isFar) => {
    const { type, path, kind } = random.pick(places(root))
    const at = random.int(type.length + 1)
    const count = random.int(Math.min(4, type.length - at) + 1)
    if (kind === 'map' || kind === 'hook') {
      const key = random.pick(KEYS)
      const verb = random.int(12)
      if (verb === 0 && type.clear) {
        type.clear()
        return { in: path, clear: true }
      }
      if (verb < 3) {
        type.delete(key)
        return { in: path, remove: key }
      }
      const [given, said] = value()
      type.set(key, given)
      return { in: path, set: key, to: said }
    }
    if (kind === 'text') return textStep(type, path, at, count, isFar)
    if (kind === 'element' && random.chance(0.4)) {
      const name = random.pick(KEYS)
      if (random.chance(0.3)) {
        type.removeAttribute(name)
        return { in: path, attribute: name }
      }
      const given = plain(random)
      type.setAttribute(name, given)
      return { in: path, attribute: name, to: given }
    }
    if (random.chance(0.25)) {
      type.delete(at, count)
      return { in: path, delete: count, at }
    }
    const [given, said] = values(random.int(3) + 1, kind === 'array' ? null : 'type')
    if (kind === 'array' && random.chance(0.3)) {
      type.push(given)
      return { in: path, append: said }
    }
    if (kind !== 'array' && random.chance(0.4)) {
      const child = type.length > 0 && random.chance(0.8) ? random.int(type.length) : null
      type.insertAfter(child === null ? null : type.get(child), given)
      return { in: path, insert: said, after: child }
    }
    type.insert(at, given)
    return { in: path, insert: said, at }
  }

  const textStep = (type, path, at, count, isFar) => {
    const verb = random.int(isFar ? 5 : 10)
    const words = random.pick(TEXTS)
    // Indices inside of surrogate pairs are not for comparing: there we move them.
    const isInside = index => {
      let text = ''
      for (const op of type.toDelta()) text += typeof op.insert === 'string' ? op.insert : ' '
      return /[\udc00-\udfff]/.test(text[index] || '') && /[\ud800-\udbff]/.test(text[index - 1] || '')
    }
    if (isInside(at)) at--
    while (isInside(at + count)) count++
    if (verb < 3) {
      type.insert(at, words)
      return { in: path, text: words, at }
    }
    // 13.5 leaves marks that 13.6 deletes: there nothing is deleted among marks.
    const isSpared = verb < 5 || verb > 8
    for (let item = type._start; item && isSpared && !MODERN; item = item.right) {
      if (item.content.key !== undefined) count = 0
    }
    if (verb < 5) {
      type.delete(at, count)
      return { in: path, erase: count, at }
    }
    const wanted = attributes(random)
    const said = JSON.parse(JSON.stringify(wanted))
    if (verb === 5) {
      type.insert(at, words, wanted)
      return { in: path, text: words, at, attributes: said }
    }
    if (verb < 8) {
      type.format(at, count, wanted)
      return { in: path, format: said, at, count }
    }
    if (verb === 8) {
      const [given, embed] = random.chance(0.4) ? value('type') : [{ image: 'x' }, { image: 'x' }]
      if (random.chance(0.5)) {
        type.insertEmbed(at, given, wanted)
        return { in: path, embed, at, attributes: said }
      }
      type.insertEmbed(at, given)
      return { in: path, embed, at }
    }
    const delta = [{ retain: at }, { insert: words, attributes: said }, { delete: count }, { insert: words }]
    if (count === 0) delta.splice(2, 1)
    if (at === 0) delta.shift()
    type.applyDelta(JSON.parse(JSON.stringify(delta)))
    return { in: path, delta }
  }

  const expectUpdates = () => {
    const merged = updates.length === 0 ? null : updates[updates.length - 1]
    updates = []
    if (!merged) return { update: null }
    const clients = Y.decodeUpdate(merged).ds.clients.size
    return { update: !MODERN && clients > 1 ? '*' : hex(merged) }
  }
  const turn = () => {
    if (random.chance(0.15)) {
      Y.applyUpdate(far, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(far)))
      const before = Y.encodeStateVector(far)
      far.transact(() => step(far, true))
      updates = []
      const news = Y.encodeStateAsUpdate(far, before)
      Y.applyUpdate(doc, news)
      say({ apply: hex(news) }, null)
      // Yjs tidies marks up after others in a transaction of its own; we leave that to them.
      for (const tidied of updates.slice(1)) say({ apply: hex(tidied) }, null)
      updates = []
      return
    }
    const edits = []
    doc.transact(() => {
      for (let i = random.pick([1, 1, 1, 2, 3]); i > 0; i--) edits.push(step(doc, false))
    })
    say({ edit: edits }, expectUpdates())
  }

  say({ client: OWN }, {})
  far.getMap('m').set('first', 1)
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(far))
  say({ apply: hex(Y.encodeStateAsUpdate(far)) }, null)
  updates = []
  for (let i = 0; i < steps; i++) {
    turn()
    if (i % 10 === 9) {
      // 13.5 joins some tombstones that 13.6 leaves apart.
      const state = hex(Y.encodeStateAsUpdate(doc))
      if (MODERN) say({ state: 'v1' }, { state })
      else say({ compare: state }, { equal: true })
      const { type, path } = random.pick(places(doc).filter(({ kind }) => kind !== 'map' && kind !== 'hook'))
      const [index, side] = [random.int(type.length + 1), random.pick([0, -1])]
      const position = Y.createRelativePositionFromTypeIndex(type, index, side)
      const bytes = hex(Y.encodeRelativePosition(position))
      say({ position: path, index, side }, { position: bytes, json: JSON.parse(JSON.stringify(Y.relativePositionToJSON(position))) })
      const place = Y.createAbsolutePositionFromRelativePosition(position, doc)
      say({ resolve: bytes }, { index: place && place.index })
    }
  }
  if (MODERN) say({ state: 'v2' }, { state: hex(Y.encodeStateAsUpdateV2(doc)) })
  const subdocuments = Array.from(doc.getSubdocs()).map(each => each.guid).sort()
  say({ subdocuments: true }, { subdocuments })
  return out
}

const main = async () => {
  const place = process.env.YJS || require.resolve('yjs')
  const module = await import(pathToFileURL(place))
  const Y = module.default || module
  const [seed, steps] = process.argv.slice(2).map(Number)
  process.stdout.write(record(Y, seed, steps || 60).join('\n') + '\n')
}

main()
