// A .tar.gz of one bundle, as the site gives it out, unpacked in memory. Only plain files with the names of a bundle
// are taken; whatever else an archive can hold is refused or passed over.
import { BUNDLE_FILES } from "./draw.js";
import { Refused } from "./refused.js";

const BLOCK = 512;
/** A pool of a million entries takes some 70 MB; more than this is no bundle. */
const MOST_BYTES = 400_000_000;

/** Names to bytes. `name` is the archive's own, for errors. */
export async function readArchive(packed, name) {
  return readTar(await unzip(packed, name), name);
}

async function unzip(packed, name) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    let part;
    try {
      part = await reader.read();
    } catch {
      throw new Refused(name, "archive_broken");
    }
    if (part.done) break;
    length += part.value.length;
    if (length > MOST_BYTES) {
      await reader.cancel();
      throw new Refused(name, "archive_too_large");
    }
    parts.push(part.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function readTar(raw, name) {
  const files = new Map();
  let folder = null;
  for (let at = 0; at + BLOCK <= raw.length && raw[at] !== 0; ) {
    const path = text(raw.subarray(at, at + 100));
    const size = parseInt(text(raw.subarray(at + 124, at + 136)).trim(), 8);
    const type = String.fromCharCode(raw[at + 156]);
    if (!Number.isInteger(size) || at + BLOCK + size > raw.length) throw new Refused(name, "archive_broken");
    const parts = path.split("/");
    if (path.startsWith("/") || parts.includes("..")) throw new Refused(name, "archive_path");
    const file = parts.pop();
    if ((type === "0" || type === "\0") && BUNDLE_FILES.includes(file)) {
      if (folder !== null && folder !== parts.join("/")) throw new Refused(name, "archive_folders");
      if (files.has(file)) throw new Refused(name, "archive_folders");
      folder = parts.join("/");
      files.set(file, raw.slice(at + BLOCK, at + BLOCK + size));
    }
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return files;
}

function text(field) {
  const end = field.indexOf(0);
  return new TextDecoder("latin1").decode(end < 0 ? field : field.subarray(0, end));
}
