// pool.txt, in columns: a million entries must fit into a phone's browser.
import { isDayForm, isMonday, parseDay } from "./calendar.js";
import { lineEnds } from "./lines.js";
import { Refused } from "./refused.js";

export const POOL_FILE = "pool.txt";
export const LARGEST_SIZE = 12;
export const PORT = /^[A-Z0-9]{2,4}$/;
const MOST_PORTS = 8;
const ID_BYTES = 16;
const COMMA = 44;
const STEP = 0x3fff;

const numbers = (first, last) => new Map(Array.from({ length: last - first + 1 }, (_, at) => [String(first + at), first + at]));
const SIZES = numbers(1, LARGEST_SIZE);
const TIERS = numbers(0, 9);
const WEIGHTS = numbers(1, 64);

/** The value of a lower-case hex digit's code, or -1. */
function digit(code) {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}

/** Reads and checks pool.txt. `weeks` are day numbers, `ports` an index into `portLists`. */
export function readPool(raw, progress = () => {}) {
  const ends = lineEnds(raw, POOL_FILE);
  const count = ends.length;
  const pool = {
    raw,
    ends,
    count,
    people: 0,
    ids: new Uint8Array(count * ID_BYTES),
    sizes: new Uint8Array(count),
    tiers: new Uint8Array(count),
    weights: new Uint8Array(count),
    weeks: new Int32Array(count),
    ports: new Uint32Array(count),
    portLists: [],
  };
  const text = new TextDecoder("ascii");
  const knownWeeks = new Map();
  const knownPorts = new Map();
  let start = 0;
  for (let at = 0; at < count; at += 1) {
    const refuse = (code, values = {}) => new Refused(POOL_FILE, code, values, at + 1);
    const line = raw.subarray(start, ends[at]);
    start = ends[at] + 1;
    const idEnd = line.indexOf(COMMA);
    const rest = idEnd < 0 ? [] : text.decode(line.subarray(idEnd + 1)).split(",");
    if (rest.length !== 5) throw refuse("pool_fields");
    if (!readId(line, idEnd, pool.ids, at)) throw refuse("pool_id");
    if (at > 0) {
      const order = compareIds(pool.ids, at - 1, at);
      if (order >= 0) throw refuse(order === 0 ? "pool_id_twice" : "pool_id_order");
    }
    const [size, tier, weight, week, ports] = rest;
    if (!SIZES.has(size)) throw refuse("pool_size");
    if (!TIERS.has(tier)) throw refuse("pool_tier");
    if (!WEIGHTS.has(weight)) throw refuse("pool_weight");
    pool.sizes[at] = SIZES.get(size);
    pool.tiers[at] = TIERS.get(tier);
    pool.weights[at] = WEIGHTS.get(weight);
    pool.people += pool.sizes[at];
    if (!knownWeeks.has(week)) knownWeeks.set(week, readWeek(week, refuse));
    pool.weeks[at] = knownWeeks.get(week);
    if (!knownPorts.has(ports)) {
      knownPorts.set(ports, pool.portLists.length);
      pool.portLists.push(readPorts(ports, refuse));
    }
    pool.ports[at] = knownPorts.get(ports);
    if ((at & STEP) === 0) progress(at / count);
  }
  return pool;
}

/** The position of an id of 16 bytes, or -1. */
export function findEntry(pool, id) {
  let low = 0;
  let high = pool.count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    let order = 0;
    for (let at = 0; at < ID_BYTES && order === 0; at += 1) order = pool.ids[middle * ID_BYTES + at] - id[at];
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export const idAt = (pool, position) => pool.ids.subarray(position * ID_BYTES, (position + 1) * ID_BYTES);

function readId(line, length, ids, position) {
  if (length !== 2 * ID_BYTES) return false;
  for (let at = 0; at < ID_BYTES; at += 1) {
    const high = digit(line[2 * at]);
    const low = digit(line[2 * at + 1]);
    if (high < 0 || low < 0) return false;
    ids[position * ID_BYTES + at] = high * 16 + low;
  }
  return true;
}

function compareIds(ids, one, other) {
  for (let at = 0; at < ID_BYTES; at += 1) {
    const order = ids[one * ID_BYTES + at] - ids[other * ID_BYTES + at];
    if (order !== 0) return order;
  }
  return 0;
}

function readWeek(text, refuse) {
  if (!isDayForm(text)) throw refuse("pool_week_form");
  const day = parseDay(text);
  if (day === null) throw refuse("no_such_day", { found: text });
  if (!isMonday(day)) throw refuse("pool_week_monday", { found: text });
  return day;
}

function readPorts(text, refuse) {
  const ports = text.split(";");
  if (ports.length > MOST_PORTS) throw refuse("pool_many_ports", { most: MOST_PORTS });
  if (!ports.every((port) => PORT.test(port))) throw refuse("pool_port");
  if (new Set(ports).size !== ports.length) throw refuse("pool_port_twice");
  return ports;
}
