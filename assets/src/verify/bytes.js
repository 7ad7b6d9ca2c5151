// Bytes, hex and SHA-256. A million entries need some four million hashes, so hashers and buffers are used again.
import { sha256 } from "@noble/hashes/sha2.js";

export { sha256 };

const encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export const toBytes = (text) => encoder.encode(text);
export const toHex = (bytes) => Array.from(bytes, (byte) => HEX[byte]).join("");
export const isHex = (text, digits) => typeof text === "string" && text.length === digits && /^[0-9a-f]*$/.test(text);
export const hashHex = (bytes) => toHex(sha256(bytes));

export function fromHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const areEqual = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

/** An unsigned integer below 2^53, big-endian. */
export function bigEndian(value, length) {
  const bytes = new Uint8Array(length);
  for (let at = length - 1, rest = value; at >= 0; at -= 1, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
  return bytes;
}

/** SHA-256 begun with some bytes: `finish(rest, out, at)` writes the hash of both to `out`, as often as one likes. */
export class Begun {
  constructor(start) {
    this.begun = sha256.create().update(start);
    this.working = sha256.create();
  }

  finish(rest, out, at) {
    // noble's own way to go on from a state that many messages share, without a new object for each.
    this.begun._cloneInto(this.working);
    this.working.update(rest);
    this.working.digestInto(out.subarray(at, at + 32));
  }
}

/** HMAC-SHA-256 of many messages that begin alike, with a key of 32 bytes. */
export class Mac {
  constructor(key, start) {
    const padded = (mask) => new Uint8Array(64).fill(mask).map((byte, at) => byte ^ (key[at] ?? 0));
    this.inner = new Begun(join(padded(0x36), start));
    this.outer = new Begun(padded(0x5c));
    this.between = new Uint8Array(32);
  }

  finish(rest, out, at) {
    this.inner.finish(rest, this.between, 0);
    this.outer.finish(this.between, out, at);
  }
}

export function mac(key, message) {
  const out = new Uint8Array(32);
  new Mac(key, message).finish(new Uint8Array(0), out, 0);
  return out;
}
