// The verifier's thread. It fetches the public files of a draw from this site, or takes files that the reader chose,
// computes everything again, and keeps the outcome so that the reader's own entry can be looked up.
import { readArchive } from "./archive.js";
import { hashHex } from "./bytes.js";
import { BUNDLE_FILES, DrawCheck } from "./draw.js";
import { describeEntry } from "./entry.js";
import { Refused } from "./refused.js";
import { PREVIOUS_FILES } from "./succession.js";

let check = null;

const say = (message) => self.postMessage(message);
const progress = (stage, part) => say({ kind: "progress", stage, part });

async function fetchFile(address, name) {
  let answer;
  try {
    answer = await fetch(`${address}${name}`, { credentials: "same-origin" });
  } catch {
    throw new Refused(name, "not_fetched");
  }
  if (!answer.ok) throw new Refused(name, "not_fetched");
  return new Uint8Array(await answer.arrayBuffer());
}

async function fetchFiles(address, names) {
  const files = new Map();
  for (const [at, name] of names.entries()) {
    progress("fetch", at / names.length);
    files.set(name, await fetchFile(address, name));
  }
  return files;
}

/**
 * `address` ends with a slash; `fingerprints` maps the public files to the SHA-256 that the page shows. `previous` is the
 * address of the draw before, or empty.
 */
async function checkPublic({ address, fingerprints, previous }) {
  const names = BUNDLE_FILES.filter((name) => name in fingerprints);
  const files = await fetchFiles(address, names);
  for (const name of names) {
    if (hashHex(files.get(name)) !== fingerprints[name]) throw new Refused(name, "fingerprint_differs");
  }
  const before = previous ? await fetchFiles(previous, PREVIOUS_FILES) : null;
  // What the page does not show as public is not there yet; all else must be.
  const mayLack = BUNDLE_FILES.filter((name) => !names.includes(name));
  return new DrawCheck({ files, previous: before, mayLack, progress });
}

/** `chosen` are files, each with its name and bytes: those of one bundle, or one archive. */
async function checkChosen({ chosen }) {
  progress("fetch", 0);
  const archive = chosen.length === 1 && /\.(?:tgz|tar\.gz)$/.test(chosen[0].name) ? chosen[0] : null;
  const files = archive ? await readArchive(archive.bytes, archive.name) : new Map(chosen.map(({ name, bytes }) => [name, bytes]));
  return new DrawCheck({ files, progress });
}

const TASKS = {
  async check(asked) {
    check = null;
    const next = await (asked.chosen ? checkChosen(asked) : checkPublic(asked));
    const report = next.run();
    check = next;
    return { kind: "report", report };
  },
  async entry(asked) {
    return { kind: "entry", entry: describeEntry(check, asked) };
  },
};

self.addEventListener("message", async ({ data }) => {
  try {
    say(await TASKS[data.kind](data));
  } catch (error) {
    if (!(error instanceof Refused)) {
      say({ kind: "broken", task: data.kind });
      throw error;
    }
    const { file, line, code, values } = error;
    say({ kind: "refused", task: data.kind, file, line, code, values });
  }
});
