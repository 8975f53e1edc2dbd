'use strict'
// Random sessions of several writers, some of them Yjs and some `jamboree doc session`, whose updates reach
// each other in any order, twice, merged, in both formats. Beside each of ours there is a document of Yjs
// that gets the very same bytes: at the end, and on the way, both must say the same.
//
// usage: node fuzz.js JAMBOREE < lines
// A line {"seed": 7} plays a session and answers {seed, updates, vector, shown, cuts}, or {seed, error}. A
// line {"check": UPDATE} answers {difference}: what this holds otherwise than the session before, or null.
const { spawn } = require('child_process')
const readline = require('readline')
const Y = require('yjs')
const steps = require('./steps.js')
const { generator, hex, unhex } = steps
const { choose, perform, root } = steps(Y)
const { shown, normal, joined, difference, text } = require('./shown.js')(Y)

const ROOTS = ['m', 'a', 't', 'x']

/** A process of ours: a line in, a line out. */
class Engine {
  constructor (binary) {
    this.process = spawn(binary, ['doc', 'session'], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.waiting = []
    this.ended = null
    readline.createInterface({ input: this.process.stdout }).on('line', line => this.waiting.shift().resolve(JSON.parse(line)))
    this.process.stdin.on('error', () => {})
    this.process.on('exit', (code, signal) => {
      this.ended = new Error(`our process ended: ${code} ${signal}`)
      for (const { reject } of this.waiting.splice(0)) reject(this.ended)
    })
  }

  async say (line) {
    if (this.ended) throw this.ended
    this.process.stdin.write(JSON.stringify(line) + '\n')
    const answer = await new Promise((resolve, reject) => this.waiting.push({ resolve, reject }))
    if (answer.error) throw new Error(`${JSON.stringify(line).slice(0, 400)}: ${answer.error}`)
    return answer
  }
}

const same = (what, left, right) => {
  if (left !== right) throw new Error(`${what}: ${left}\n  instead of ${right}`)
}

/** One writer or reader. `doc` is its document, or stands beside that of our engine. */
class Peer {
  constructor (session, id, engine, keeps) {
    Object.assign(this, { session, id, engine, keeps, seen: new Set() })
    this.doc = new Y.Doc({ gc: !keeps })
    // What stands beside ours writes nothing itself, and must not take our id for a conflict.
    this.doc.clientID = engine ? id + 5000 : id
    this.news = []
    this.doc.on('update', (update, _, __, transaction) => {
      if (transaction.local) this.news.push(update)
    })
  }

  async start () {
    if (this.engine) await this.engine.say({ new: this.id, keepDeleted: this.keeps })
  }

  get waits () {
    return Boolean(this.doc.store.pendingStructs || this.doc.store.pendingDs)
  }

  async edit (random) {
    const names = random.shuffle([...this.session.roots]).slice(0, random.pick([1, 1, 1, 2]))
    const edit = names.map(name => choose(random, this.doc, name, this.session.cuts))
    if (!this.engine) {
      this.doc.transact(() => edit.forEach(step => perform(this.doc, step)))
      return this.tell()
    }
    const { update } = await this.engine.say({ edit })
    if (update === null) return
    this.seen.add(this.session.updates.push(unhex(update)) - 1)
    Y.applyUpdate(this.doc, unhex(update))
    await this.tell()
    if (random.chance(0.2)) await this.compareShown()
  }

  /** What Yjs wrote goes to all: edits, and idle marks that it tidies up after others. */
  async tell () {
    for (const update of this.news.splice(0)) {
      this.seen.add(this.session.updates.push(update) - 1)
      if (this.engine) await this.engine.say({ apply: hex(update) })
    }
  }

  async take (random, indices, plainly = false) {
    const { updates } = this.session
    for (const index of indices) this.seen.add(index)
    const given = indices.map(index => updates[index])
    let update = given[0]
    if (given.length > 1) {
      update = Y.mergeUpdates(given)
      if (this.engine && this.session.merges) {
        const own = await this.engine.say({ merge: given.map(hex) })
        const found = difference(Y.decodeUpdate(unhex(own.update)), Y.decodeUpdate(update))
        if (found) throw new Error(`merged otherwise: ${found}`)
        if (random.chance(0.5)) update = unhex(own.update)
      }
    }
    const isV2 = !plainly && random.chance(0.5)
    if (isV2) update = Y.convertUpdateFormatV1ToV2(update)
    ;(isV2 ? Y.applyUpdateV2 : Y.applyUpdate)(this.doc, update)
    if (this.engine) {
      const { waits } = await this.engine.say({ apply: hex(update), format: isV2 ? 'v2' : 'v1' })
      // Yjs goes back to what waits later than it could at times: it may wait alone, but ours may not.
      if (waits) same('waits', waits, this.waits)
    }
    await this.tell()
  }

  async compareShown () {
    const mine = {}
    const views = { m: 'map', a: 'array', t: 'text', x: 'xml' }
    for (const name of ROOTS) mine[name] = normal((await this.engine.say({ show: [name], as: views[name] })).value)
    mine.t = joined(mine.t)
    same('shown', text(mine), text(shown(this.doc)))
  }

  /** Everything of ours against the document beside it. */
  async compare () {
    await this.compareShown()
    const wanted = Y.encodeStateAsUpdate(this.doc)
    const { vector } = await this.engine.say({ vector: true })
    const clocks = of => text(Object.fromEntries(of))
    same('state vector', clocks(Y.decodeStateVector(unhex(vector))), clocks(Y.decodeStateVector(Y.encodeStateVector(this.doc))))
    const v1 = unhex((await this.engine.say({ state: 'v1' })).state)
    const v2 = unhex((await this.engine.say({ state: 'v2' })).state)
    const decoded = Y.decodeUpdate(wanted)
    same('state in v1', difference(Y.decodeUpdate(v1), decoded), null)
    same('state in v2', difference(Y.decodeUpdateV2(v2), decoded), null)
    for (const [apply, bytes] of [[Y.applyUpdate, v1], [Y.applyUpdateV2, v2]]) {
      const newcomer = new Y.Doc()
      apply(newcomer, bytes)
      same('our state in Yjs', text(shown(newcomer)), text(shown(this.doc)))
    }
    same('compare', (await this.engine.say({ compare: hex(wanted) })).equal, true)
  }
}

let last = null

const play = async (seed, engines) => {
  const random = generator(seed)
  const session = { updates: [], cuts: random.chance(0.1), merges: true, roots: random.shuffle([...ROOTS]).slice(0, 1 + random.int(4)) }
  // yrs makes 0 of -0, and cuts surrogate pairs in a way of its own.
  random.isYjsOnly = session.cuts
  const ids = random.shuffle([1, 2, 7, 300, 70000, 4294967291 - random.int(100), random.int(4294967296)])
  const free = engines.slice(1)
  const count = 2 + random.int(3)
  const writers = Array.from({ length: count }, (_, i) =>
    new Peer(session, ids[i] || 9, (i === 0 || random.chance(0.4)) && free.length > 0 ? free.pop() : null, random.chance(0.2)))
  const readers = [new Peer(session, 4000, engines[0], false), new Peer(session, 4001, null, false)]
  const all = [...writers, ...readers]
  for (const peer of all) await peer.start()

  const missing = peer => session.updates.map((_, i) => i).filter(i => !peer.seen.has(i))
  for (let turn = 12 + random.int(30); turn > 0; turn--) {
    const peer = random.pick(writers)
    if (random.chance(0.65)) {
      await peer.edit(random)
      continue
    }
    const waiting = random.shuffle(missing(peer))
    // Some come twice, some much later.
    const known = random.chance(0.3) && session.updates.length > 0 ? [random.int(session.updates.length)] : []
    const now = random.shuffle([...waiting.slice(0, random.int(waiting.length + 1)), ...known])
    while (now.length > 0) await peer.take(random, now.splice(0, random.pick([1, 1, 2, 4])))
  }
  // What Yjs tidies up when all is there are updates again.
  for (let isNew = true, round = 0; isNew; round++) {
    if (round > 20) throw new Error('Yjs does not come to an end')
    isNew = false
    for (const peer of all) {
      const waiting = random.shuffle(missing(peer))
      // Yjs sometimes loses something where it merges or converts what has holes: once more, as it was told.
      if (waiting.length === 0 && peer.waits && !peer.isTold) {
        peer.isTold = isNew = true
        for (const index of session.updates.keys()) await peer.take(random, [index], true)
      }
      isNew = isNew || waiting.length > 0
      while (waiting.length > 0) await peer.take(random, waiting.splice(0, random.pick([1, 1, 1, 3])))
    }
  }
  for (const peer of all) {
    same('still waits', peer.waits, false)
    if (peer.engine) await peer.compare()
  }
  const shows = all.map(peer => text(shown(peer.doc)))
  // A cut pair is replaced where it is cut first: there Yjs differs from itself.
  for (const each of session.cuts ? [] : shows) same('shown by another', each, shows[0])
  const doc = readers[1].doc
  last = Y.decodeUpdate(Y.encodeStateAsUpdate(doc))
  return {
    updates: session.updates.map(hex),
    vector: Object.fromEntries(Y.decodeStateVector(Y.encodeStateVector(doc))),
    shown: shown(doc),
    cuts: session.cuts,
    written: writers.filter(peer => peer.engine).length
  }
}

const main = async () => {
  const start = () => Array.from({ length: 3 }, () => new Engine(process.argv[2]))
  let engines = start()
  const answer = async line => {
    if (line.check) {
      try { return { difference: difference(Y.decodeUpdate(unhex(line.check)), last) } } catch (error) { return { error: error.stack } }
    }
    try { return { seed: line.seed, ...await play(line.seed, engines) } } catch (error) {
      // Half a session is in them, or they ended.
      for (const engine of engines) engine.process.kill()
      engines = start()
      return { seed: line.seed, error: error.stack }
    }
  }
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n')
  }
  for (const engine of engines) engine.process.stdin.end()
}

main()
