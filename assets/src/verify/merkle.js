// The Merkle tree of RFC 6962 over the lines of a file.
import { Begun, areEqual, join, sha256 } from "./bytes.js";

const HASH = 32;
const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

export const leafHash = (line) => sha256(join(LEAF, line));
const parent = (left, right) => sha256(join(NODE, left, right));

/**
 * The root over the lines of `raw`, which end at `ends[i]` (the place of the LF).
 *
 * Pairing neighbours level by level and carrying an odd last one up is the same tree as the split at powers of two.
 */
export function rootOfLines(raw, ends, progress = () => {}) {
  const count = ends.length;
  if (count === 0) return sha256(new Uint8Array(0));
  const level = new Uint8Array(count * HASH);
  const leaf = new Begun(LEAF);
  let start = 0;
  for (let at = 0; at < count; at += 1) {
    leaf.finish(raw.subarray(start, ends[at]), level, at * HASH);
    start = ends[at] + 1;
    if ((at & 0x3fff) === 0) progress(at / count / 2);
  }
  const node = new Begun(NODE);
  let done = 0;
  for (let width = count; width > 1; width = (width + 1) >> 1) {
    for (let at = 0; at + 1 < width; at += 2) {
      node.finish(level.subarray(at * HASH, (at + 2) * HASH), level, (at >> 1) * HASH);
      done += 1;
      if ((done & 0x3fff) === 0) progress(0.5 + done / count / 2);
    }
    if (width & 1) level.copyWithin((width >> 1) * HASH, (width - 1) * HASH, width * HASH);
  }
  return level.slice(0, HASH);
}

/** Whether `proof` (from the bottom up) shows that `line` is leaf `index` of `size`: RFC 9162, section 2.1.3.2. */
export function isIncluded({ line, index, size, proof, root }) {
  if (index < 0 || index >= size) return false;
  let at = index;
  let last = size - 1;
  let node = leafHash(line);
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== HASH) return false;
    if (at % 2 === 1 || at === last) {
      node = parent(sibling, node);
      while (at % 2 === 0 && at > 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else node = parent(node, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && areEqual(node, root);
}
