// Files of ASCII lines, each ended by LF; a file without lines has no bytes.
import { Refused } from "./refused.js";

const LF = 10;
const CR = 13;

const lineOf = (raw, at) => raw.subarray(0, at).reduce((count, byte) => count + (byte === LF ? 1 : 0), 1);

/** Where the lines end: the places of the LFs. */
export function lineEnds(raw, file) {
  const strange = raw.findIndex((byte) => byte > 127);
  if (strange >= 0) throw new Refused(file, "not_ascii", {}, lineOf(raw, strange));
  const carriage = raw.indexOf(CR);
  if (carriage >= 0) throw new Refused(file, "carriage_return", {}, lineOf(raw, carriage));
  if (raw.length > 0 && raw[raw.length - 1] !== LF) {
    throw new Refused(file, "no_line_end", {}, lineOf(raw, raw.length));
  }
  const ends = [];
  for (let at = raw.indexOf(LF); at >= 0; at = raw.indexOf(LF, at + 1)) ends.push(at);
  return Uint32Array.from(ends);
}

const ascii = new TextDecoder("ascii");

/** The text of the line with that index, without its LF. */
export const lineText = (raw, ends, index) => ascii.decode(raw.subarray(index === 0 ? 0 : ends[index - 1] + 1, ends[index]));
