// params.json: all that an allocation depends on beside the pool.
import { fromHex, isHex } from "./bytes.js";
import { isBand, isDayForm, parseDay } from "./calendar.js";
import { Fields, parseJsonFile } from "./json.js";
import { LARGEST_SIZE, PORT, findEntry } from "./pool.js";
import { Refused } from "./refused.js";

export const FORMAT = "VLOT-1";
export const PARAMS_FILE = "params.json";
const DROP_REASONS = ["withdrawn", "grown", "offered"];
const KEYS = [
  "format", "draw_id", "programme", "policy_sha256", "seniority_share", "seniority_carry", "zones", "cells", "previous",
  "rain_checks", "rain_checks_dropped",
];

const refuse = (code, values) => new Refused(PARAMS_FILE, code, values);

/** Reads and checks params.json by itself. */
export function readParams(raw) {
  const fields = new Fields(parseJsonFile(raw, PARAMS_FILE), KEYS, PARAMS_FILE);
  if (fields.text("format") !== FORMAT) throw fields.error("format", "not_format", { expected: FORMAT });
  const share = readShare(fields);
  const cells = readCells(fields);
  const params = {
    drawId: fields.slugPath("draw_id"),
    programme: fields.slugPath("programme"),
    policySha256: fields.hex("policy_sha256", 64),
    share,
    carry: fields.integer("seniority_carry", 0, share[1] - 1),
    cells,
    previous: null,
    rainChecks: [],
    dropped: [],
  };
  checkZones(fields, cells);
  params.previous = readPrevious(fields);
  params.rainChecks = readRainChecks(fields);
  params.dropped = readDropped(fields);
  checkRepeats(params.rainChecks.map((kept) => kept.id), "rain_checks");
  const ended = params.dropped.map((one) => one.previousId);
  checkRepeats([...params.rainChecks.map((kept) => kept.previousId), ...ended], "rain_checks, rain_checks_dropped");
  if (params.previous === null && (params.rainChecks.length || params.dropped.length || params.carry)) {
    throw refuse("first_draw_owes");
  }
  return params;
}

/** Checks that every kept rain-check belongs to an entry. */
export function checkRainChecksInPool(params, pool) {
  for (const kept of params.rainChecks) {
    if (findEntry(pool, fromHex(kept.id)) < 0) throw refuse("rain_check_without_entry", { found: kept.id });
  }
}

const isInteger = (value) => typeof value === "number";

function gcd(one, other) {
  let [a, b] = [one, other];
  while (b) [a, b] = [b, a % b];
  return a;
}

function readShare(fields) {
  const share = fields.list("seniority_share");
  if (share.length !== 2 || !share.every(isInteger)) throw fields.error("seniority_share", "share_form");
  const [a, b] = share;
  if (a < 0 || a > b || b < 1 || gcd(a, b) !== 1) throw fields.error("seniority_share", "share_lowest_terms");
  return share;
}

/** `isRemainder`: too little is left for every group, so only rain-checks may use the cell. */
function readCells(fields) {
  const cells = [];
  fields.list("cells").forEach((value, position) => {
    const key = `cells[${position}]`;
    if (!Array.isArray(value) || value.length !== 5) throw refuse("cell_form", { key });
    const [port, date, band, capacity, free] = value;
    checkPort(port, key);
    if (typeof date !== "string" || typeof band !== "string") throw refuse("cell_texts", { key });
    if (!isInteger(capacity) || !isInteger(free) || free < 0 || free > capacity) throw refuse("cell_numbers", { key });
    if (!isDayForm(date)) throw refuse("cell_date", { key });
    if (parseDay(date) === null) throw refuse("cell_no_such_day", { key, found: date });
    if (!isBand(band)) throw refuse("cell_band", { key });
    const cell = { port, date, band, capacity, free, isRemainder: free < LARGEST_SIZE && free < capacity };
    if (cells.length > 0 && compareCells(cells[cells.length - 1], cell) >= 0) throw refuse("cell_order", { key });
    cells.push(cell);
  });
  return cells;
}

// Dates and bands have one length, so a comparison of texts is one of days and times.
function compareCells(one, other) {
  for (const key of ["port", "date", "band"]) {
    if (one[key] !== other[key]) return one[key] < other[key] ? -1 : 1;
  }
  return 0;
}

function checkZones(fields, cells) {
  const zones = fields.raw("zones");
  if (!(zones instanceof Map)) throw fields.error("zones", "not_object");
  for (const [port, zone] of zones) {
    if (typeof zone !== "string" || zone === "") throw fields.error(`zones.${port}`, "zone_name");
  }
  const ports = new Set(cells.map((cell) => cell.port));
  if (ports.size !== zones.size || ![...ports].every((port) => zones.has(port))) throw fields.error("zones", "zone_ports");
}

function readPrevious(fields) {
  const value = fields.raw("previous");
  if (value === null) return null;
  const inner = new Fields(value, ["draw_id", "allocation_sha256"], PARAMS_FILE, "previous");
  return { drawId: inner.slugPath("draw_id"), allocationSha256: inner.hex("allocation_sha256", 64) };
}

function readRainChecks(fields) {
  return fields.list("rain_checks").map((value, position) => {
    const key = `rain_checks[${position}]`;
    if (!Array.isArray(value) || value.length !== 3) throw refuse("rain_check_form", { key });
    checkId(value[0], key);
    checkId(value[1], key);
    checkPort(value[2], key);
    return { previousId: value[0], id: value[1], port: value[2] };
  });
}

function readDropped(fields) {
  return fields.list("rain_checks_dropped").map((value, position) => {
    const key = `rain_checks_dropped[${position}]`;
    if (!Array.isArray(value) || value.length !== 2) throw refuse("dropped_form", { key });
    if (!DROP_REASONS.includes(value[1])) throw refuse("dropped_reason", { key, expected: DROP_REASONS.join(", ") });
    checkId(value[0], key);
    return { previousId: value[0], reason: value[1] };
  });
}

function checkId(value, key) {
  if (!isHex(value, 32)) throw refuse("list_id", { key });
}

function checkPort(value, key) {
  if (typeof value !== "string" || !PORT.test(value)) throw refuse("list_port", { key });
}

function checkRepeats(ids, key) {
  const seen = new Set();
  for (const id of ids) {
    if (seen.has(id)) throw refuse("id_repeated", { key, found: id });
    seen.add(id);
  }
}
