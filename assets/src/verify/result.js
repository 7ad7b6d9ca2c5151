// result.json and allocation.txt: what was published, compared with what was computed again.
import { ALLOCATION_FILE } from "./allocation.js";
import { areEqual, toBytes } from "./bytes.js";
import { Fields, parseJsonFile } from "./json.js";
import { lineEnds, lineText } from "./lines.js";
import { PORT } from "./pool.js";
import { Refused } from "./refused.js";

export const RESULT_FILE = "result.json";
const HASHES = ["manifest_sha256", "seed", "allocation_sha256", "allocation_root"];
const KEYS = [...HASHES, "seniority_carry_next", "cutoffs"];

/** Reads result.json, which has one byte form. All values are in the form in which the file has them. */
export function readResult(raw) {
  const fields = new Fields(parseJsonFile(raw, RESULT_FILE), KEYS, RESULT_FILE);
  const cutoffs = fields.raw("cutoffs");
  if (!(cutoffs instanceof Map)) throw fields.error("cutoffs", "not_object");
  for (const [port, rank] of cutoffs) {
    if (!PORT.test(port) || typeof rank !== "number" || rank < 1) throw fields.error("cutoffs", "cutoff_ranks");
  }
  const result = Object.fromEntries(HASHES.map((key) => [key, fields.hex(key, 64)]));
  result.seniority_carry_next = fields.integer("seniority_carry_next", 0);
  result.cutoffs = new Map([...cutoffs].sort(([one], [other]) => (one < other ? -1 : 1)));
  if (!areEqual(raw, formatResult(result))) throw new Refused(RESULT_FILE, "byte_form");
  return result;
}

/** Compares some keys of a published result with what was computed; the first that differs is refused. */
export function compareResult(claimed, computed) {
  for (const key of KEYS) {
    if (!(key in computed)) continue;
    const [found, expected] = [claimed[key], computed[key]].map((value) =>
      value instanceof Map ? formatRanks(value) : String(value),
    );
    if (found !== expected) throw new Refused(RESULT_FILE, "result_differs", { key, found, expected });
  }
}

/** Compares allocation.txt with the computed bytes and names the first line that differs. */
export function compareAllocation(found, computed) {
  if (areEqual(found, computed)) return;
  const foundEnds = lineEnds(found, ALLOCATION_FILE);
  const computedEnds = lineEnds(computed, ALLOCATION_FILE);
  for (let at = 0; at < Math.min(foundEnds.length, computedEnds.length); at += 1) {
    const [there, again] = [lineText(found, foundEnds, at), lineText(computed, computedEnds, at)];
    if (there !== again) {
      throw new Refused(ALLOCATION_FILE, "line_differs", { found: there, expected: again }, at + 1);
    }
  }
  throw new Refused(ALLOCATION_FILE, "lines_differ", { found: foundEnds.length, expected: computedEnds.length });
}

// A map, since an object would put ports that look like numbers before all others.
const formatRanks = (cutoffs) => `{${[...cutoffs].map(([port, rank]) => `"${port}":${rank}`).join(",")}}`;

function formatResult({ cutoffs, ...rest }) {
  return toBytes(`${JSON.stringify(rest).slice(0, -1)},"cutoffs":${formatRanks(cutoffs)}}\n`);
}
