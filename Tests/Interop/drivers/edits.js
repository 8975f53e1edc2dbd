'use strict'
// Edits, contents and sample updates of Yjs documents. Roots have fixed types by name: t… text,
// a… array, everything else map.
const Y = require('yjs')

const root = (doc, name) =>
  name[0] === 't' ? doc.getText(name) : name[0] === 'a' ? doc.getArray(name) : doc.getMap(name)

/** A map of plain values, but for `text` and `points`, which are given as {text} and {points}. */
const shape = ({ text, points, ...values }) => new Y.Map(Object.entries({
  ...values, ...(text && { text: new Y.Text(text.text) }), ...(points && { points: Y.Array.from(points.points) })
}))

/** One transaction of steps: [root, 'set' | 'delete' | 'insert' | 'push' | 'format' | 'shape', ...arguments]. */
const edit = (doc, steps) => doc.transact(() => {
  for (const [name, verb, ...given] of steps) {
    const type = root(doc, name)
    if (verb === 'set') type.set(given[0], given[1])
    else if (verb === 'delete') type.delete(...given)
    else if (verb === 'push') type.push(given)
    else if (verb === 'insert') type.insert(given[0], given[1], given[2])
    else if (verb === 'format') type.format(given[0], given[1], given[2])
    else if (verb === 'shape') type.set(given[0], shape(given[1]))
    else throw new Error(`no verb ${verb}`)
  }
})

/** Every root as JSON; text as its delta, so that formats count. */
const content = doc => {
  const found = {}
  for (const name of Array.from(doc.share.keys()).sort()) {
    const type = root(doc, name)
    const value = type instanceof Y.Text ? type.toDelta() : type.toJSON()
    if (JSON.stringify(value).length > 2) found[name] = value
  }
  return found
}

/** Real updates that between them hold every struct and content kind of maps, arrays and text. */
const corpus = clientID => {
  const doc = new Y.Doc()
  doc.clientID = clientID
  const updates = []
  doc.on('update', update => updates.push(update))
  const map = doc.getMap('m')
  const array = doc.getArray('a')
  const text = doc.getText('t')
  map.set('key', 'value')
  doc.transact(() => {
    map.set('number', -1234.5)
    map.set('big', 2 ** 40)
    map.set('many', { nested: [1, true, null, undefined, 'Привіт 🙂'], 'a b': {} })
    map.set('bytes', new Uint8Array([0, 127, 128, 255]))
  })
  array.insert(0, [1, 'two', { three: 3 }, [4], false, null])
  array.insert(2, ['between'])
  array.delete(1, 2)
  text.insert(0, 'Вареники, 12 штук 🥟, будь ласка')
  text.format(0, 8, { bold: true })
  text.insert(4, 'мид', { link: { href: 'x' } })
  text.delete(2, 6)
  text.applyDelta([{ retain: 3 }, { insert: { image: 'y' } }])
  doc.transact(() => {
    const shape = new Y.Map()
    map.set('shape', shape)
    shape.set('x', 1)
    const words = new Y.Text('inside')
    shape.set('words', words)
    words.insert(2, '—')
    const list = new Y.Array()
    shape.set('list', list)
    list.push([new Y.Map()])
  })
  map.delete('shape')
  map.set('key', 'value two')
  updates.push(Y.encodeStateAsUpdate(doc))
  return updates
}

module.exports = { edit, content, corpus }
