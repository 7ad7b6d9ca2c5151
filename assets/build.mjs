// Builds src/fairport/static from assets/src. Run by `npm run build` after `npm ci`; the results are committed,
// so that running Fairport needs no Node. assets.json records what they were built from.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import autoprefixer from "autoprefixer";
import * as esbuild from "esbuild";
import postcss from "postcss";
import rtlcss from "rtlcss";
import * as sass from "sass";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, "src");
const MODULES = join(HERE, "node_modules");
const STATIC = resolve(HERE, "../src/fairport/static");
const USWDS = join(MODULES, "@uswds/uswds");
const STYLE_TARGETS = ["chrome87", "firefox78", "safari14"];
const SCRIPT_TARGET = "es2020";

function compileSass() {
  const { css } = sass.compile(join(SOURCES, "scss/fairport.scss"), {
    loadPaths: [join(USWDS, "packages"), join(SOURCES, "scss")],
    quietDeps: true,
    logger: { warn: (message, { deprecation }) => deprecation || console.warn(message) },
  });
  return css;
}

/** The classes that stay, from classes.txt: exact names, and patterns for lines that end in a star. */
function allowedClasses() {
  const lines = readFileSync(join(SOURCES, "classes.txt"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  const escape = (text) => text.replace(/[^\w-]/g, "\\$&");
  return lines.map((line) => new RegExp(line.endsWith("*") ? `^${escape(line.slice(0, -1))}` : `^${escape(line)}$`));
}

/** A PostCSS plugin: keeps a selector only if every class in it is allowed. */
function onlyAllowed() {
  const allowed = allowedClasses();
  const isAllowed = (selector) =>
    // Alerts bring their icon as inline SVG.
    !/usa-alert__body::?before/.test(selector) &&
    [...selector.matchAll(/\.((?:\\.|[\w-])+)/g)].every(([, name]) =>
      allowed.some((pattern) => pattern.test(name.replaceAll("\\", ""))),
    );
  return {
    postcssPlugin: "only-allowed",
    Rule(rule) {
      if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
      const kept = rule.selectors.filter(isAllowed);
      if (kept.length === 0) rule.remove();
      else if (kept.length < rule.selectors.length) rule.selectors = kept;
    },
    AtRuleExit(rule) {
      if (rule.nodes?.length === 0) rule.remove();
    },
  };
}

/** Copies the images that are left in the style sheet, and only those. */
function copyImages(css) {
  const names = new Set([...css.matchAll(/url\(["']?img\/([^"')]+)["']?\)/g)].map((match) => match[1]));
  rmSync(join(STATIC, "img"), { recursive: true, force: true });
  for (const name of names) {
    const target = join(STATIC, "img", name);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(USWDS, "dist/img", name), target);
  }
}

async function minify(css) {
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, legalComments: "none", target: STYLE_TARGETS });
  return `/* Built from assets/ by npm run build. USWDS 3 (public domain) and others: docs/third-party.md */\n${code}`;
}

async function buildStyles() {
  const browsers = ["> 0.5%", "last 3 versions", "Firefox ESR", "not dead"];
  const plain = await postcss([onlyAllowed(), autoprefixer({ overrideBrowserslist: browsers })])
    .process(compileSass(), { from: undefined });
  copyImages(plain.css);
  writeFileSync(join(STATIC, "fairport.css"), await minify(plain.css));
  const mirrored = await postcss([rtlcss()]).process(plain.css, { from: undefined });
  writeFileSync(join(STATIC, "fairport.rtl.css"), await minify(mirrored.css));
}

/** The decoder would fetch its WebAssembly from a public CDN unless told otherwise: the address is cut out of it. */
const noOtherHost = {
  name: "no-other-host",
  setup(build) {
    build.onLoad({ filter: /barcode-detector[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/https:\/\/[\w.-]+\/npm\/zxing-wasm@/g, "/no-other-host/"),
      loader: "js",
    }));
  },
};

async function buildScripts() {
  const common = { bundle: true, minify: true, target: SCRIPT_TARGET, legalComments: "none", logLevel: "warning" };
  await esbuild.build({ ...common, entryPoints: [join(SOURCES, "page.js")], outfile: join(STATIC, "page.js"), format: "iife" });
  await esbuild.build({ ...common, entryPoints: [join(SOURCES, "passkeys.js")], outfile: join(STATIC, "office/passkeys.js"), format: "iife" });
  await esbuild.build({
    ...common,
    entryPoints: [join(SOURCES, "scan.js")],
    outfile: join(STATIC, "office/scan.js"),
    format: "iife",
    plugins: [noOtherHost],
    banner: { js: "/* Built from assets/src/scan.js with barcode-detector and zxing-wasm (MIT): docs/third-party.md */" },
  });
  await esbuild.build({ ...common, entryPoints: [join(SOURCES, "verify/page.js")], outfile: join(STATIC, "verify.js"), format: "iife" });
  await esbuild.build({
    ...common,
    entryPoints: [join(SOURCES, "verify/worker.js")],
    outfile: join(STATIC, "verify-worker.js"),
    format: "iife",
    banner: { js: "/* Built from assets/src/verify with @noble/curves and @noble/hashes (MIT): docs/third-party.md */" },
  });
  await esbuild.build({
    ...common,
    entryPoints: [join(SOURCES, "gate/page.js")],
    outfile: join(STATIC, "office/gate.js"),
    format: "esm",
    target: "es2022",
    banner: { js: "/* Built from assets/src/gate with @noble/curves and @noble/hashes (MIT): docs/third-party.md */" },
  });
  await esbuild.build({ ...common, entryPoints: [join(SOURCES, "gate/worker.js")], outfile: join(STATIC, "office/gate-worker.js"), format: "iife" });
  copyFileSync(join(MODULES, "zxing-wasm/dist/reader/zxing_reader.wasm"), join(STATIC, "office/zxing_reader.wasm"));
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

/** What was built from what: path → SHA-256, sorted, paths relative to assets/ and to the static folder. */
function record() {
  const digests = (base, paths) =>
    Object.fromEntries(paths.map((path) => [relative(base, path).replaceAll("\\", "/"), sha256(path)]).sort());
  const sources = [...filesUnder(SOURCES), join(HERE, "build.mjs"), join(HERE, "package.json"), join(HERE, "package-lock.json")];
  const built = filesUnder(STATIC).filter((path) => basename(path) !== "assets.json");
  const text = JSON.stringify({ sources: digests(HERE, sources), built: digests(STATIC, built) }, null, 2);
  writeFileSync(join(STATIC, "assets.json"), `${text}\n`);
}

mkdirSync(join(STATIC, "office"), { recursive: true });
await buildStyles();
await buildScripts();
copyFileSync(join(SOURCES, "icon.svg"), join(STATIC, "icon.svg"));
record();
