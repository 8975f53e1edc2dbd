// What the workloads in JavaScript share: arguments, the folder's files, clocks, and lines to print.
// Documents of both engines are read alike.
"use strict"
const { readFileSync } = require("node:fs")
const { join } = require("node:path")

const [workload, folder] = process.argv.slice(2)
const file = (name) => new Uint8Array(readFileSync(join(folder, name)))

// Byte counts, little-endian, each with so many bytes behind it.
const frames = (name) => {
  const data = readFileSync(join(folder, name))
  const found = []
  for (let offset = 0; offset < data.length; ) {
    const count = data.readUInt32LE(offset)
    found.push(new Uint8Array(data.subarray(offset + 4, offset + 4 + count)))
    offset += 4 + count
  }
  return found
}

const milliseconds = (work) => {
  const start = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - start) / 1e6
}

// Warm, as a server would be: some turns before the first that counts.
const median = (turns, work) => {
  for (let turn = 0; turn < 5; turn++) work()
  const times = []
  for (let turn = 0; turn < turns; turn++) times.push(milliseconds(work))
  return times.sort((one, other) => one - other)[turns >> 1]
}

const say = (measure, unit, value, check) => console.log(JSON.stringify({ measure, unit, value, check }))

const text = (doc) => {
  const content = doc.getText("text").toString()
  let hash = 2166136261
  for (const byte of Buffer.from(content)) hash = Math.imul(hash ^ byte, 16777619) >>> 0
  return `${content.length} units, ${hash}`
}

const board = (doc) => {
  const shapes = doc.getMap("shapes")
  let sum = 0
  for (const [, shape] of shapes) {
    for (const key of "xywh") sum += shape.get(key)
  }
  return `${shapes.size} shapes, ${sum}`
}

const resident = () => {
  for (let turn = 0; turn < 3; turn++) global.gc()
  return Number(readFileSync("/proc/self/statm", "latin1").split(" ")[1]) * 4
}

module.exports = { workload, file, frames, milliseconds, median, say, text, board, resident }
