// JSON as strict as the format wants it, and the typed keys of an object. JSON.parse would take the last of two equal
// keys, and 1.0 or 1e0 for 1; two verifiers that accept different things can be told different stories.
import { isTimeForm, parseTime } from "./calendar.js";
import { isHex } from "./bytes.js";
import { Refused } from "./refused.js";

const MAX_NESTING = 8;
const SLUG_PATH = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\/[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const BLANK = /[ \t\n]*/y;
const ESCAPES = new Map(Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }));
// With the flag u a pair of surrogates is one character, so only a lone one matches.
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Parses a JSON file of a bundle: objects become maps, all numbers are safe integers. */
export function parseJsonFile(raw, file) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Refused(file, "not_utf8");
  }
  if (text.startsWith("\ufeff")) throw new Refused(file, "byte_order_mark");
  if (text.includes("\r") || !text.endsWith("\n")) throw new Refused(file, "line_ends");
  return parseJson(text, file);
}

/** Parses JSON text with the rules of the format, except for those about bytes and line ends. */
export function parseJson(text, file) {
  return new Reader(text, file).document();
}

class Reader {
  constructor(text, file) {
    this.text = text;
    this.file = file;
    this.at = 0;
    this.depth = 0;
  }

  document() {
    const value = this.value();
    this.blank();
    if (this.at < this.text.length) this.bad();
    return value;
  }

  value() {
    this.blank();
    const sign = this.text[this.at];
    if (sign === "{") return this.nested(() => this.object());
    if (sign === "[") return this.nested(() => this.array());
    if (sign === '"') return this.string();
    for (const [word, meaning] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return meaning;
      }
    }
    for (const word of ["NaN", "Infinity", "-Infinity"]) {
      if (this.text.startsWith(word, this.at)) throw new Refused(this.file, "not_whole_number");
    }
    return this.number();
  }

  nested(read) {
    this.depth += 1;
    if (this.depth > MAX_NESTING) throw new Refused(this.file, "nested_too_deep", { most: MAX_NESTING });
    this.at += 1;
    const value = read();
    this.depth -= 1;
    return value;
  }

  object() {
    const found = new Map();
    if (this.ends("}")) return found;
    do {
      this.blank();
      if (this.text[this.at] !== '"') this.bad();
      const key = this.string();
      this.expect(":");
      const value = this.value();
      if (found.has(key)) throw new Refused(this.file, "key_twice", { key });
      found.set(key, value);
    } while (this.goesOn("}"));
    return found;
  }

  array() {
    const found = [];
    if (this.ends("]")) return found;
    do found.push(this.value());
    while (this.goesOn("]"));
    return found;
  }

  string() {
    this.at += 1;
    let whole = "";
    for (;;) {
      whole += this.match(PLAIN)[0];
      const sign = this.text[this.at];
      this.at += 1;
      if (sign === '"') break;
      if (sign !== "\\") this.bad(-1);
      const escape = this.text[this.at];
      this.at += 1;
      if (escape === "u") {
        const digits = this.text.slice(this.at, this.at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.bad();
        whole += String.fromCharCode(parseInt(digits, 16));
        this.at += 4;
      } else if (ESCAPES.has(escape)) whole += ESCAPES.get(escape);
      else this.bad(-1);
    }
    if (LONE_SURROGATE.test(whole)) throw new Refused(this.file, "bad_unicode");
    return whole;
  }

  number() {
    const match = this.match(NUMBER);
    if (!match) this.bad();
    const [digits, fraction, exponent] = match;
    if (fraction || exponent) throw new Refused(this.file, "not_whole_number");
    if (digits === "-0") throw new Refused(this.file, "minus_zero");
    if (!Number.isSafeInteger(Number(digits))) throw new Refused(this.file, "number_too_large");
    return Number(digits);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  blank() {
    this.match(BLANK);
  }

  ends(sign) {
    this.blank();
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  goesOn(end) {
    if (this.ends(end)) return false;
    this.expect(",");
    return true;
  }

  expect(sign) {
    this.blank();
    if (this.text[this.at] !== sign) this.bad();
    this.at += 1;
  }

  bad(by = 0) {
    const before = this.text.slice(0, this.at + by);
    const row = before.split("\n").length;
    throw new Refused(this.file, "not_json", { row, column: before.length - before.lastIndexOf("\n") });
  }
}

/** The keys of one object: exactly the expected ones, each read with its type. `name` says where the object stands. */
export class Fields {
  constructor(value, expected, file, name = "") {
    this.file = file;
    this.name = name;
    if (!(value instanceof Map)) throw name ? this.error("", "not_object") : new Refused(file, "document_not_object");
    for (const key of [...expected].sort()) if (!value.has(key)) throw this.error(key, "key_missing");
    for (const key of [...value.keys()].sort()) if (!expected.includes(key)) throw this.error(key, "key_not_allowed");
    this.values = value;
  }

  raw(key) {
    return this.values.get(key);
  }

  text(key) {
    const value = this.values.get(key);
    if (typeof value !== "string") throw this.error(key, "not_text");
    return value;
  }

  integer(key, low, high = Number.MAX_SAFE_INTEGER) {
    const value = this.values.get(key);
    if (typeof value !== "number" || value < low || value > high) {
      throw this.error(key, high === Number.MAX_SAFE_INTEGER ? "not_at_least" : "not_between", { low, high });
    }
    return value;
  }

  hex(key, digits) {
    const value = this.text(key);
    if (!isHex(value, digits)) throw this.error(key, "not_hex", { digits });
    return value;
  }

  slugPath(key) {
    const value = this.text(key);
    if (value.length > 64 || !SLUG_PATH.test(value)) throw this.error(key, "not_id");
    return value;
  }

  /** Seconds since 1970. */
  time(key) {
    const text = this.text(key);
    if (!isTimeForm(text)) throw this.error(key, "not_time");
    const seconds = parseTime(text);
    if (seconds === null) throw this.error(key, "no_such_time", { found: text });
    return seconds;
  }

  list(key) {
    const value = this.values.get(key);
    if (!Array.isArray(value)) throw this.error(key, "not_list");
    return value;
  }

  error(key, code, values = {}) {
    return new Refused(this.file, code, { key: [this.name, key].filter(Boolean).join("."), ...values });
  }
}
