// What a draw owes to the draw before it, as far as it can be told from that draw's manifest, parameters and result.
import { hashHex } from "./bytes.js";
import { MANIFEST_FILE, checkParams, checkParamsHash, readManifest } from "./manifest.js";
import { PARAMS_FILE, readParams } from "./params.js";
import { Refused } from "./refused.js";
import { RESULT_FILE, readResult } from "./result.js";

/** The files of the draw before that are looked at; they are public at once. */
export const PREVIOUS_FILES = [MANIFEST_FILE, PARAMS_FILE, RESULT_FILE];

/** Checks sequence, hashes, times and carry. `previous` maps names to bytes. */
export function checkSuccession(manifest, params, previous) {
  const before = readManifest(previous.get(MANIFEST_FILE));
  const rawParams = previous.get(PARAMS_FILE);
  checkParamsHash(before, rawParams);
  const paramsBefore = readParams(rawParams);
  checkParams(before, paramsBefore);
  const result = readResult(previous.get(RESULT_FILE));
  if (result.manifest_sha256 !== before.sha256) throw new Refused(RESULT_FILE, "manifest_differs");
  if (manifest.programme !== before.programme || manifest.sequence !== before.sequence + 1) {
    throw new Refused(MANIFEST_FILE, "sequence_gap", { expected: before.sequence + 1, found: manifest.sequence });
  }
  if (manifest.previousSha256 !== hashHex(previous.get(MANIFEST_FILE))) {
    throw new Refused(MANIFEST_FILE, "previous_hash", { found: before.drawId });
  }
  if (manifest.frozenAt <= before.randomnessTime) throw new Refused(MANIFEST_FILE, "frozen_too_early");
  const named = params.previous;
  if (named?.drawId !== before.drawId || named.allocationSha256 !== result.allocation_sha256) {
    throw new Refused(PARAMS_FILE, "previous_named", { found: before.drawId });
  }
  const [, oldShare] = paramsBefore.share;
  const [, newShare] = params.share;
  const carry = Number((BigInt(result.seniority_carry_next) * BigInt(newShare)) / BigInt(oldShare));
  if (params.carry !== carry) throw new Refused(PARAMS_FILE, "carry_differs", { expected: carry, found: params.carry });
}
