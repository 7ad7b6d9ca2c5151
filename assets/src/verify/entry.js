// The reader's own group: found in the pool by the entry secret, or shown to be in it by the lines from the status page.
// The secret stays in this browser; only the id that follows from it is looked for.
import { ALLOCATION_FILE } from "./allocation.js";
import { areEqual, fromHex, isHex, toBytes, toHex } from "./bytes.js";
import { parseJson } from "./json.js";
import { isIncluded } from "./merkle.js";
import { entryId } from "./order.js";
import { POOL_FILE, findEntry, readPool } from "./pool.js";
import { Refused } from "./refused.js";

/** The name that errors give to what the reader brought. */
export const OWN_LINES = "own-lines";
const refuse = (code, values) => new Refused(OWN_LINES, code, values);
const ALLOCATION_LINE = /^([0-9a-f]{32}),([RSL]),(offer|rain-check),([A-Z0-9]{2,4}),([0-9-]*),([0-9:]*)$/;

/** Facts about one entry of a checked draw, as codes with values. `secret` is 64 hex digits or empty. */
export function describeEntry(check, { secret, ownLines }) {
  const wanted = secret ? entryId(readSecret(secret), check.manifest.drawId) : null;
  if (check.allocation) return describeInPool(check, wanted ?? readOwn(check, ownLines).id);
  if (!ownLines) return { id: toHex(wanted), facts: [{ code: "entry_needs_lines" }] };
  const own = readOwn(check, ownLines);
  if (wanted && !areEqual(wanted, own.id)) throw refuse("own_other_id", { found: toHex(wanted) });
  return { id: toHex(own.id), facts: describeOwn(check, own) };
}

function readSecret(text) {
  const secret = text.replace(/\s/g, "").toLowerCase();
  if (!isHex(secret, 64)) throw refuse("own_secret_form");
  return fromHex(secret);
}

function describeInPool(check, id) {
  const position = findEntry(check.pool, id);
  if (position < 0) return { id: toHex(id), facts: [{ code: "entry_not_in_pool", values: { count: check.pool.count } }] };
  const rank = check.allocation.order.indexOf(position) + 1;
  const facts = [
    { code: "entry_in_pool", values: { line: position + 1, count: check.pool.count, size: check.pool.sizes[position] } },
    { code: "entry_rank", values: { rank, count: check.pool.count } },
  ];
  const outcome = check.allocation.outcomes.get(position);
  if (outcome) return { id: toHex(id), facts: [...facts, describeOutcome(outcome)] };
  facts.push({ code: "entry_not_selected" });
  for (const port of check.pool.portLists[check.pool.ports[position]]) {
    const last = check.allocation.cutoffs.get(port);
    if (last !== undefined) facts.push({ code: "entry_cutoff", values: { port, rank: last } });
  }
  return { id: toHex(id), facts };
}

function describeOutcome({ step, outcome, port, date, band }) {
  if (outcome === "rain-check") return { code: step === "R" ? "entry_kept_rain_check" : "entry_rain_check", values: { port } };
  return { code: { R: "entry_offer_rain", S: "entry_offer_seniority", L: "entry_offer_lottery" }[step], values: { port, date, band } };
}

function describeOwn(check, { pool, allocation, id }) {
  const facts = [
    { code: "entry_line_in_pool", values: { line: pool.index + 1, count: pool.size, size: readPool(toBytes(`${pool.line}\n`)).sizes[0] } },
  ];
  if (!check.isDrawn()) return [...facts, { code: "entry_not_drawn" }];
  if (!allocation) return [...facts, { code: "entry_no_outcome_line" }];
  const match = ALLOCATION_LINE.exec(allocation.line);
  if (!match || match[1] !== toHex(id)) throw refuse("own_other_outcome");
  const [, , step, outcome, port, date, band] = match;
  return [...facts, describeOutcome({ step, outcome, port, date, band }), { code: "entry_line_in_allocation" }];
}

function readOwn(check, text) {
  const document = parseJson(text, OWN_LINES);
  if (!(document instanceof Map)) throw refuse("own_form");
  if (document.get("draw_id") !== check.manifest.drawId) throw refuse("own_other_draw", { expected: check.manifest.drawId });
  const pool = readProof(document.get("pool"));
  if (pool.size !== check.manifest.count || !isProven(pool, check.manifest.poolRoot)) throw refuse("own_not_proven", { name: POOL_FILE });
  let allocation = null;
  if (check.isDrawn() && (document.get("allocation") ?? null) !== null) {
    allocation = readProof(document.get("allocation"));
    if (!isProven(allocation, check.claimed.allocation_root)) throw refuse("own_not_proven", { name: ALLOCATION_FILE });
  }
  return { pool, allocation, id: fromHex(pool.line.slice(0, 32)) };
}

function readProof(value) {
  const [line, index, size, proof] = ["line", "index", "size", "proof"].map((key) => (value instanceof Map ? value.get(key) : null));
  const isForm = typeof line === "string" && typeof index === "number" && typeof size === "number" && Array.isArray(proof);
  if (!isForm || !proof.every((hash) => isHex(hash, 64))) throw refuse("own_form");
  return { line, index, size, proof: proof.map(fromHex) };
}

const isProven = ({ line, index, size, proof }, root) =>
  isIncluded({ line: toBytes(line), index, size, proof, root: fromHex(root) });
