// manifest.json: the commitment to a draw.
import { CHAIN_HASH, LAST_ROUND, roundAt, timeOfRound } from "./beacon.js";
import { hashHex } from "./bytes.js";
import { dayOfTime } from "./calendar.js";
import { Fields, parseJsonFile } from "./json.js";
import { FORMAT, PARAMS_FILE, checkRainChecksInPool } from "./params.js";
import { POOL_FILE } from "./pool.js";
import { Refused } from "./refused.js";

export const MANIFEST_FILE = "manifest.json";
/** The pool is fixed at least this many seconds before its randomness exists. */
export const FREEZE_LEAD = 600;
const KEYS = [
  "format", "draw_id", "programme", "sequence", "previous_manifest_sha256", "frozen_at", "draw_time", "n", "people",
  "pool_sha256", "pool_root", "params_sha256", "beacon",
];

const refuse = (code, values) => new Refused(MANIFEST_FILE, code, values);

/** Reads and checks manifest.json by itself. Times are seconds since 1970, hashes are hex. */
export function readManifest(raw) {
  const fields = new Fields(parseJsonFile(raw, MANIFEST_FILE), KEYS, MANIFEST_FILE);
  if (fields.text("format") !== FORMAT) throw fields.error("format", "not_format", { expected: FORMAT });
  const sequence = fields.integer("sequence", 1);
  const isFirst = fields.raw("previous_manifest_sha256") === null;
  const previousSha256 = isFirst ? null : fields.hex("previous_manifest_sha256", 64);
  if (isFirst !== (sequence === 1)) throw fields.error("previous_manifest_sha256", "previous_of_first");
  const manifest = {
    drawId: fields.slugPath("draw_id"),
    programme: fields.slugPath("programme"),
    sequence,
    previousSha256,
    frozenAt: fields.time("frozen_at"),
    drawTime: fields.time("draw_time"),
    count: fields.integer("n", 0),
    people: fields.integer("people", 0),
    poolSha256: fields.hex("pool_sha256", 64),
    poolRoot: fields.hex("pool_root", 64),
    paramsSha256: fields.hex("params_sha256", 64),
    beacon: readCommitment(fields.raw("beacon")),
    sha256: hashHex(raw),
  };
  manifest.lead = manifest.drawTime - manifest.frozenAt;
  if (manifest.beacon.kind === "drand") {
    if (manifest.lead < FREEZE_LEAD) throw fields.error("draw_time", "lead_too_short", { low: FREEZE_LEAD });
    if (manifest.beacon.round !== roundAt(manifest.drawTime)) throw fields.error("beacon.round", "round_not_first");
  } else if (manifest.lead < 0) throw fields.error("draw_time", "drawn_before_frozen");
  manifest.randomnessTime = manifest.beacon.kind === "drand" ? timeOfRound(manifest.beacon.round) : manifest.drawTime;
  return manifest;
}

/** Checks that params.json is the committed one: its bytes. */
export function checkParamsHash(manifest, raw) {
  if (hashHex(raw) !== manifest.paramsSha256) throw new Refused(PARAMS_FILE, "hash_differs");
}

/** Checks what manifest and params.json must have in common beside the hash. */
export function checkParams(manifest, params) {
  if (params.drawId !== manifest.drawId) throw refuse("other_draw_id");
  if (params.programme !== manifest.programme) throw refuse("other_programme");
  if ((params.previous === null) !== (manifest.sequence === 1)) throw refuse("previous_draw_of_first");
}

/** Checks what manifest, params.json and pool must have in common beside the hashes. */
export function checkPool(manifest, params, pool) {
  if (manifest.count !== pool.count) throw refuse("other_count", { found: manifest.count, expected: pool.count });
  if (manifest.people !== pool.people) throw refuse("other_people", { found: manifest.people, expected: pool.people });
  const frozenOn = dayOfTime(manifest.frozenAt);
  const late = pool.weeks.findIndex((week) => week > frozenOn);
  if (late >= 0) throw new Refused(POOL_FILE, "week_after_freeze", {}, late + 1);
  checkRainChecksInPool(params, pool);
}

function readCommitment(value) {
  const kind = value instanceof Map ? value.get("kind") : null;
  if (kind === "drand") {
    const fields = new Fields(value, ["kind", "chain_hash", "round"], MANIFEST_FILE, "beacon");
    if (fields.text("chain_hash") !== CHAIN_HASH) throw fields.error("chain_hash", "not_quicknet");
    return { kind, chainHash: CHAIN_HASH, round: fields.integer("round", 1, LAST_ROUND) };
  }
  if (kind === "local") {
    const fields = new Fields(value, ["kind", "commitment"], MANIFEST_FILE, "beacon");
    return { kind, commitment: fields.hex("commitment", 64) };
  }
  throw refuse("beacon_kind");
}
