// Seed, tickets, and the two orders of a draw.
import { Mac, bigEndian, fromHex, join, mac, toBytes } from "./bytes.js";
import { idAt } from "./pool.js";

const TICKET = toBytes("VLOT-1/ticket\0");
const STEP = 0x3fff;
const WORDS = 8;

/** A length of two bytes and the bytes. */
const prefixed = (bytes) => join(bigEndian(bytes.length, 2), bytes);

/** The 32 bytes of the seed; everything in it is public before pool.txt is. */
export function computeSeed(manifest, randomness) {
  const { beacon } = manifest;
  const chainHash = beacon.kind === "drand" ? fromHex(beacon.chainHash) : new Uint8Array(32);
  const message = join(
    toBytes("VLOT-1/seed\0"),
    prefixed(toBytes(manifest.drawId)),
    fromHex(manifest.poolRoot),
    bigEndian(manifest.count, 8),
    fromHex(manifest.paramsSha256),
    prefixed(chainHash),
    bigEndian(beacon.kind === "drand" ? beacon.round : 0, 8),
  );
  return mac(randomness, message);
}

/** The id that an entry secret of 32 bytes has in a draw: 16 bytes. */
export const entryId = (secret, drawId) => mac(secret, toBytes(`VLOT-1/id\0${drawId}`)).slice(0, 16);

/** Each entry's first and best ticket as eight 32-bit words, by position in the pool. */
export function drawTickets(pool, seed, progress = () => {}) {
  const ticket = new Mac(seed, TICKET);
  const numbered = new Uint8Array(18);
  const drawn = new Uint8Array(32);
  const view = new DataView(drawn.buffer);
  const draw = (number, words, at) => {
    // There are at most 64 tickets: one byte of the number's two is enough.
    numbered[17] = number;
    ticket.finish(numbered, drawn, 0);
    for (let word = 0; word < WORDS; word += 1) words[at * WORDS + word] = view.getUint32(4 * word);
  };
  const first = new Uint32Array(pool.count * WORDS);
  const best = pool.weights.every((weight) => weight === 1) ? first : new Uint32Array(pool.count * WORDS);
  const another = new Uint32Array(WORDS);
  for (let at = 0; at < pool.count; at += 1) {
    numbered.set(idAt(pool, at));
    draw(0, first, at);
    if (best !== first) {
      best.set(first.subarray(at * WORDS, (at + 1) * WORDS), at * WORDS);
      for (let number = 1; number < pool.weights[at]; number += 1) {
        draw(number, another, 0);
        if (compareWords(another, 0, best, at) < 0) best.set(another, at * WORDS);
      }
    }
    if ((at & STEP) === 0) progress(at / pool.count);
  }
  return { first, best };
}

/** Positions in the pool, ascending by (tier, best ticket, id). */
export const lotteryOrder = (pool, tickets) => sorted(pool.count, pool.tiers, tickets.best);

/** Positions in the pool, ascending by (week of registration, first ticket, id). */
export const seniorityOrder = (pool, tickets) => sorted(pool.count, pool.weeks, tickets.first);

function sorted(count, classes, words) {
  const order = new Uint32Array(count);
  for (let at = 0; at < count; at += 1) order[at] = at;
  // The pool ascends by id, so the position decides between equal tickets.
  return order.sort((one, other) => classes[one] - classes[other] || compareWords(words, one, words, other) || one - other);
}

function compareWords(one, at, other, elsewhere) {
  for (let word = 0; word < WORDS; word += 1) {
    const order = one[at * WORDS + word] - other[elsewhere * WORDS + word];
    if (order !== 0) return order;
  }
  return 0;
}
