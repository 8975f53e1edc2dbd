'use strict'

/** A generator of our own, so that a seed is a session on every machine (xorshift). */
const generator = seed => {
  let state = seed >>> 0 || 1
  const next = () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 4294967296
  }
  for (let i = 0; i < 9; i++) next()
  const int = count => Math.floor(next() * count)
  const shuffle = list => {
    for (let i = list.length - 1; i > 0; i--) {
      const other = int(i + 1)
      ;[list[i], list[other]] = [list[other], list[i]]
    }
    return list
  }
  return { int, shuffle, pick: list => list[int(list.length)], chance: share => next() < share }
}

module.exports = { generator }
