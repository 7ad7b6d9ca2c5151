// A pass without a network: the same layout and the same order of checks as src/fairport/appointments/passes.py.
import { ed25519 } from "@noble/curves/ed25519.js";

const PREFIX = "FP1:";
const MOST_CHARACTERS = 200;
const FIXED_BYTES = 25;
const SIGNATURE_BYTES = 64;
const MOST_INITIALS_BYTES = 16;
const VERSION = 1;
const DAY_ZERO = Date.UTC(2020, 0, 1);
const DAY = 86_400_000;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Bytes of base 32 without padding; null where no encoder writes it so: one pass has one text only. */
function decode32(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let [bits, value, at] = [0, 0, 0];
  for (const sign of text) {
    const digit = BASE32.indexOf(sign);
    if (digit < 0) return null;
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >> bits) & 0xff;
    }
  }
  // Whole characters that carry nothing, or spare bits that are not zero.
  if (bits >= 5 || (value & ((1 << bits) - 1)) !== 0) return null;
  return bytes;
}

const bytesOf = (base64) => Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));

async function verifyNatively(signature, body, publicKey) {
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, body);
}

/** Slower, for browsers whose WebCrypto has no Ed25519. */
export const verifyByLibrary = async (signature, body, publicKey) =>
  ed25519.verify(signature, body, publicKey, { zip215: false });

/** Whether a signature fits, by whatever this browser has. */
export async function verifySignature(signature, body, publicKey) {
  try {
    return await verifyNatively(signature, body, publicKey);
  } catch (error) {
    if (error.name !== "NotSupportedError") throw error;
    return verifyByLibrary(signature, body, publicKey);
  }
}

/** {problem} with unreadable, truncated or forged, or {claims} that one of `keys` (key id → base64) signed. */
export async function readPass(text, keys, verify = verifySignature) {
  // What Python calls white space: without the byte order mark, and with four old separators.
  const compact = text.replace(/[^\S\ufeff]|[\x1c-\x1f\x85]/g, "").toUpperCase();
  if (compact.length > MOST_CHARACTERS || !compact.startsWith(PREFIX)) return { problem: "unreadable" };
  const content = decode32(compact.slice(PREFIX.length));
  if (content === null) return { problem: "truncated" };
  const initials = content.length - FIXED_BYTES - SIGNATURE_BYTES;
  if (initials < 0 || initials > MOST_INITIALS_BYTES) return { problem: "truncated" };
  const body = content.slice(0, -SIGNATURE_BYTES);
  if (body[0] !== VERSION) return { problem: "unreadable" };
  const keyId = [...body.slice(1, 5)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!Object.hasOwn(keys, keyId)) return { problem: "forged" };
  if (!(await verify(content.slice(-SIGNATURE_BYTES), body, bytesOf(keys[keyId])))) return { problem: "forged" };
  const view = new DataView(body.buffer, body.byteOffset);
  const letters = (from, length) => String.fromCharCode(...body.slice(from, from + length));
  const number = letters(5, 10);
  return {
    claims: {
      number: `${number.slice(0, 5)}-${number.slice(5)}`,
      port: letters(15, 3),
      day: new Date(DAY_ZERO + view.getUint16(18) * DAY).toISOString().slice(0, 10),
      bandStart: view.getUint16(20),
      bandEnd: view.getUint16(22),
      size: body[24],
      initials: new TextDecoder().decode(body.slice(FIXED_BYTES)),
    },
  };
}
