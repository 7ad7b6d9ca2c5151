// The answer about a pass or a number without a network: the same rules as src/fairport/domain/gate.py. Both are held to
// the cases in tests/apps/gate/vectors.
import { readNumber } from "./codes.js";
import { readPass } from "./pass.js";

/**
 * Judges what was scanned or typed by a day list, at the server's time `at` (milliseconds).
 * `programme` is the one that this gate serves, or "" for all. Gives {answer, group?, band?, claims?}.
 */
export async function judge({ text, list, programme = "", at, verify }) {
  let number = readNumber(text);
  let claims = null;
  if (number === null) {
    const read = await readPass(text, list.keys, verify);
    if (read.problem) return { answer: read.problem };
    claims = read.claims;
    number = claims.number;
  }
  const group = list.groups.find((each) => each.number === number);
  if (!group) return { answer: claims ? judgeUnlisted(claims, list) : "not_listed", claims };
  const band = list.bands.find((each) => each.id === group.band);
  return { answer: judgeGroup(group, band, programme, at), group, band, claims };
}

function judgeUnlisted(claims, list) {
  if (claims.port !== list.port) return "other_port";
  return claims.day === list.day ? "not_listed" : "other_day";
}

// Every group of the list is at its port and on its day.
function judgeGroup(group, band, programme, at) {
  if (group.state === "cancelled") return "cancelled";
  if (group.state === "no_show") return "missed";
  if (group.state === "arrived") return "used";
  if (programme && band.programme !== programme) return "other_programme";
  if (at < band.starts_at) return "early";
  return at < band.ends_at ? "right" : "late";
}
