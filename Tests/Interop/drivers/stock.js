'use strict'
// Stock Yjs clients for the interop tests: Debian's y-websocket provider, untouched, many in one
// process. Python sends one JSON object a line on standard input, {id, op, …}, and gets one line back,
// {id, result} or {id, error}. What a client met (attempts, refusals, closes) is recorded beside it.
const Y = require('yjs')
const WebSocket = require('ws')
const { WebsocketProvider } = require('y-websocket')
const decoding = require('lib0/dist/decoding.cjs')
const { edit, content, corpus } = require('./edits.js')

// Yjs logs to standard output, which belongs to the replies.
console.log = console.warn = console.error

const clients = new Map()

/** A socket that only writes down what happens to it. */
const recordingSocket = record => class extends WebSocket {
  constructor (url) {
    super(url)
    record.attempts++
    this.on('error', error => record.errors.push(error.message))
    this.on('close', code => record.closes.push(code))
    // A stock client does not skip what it does not know, so nothing else may ever reach it.
    this.on('message', data => { 
      const type = new Uint8Array(data)[0]
      if (!(type <= 3)) record.foreign.push(type)
    })
  }
}

const open = ({ client, url, room, params, tabs, connect = true }) => {
  const doc = new Y.Doc()
  const record = { attempts: 0, errors: [], closes: [], denied: [], foreign: [] }
  const provider = new WebsocketProvider(url, room, doc, {
    params, connect, disableBc: !tabs, WebSocketPolyfill: recordingSocket(record)
  })
  provider.messageHandlers[2] = (_encoder, decoder) => {
    if (decoding.readVarUint(decoder) === 0) record.denied.push(decoding.readVarString(decoder))
  }
  clients.set(client, { doc, provider, record })
}

const known = ({ client }) => {
  const found = clients.get(client)
  if (!found) throw new Error(`no client ${client}`)
  return found
}

const hex = bytes => Buffer.from(bytes).toString('hex')
const bytes = text => new Uint8Array(Buffer.from(text, 'hex'))

const operations = {
  open,
  edit: request => { edit(known(request).doc, request.steps) },
  /** Edits in the very turn in which the socket opens: the update leaves before SyncStep1. */
  editOnConnect: request => {
    const { doc, provider } = known(request)
    const listener = ({ status }) => {
      if (status !== 'connected') return
      provider.off('status', listener)
      edit(doc, request.steps)
    }
    provider.on('status', listener)
  },
  state: request => {
    const { doc, provider, record } = known(request)
    return {
      ...record,
      content: content(doc),
      vector: hex(Y.encodeStateVector(doc)),
      clientID: doc.clientID,
      connected: provider.wsconnected,
      synced: provider.synced,
      awareness: Object.fromEntries(provider.awareness.getStates())
    }
  },
  update: request => hex(Y.encodeStateAsUpdate(known(request).doc)),
  /** Hands an update over from outside the provider, as a database or another tab's code would. */
  apply: request => { Y.applyUpdate(known(request).doc, bytes(request.update), 'elsewhere') },
  awareness: request => { known(request).provider.awareness.setLocalState(request.state) },
  /** What no honest client does: goes on under a number of its choice. */
  rename: request => { known(request).doc.clientID = request.clientID },
  connect: request => { known(request).provider.connect() },
  disconnect: request => { known(request).provider.disconnect() },
  /** The network cable, not the user: only this socket goes, tabs go on talking to each other. */
  cutSocket: request => {
    const { provider } = known(request)
    provider.shouldConnect = false
    if (provider.ws) provider.ws.terminate()
  },
  close: request => {
    const { provider, doc } = known(request)
    provider.destroy()
    provider.awareness.destroy()
    doc.destroy()
    clients.delete(request.client)
  },
  /** Loads bytes into a document of its own and says what real Yjs sees in them. */
  load: request => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, bytes(request.update))
    return { content: content(doc), pending: doc.store.pendingStructs !== null }
  },
  foreign: () => Array.from(clients.values()).flatMap(({ record }) => record.foreign),
  corpus: request => corpus(request.clientID).map(hex)
}

require('readline').createInterface({ input: process.stdin }).on('line', line => {
  const request = JSON.parse(line)
  let reply
  try {
    reply = { id: request.id, result: operations[request.op](request) ?? null }
  } catch (error) {
    reply = { id: request.id, error: String(error && error.stack) }
  }
  process.stdout.write(JSON.stringify(reply) + '\n')
}).on('close', () => process.exit(0))
