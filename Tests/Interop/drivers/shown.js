'use strict'
// What a document of Yjs shows, and what an update holds, as texts that can be compared.
const { hex } = require('./steps.js')

/** JSON with sorted keys. */
const text = value => JSON.stringify(value, (_, inner) =>
  inner && typeof inner === 'object' && !Array.isArray(inner)
    ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
    : inner)

/** Neighbouring runs of equal attributes as one: how a text is cut is nobody's business. */
const joined = runs => {
  const found = []
  for (const run of runs) {
    const last = found[found.length - 1]
    const isText = last && typeof last.insert === 'string' && typeof run.insert === 'string'
    if (isText && text(last.attributes || {}) === text(run.attributes || {})) last.insert += run.insert
    else found.push({ ...run })
  }
  return found
}

module.exports = Y => {
  const plain = value => {
    if (value === undefined) return { $undefined: true }
    if (typeof value === 'bigint') return { $bigint: String(value) }
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
      return { $number: Object.is(value, -0) ? '-0' : String(value) }
    }
    if (value === null || typeof value !== 'object') return value
    if (value instanceof Uint8Array) return { $bytes: hex(value) }
    if (value instanceof Y.AbstractType) return typed(value)
    if (Array.isArray(value)) return value.map(plain)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  }
  const map = type => Object.fromEntries(Array.from(type.entries()).map(([key, value]) => [key, plain(value)]))
  const runs = type => joined(type.toDelta().map(op => ({ ...op, insert: plain(op.insert) })))
  const typed = type => {
    if (type instanceof Y.XmlText || type instanceof Y.XmlFragment) return { $xml: type.toString() }
    if (type instanceof Y.Map) return { $map: map(type) }
    return type instanceof Y.Text ? { $text: runs(type) } : { $array: type.toArray().map(plain) }
  }

  const shown = doc => ({
    m: map(doc.getMap('m')),
    a: doc.getArray('a').toArray().map(plain),
    t: runs(doc.getText('t')),
    x: doc.getXmlFragment('x').toString()
  })

  /** The same of our answers: runs joined. */
  const normal = value => {
    if (Array.isArray(value)) return value.map(normal)
    if (value === null || typeof value !== 'object') return value
    if (value.$text) return { $text: joined(value.$text.map(normal)) }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, normal(inner)]))
  }

  const id = of => of ? `${of.client}:${of.clock}` : ''
  const unit = (content, offset) => {
    switch (content.constructor.name) {
      case 'ContentString': return `text ${content.str.charCodeAt(offset)}`
      case 'ContentAny': return `any ${text(plain(content.arr[offset]))}`
      case 'ContentJSON': return `json ${text(plain(content.arr[offset]))}`
      case 'ContentBinary': return `bytes ${hex(content.content)}`
      case 'ContentEmbed': return `embed ${text(plain(content.embed))}`
      case 'ContentFormat': return `mark ${content.key} ${text(plain(content.value))}`
      case 'ContentType': return `type ${content.type.constructor.name} ${content.type.nodeName || ''}`
      case 'ContentDoc': return `document ${content.doc.guid}`
      default: return 'deleted'
    }
  }

  /** An update element by element: client:clock → neighbours, place and value, or that it is deleted. */
  const elements = ({ structs, ds }) => {
    const found = new Map()
    for (const struct of structs) {
      const { client, clock } = struct.id
      for (let i = 0; i < struct.length; i++) {
        const at = `${client}:${clock + i}`
        if (struct.constructor.name === 'Skip') continue
        if (struct.constructor.name === 'GC') {
          found.set(at, 'deleted')
          continue
        }
        const left = i > 0 ? `${client}:${clock + i - 1}` : id(struct.origin)
        const right = id(struct.rightOrigin)
        const parent = left || right ? '' : `${typeof struct.parent === 'string' ? struct.parent : id(struct.parent)} ${struct.parentSub}`
        found.set(at, `${left} ${right} ${parent} ${unit(struct.content, i)}`)
      }
    }
    for (const [client, ranges] of ds.clients) {
      for (const { clock, len } of ranges) for (let i = 0; i < len; i++) found.set(`${client}:${clock + i}`, 'deleted')
    }
    return found
  }

  /** The first difference of two updates, or null. */
  const difference = (left, right) => {
    const [one, two] = [elements(left), elements(right)]
    for (const [at, what] of one) if (two.get(at) !== what) return `${at}: ${what} / ${two.get(at)}`
    for (const [at, what] of two) if (!one.has(at)) return `${at}: nothing / ${what}`
    return null
  }

  return { shown, normal, joined, difference, text }
}
