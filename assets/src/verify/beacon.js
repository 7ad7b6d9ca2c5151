// The public randomness: a round of drand's quicknet with its BLS signature, or the secret of a demonstration.
import { bls12_381 } from "@noble/curves/bls12-381.js";

import { areEqual, bigEndian, fromHex, hashHex, sha256, toBytes, toHex } from "./bytes.js";
import { Fields, parseJsonFile } from "./json.js";
import { Refused } from "./refused.js";

export const BEACON_FILE = "beacon.json";
export const CHAIN_HASH = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
/** The last round of the year 9999: the format has no later times. */
export const LAST_ROUND = 83_903_165_811;
const PUBLIC_KEY =
  "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
  "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
const GENESIS = 1692803367;
const PERIOD = 3;
const DOMAIN = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
const SIGNATURE_BYTES = 48;

const refuse = (code, values) => new Refused(BEACON_FILE, code, values);

/** When quicknet publishes a round (from 1), in seconds since 1970. */
export const timeOfRound = (round) => GENESIS + (round - 1) * PERIOD;

/** The first round that is published at or after that time. */
export const roundAt = (seconds) => Math.max(1, Math.ceil((seconds - GENESIS) / PERIOD) + 1);

/** Reads beacon.json, which has one byte form. `randomness` is 32 bytes. */
export function readBeacon(raw) {
  const document = parseJsonFile(raw, BEACON_FILE);
  const beacon = document instanceof Map && document.has("secret") ? readSecret(document) : readRound(document);
  if (!areEqual(raw, toBytes(beacon.form))) throw refuse("byte_form");
  return beacon;
}

/** Checks that a beacon is the one that the manifest promises, with its signature. */
export function checkBeacon(commitment, beacon) {
  if (commitment.kind !== beacon.kind) throw refuse(commitment.kind === "drand" ? "beacon_not_drand" : "beacon_not_local");
  if (beacon.kind === "local") {
    if (hashHex(beacon.randomness) !== commitment.commitment) throw refuse("beacon_wrong_secret");
    return;
  }
  if (beacon.round !== commitment.round) {
    throw refuse("beacon_wrong_round", { expected: commitment.round, found: beacon.round });
  }
  const code = signatureFault(beacon.round, beacon.signature);
  if (code) throw refuse(code, { found: beacon.round });
}

/**
 * What is wrong with quicknet's signature of a round, as a code; null if nothing is.
 *
 * Infinity, points outside the subgroup and other spellings of a point are refused before the pairing: with one of them
 * whoever brings the signature could choose among many that pass, and so among many seeds.
 */
export function signatureFault(round, signature) {
  let point;
  try {
    point = bls12_381.G1.Point.fromAffine(decompress(signature));
  } catch {
    return "signature_no_point";
  }
  if (point.is0()) return "signature_infinity";
  if (!point.isTorsionFree()) return "signature_subgroup";
  if (!areEqual(point.toBytes(true), signature)) return "signature_spelling";
  const scheme = bls12_381.shortSignatures;
  const message = scheme.hash(sha256(bigEndian(round, 8)), toBytes(DOMAIN));
  return scheme.verify(point, message, fromHex(PUBLIC_KEY)) ? null : "signature_wrong";
}

/** The affine coordinates of a compressed point of G1; the subgroup is not looked at. Throws if there is none. */
function decompress(bytes) {
  const field = bls12_381.fields.Fp;
  if (bytes.length !== SIGNATURE_BYTES || !(bytes[0] & 0x80)) throw new RangeError("not a compressed point");
  const rest = Uint8Array.from(bytes);
  rest[0] &= 0x1f;
  if (bytes[0] & 0x40) {
    if (bytes[0] & 0x20 || rest.some((byte) => byte !== 0)) throw new RangeError("not the point at infinity");
    return { x: 0n, y: 0n };
  }
  const x = BigInt(`0x${toHex(rest)}`);
  if (x >= field.ORDER) throw new RangeError("not below the field's order");
  const y = field.sqrt(field.add(field.mul(field.sqr(x), x), 4n));
  const isLarger = 2n * y > field.ORDER;
  return { x, y: isLarger === Boolean(bytes[0] & 0x20) ? y : field.neg(y) };
}

function readSecret(document) {
  const secret = new Fields(document, ["secret"], BEACON_FILE).hex("secret", 64);
  return { kind: "local", randomness: fromHex(secret), form: `{"secret":"${secret}"}\n` };
}

function readRound(document) {
  const fields = new Fields(document, ["round", "signature", "randomness"], BEACON_FILE);
  const signature = fields.hex("signature", 2 * SIGNATURE_BYTES);
  const round = fields.integer("round", 1);
  const randomness = sha256(fromHex(signature));
  if (fields.hex("randomness", 64) !== toHex(randomness)) throw refuse("beacon_randomness");
  const form = `{"round":${round},"signature":"${signature}","randomness":"${toHex(randomness)}"}\n`;
  return { kind: "drand", round, signature: fromHex(signature), randomness, form };
}
