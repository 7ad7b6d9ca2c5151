// The part of a draw's page that checks the draw. The work is done in a worker; here are only the page's own parts.
// All words come from the template, where they are translated: a code stands for each.

// How long the stages of a large draw take, in hundredths of the whole.
const STAGES = { fetch: 6, beacon: 3, hashes: 8, pool: 12, tree: 32, tickets: 24, seniority: 6, lottery: 8, compare: 1 };

const language = document.documentElement.lang;
const asNumber = new Intl.NumberFormat(language);
const asDay = new Intl.DateTimeFormat(language, { dateStyle: "full", timeZone: "UTC" });

class Verifier {
  constructor(root) {
    this.root = root;
    this.worker = null;
    this.asked = "";
    this.report = null;
    this.texts = root.querySelector("[data-verify-texts]").content;
    this.part("start").addEventListener("click", () => this.check());
    this.part("stop").addEventListener("click", () => this.stop("stopped"));
    this.part("entry").addEventListener("click", () => this.findEntry());
    this.part("files").addEventListener("change", (event) => this.checkChosen(event.target));
    this.part("secret").addEventListener("keydown", (event) => event.key === "Enter" && this.findEntry());
  }

  part(name) {
    return this.root.querySelector(`[data-verify-${name}]`);
  }

  check() {
    const { address, previous } = this.root.dataset;
    const shown = document.querySelectorAll("[data-fingerprint]");
    const fingerprints = Object.fromEntries([...shown].map((one) => [one.dataset.fingerprint, one.textContent.trim()]));
    this.begin({ kind: "check", address, fingerprints, previous });
  }

  async checkChosen(input) {
    const chosen = await Promise.all(
      [...input.files].map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    // The same files can be chosen again.
    input.value = "";
    if (chosen.length > 0) this.begin({ kind: "check", chosen });
  }

  begin(task) {
    this.worker?.terminate();
    this.worker = new Worker(this.root.dataset.worker);
    this.worker.addEventListener("message", ({ data }) => this.hear(data));
    this.worker.addEventListener("error", () => this.hear({ kind: "broken", task: "check" }));
    this.report = null;
    this.entryWanted = false;
    this.part("outcome").hidden = true;
    this.part("entry-outcome").replaceChildren();
    this.showRunning(true);
    this.worker.postMessage(task);
  }

  stop(code) {
    this.worker?.terminate();
    this.worker = null;
    this.showRunning(false);
    this.say(code);
  }

  showRunning(running) {
    this.part("running").hidden = !running;
    this.part("start").hidden = running;
    this.part("stop").hidden = !running;
    this.stage = "";
    this.part("running").querySelector("progress").value = 0;
  }

  hear(message) {
    if (message.kind === "progress") this.showProgress(message);
    else if (message.kind === "entry") this.showEntry(message.entry);
    else if (message.task === "entry") this.showEntryRefused(message);
    else if (message.kind === "broken") this.stop("broken");
    else this.finish(message);
  }

  showProgress({ stage, part }) {
    // A screen reader hears each stage once, not every hundredth.
    if (stage !== this.stage) this.say(`stage_${stage}`);
    this.stage = stage;
    let done = 0;
    for (const [name, share] of Object.entries(STAGES)) {
      if (name === stage) break;
      done += share;
    }
    this.part("running").querySelector("progress").value = done + STAGES[stage] * part;
  }

  finish(message) {
    this.showRunning(false);
    this.part("status").replaceChildren();
    const refused = message.kind === "refused";
    this.report = refused ? null : message.report;
    this.part("right").hidden = refused;
    this.part("wrong").hidden = !refused;
    if (refused) this.part("reason").replaceChildren(...this.refusal(message));
    else {
      const { complete, count } = this.report;
      this.part("summary").replaceChildren(...this.sentence(complete ? "all_right" : "right_so_far", { count }));
    }
    for (const name of ["warnings", "proven", "unproven"]) this.fillList(name, refused ? [] : this.report[name]);
    this.part("outcome").hidden = false;
    if (this.entryWanted && this.report) this.askEntry();
    else this.part("outcome").focus();
  }

  fillList(name, sentences) {
    const list = this.root.querySelector(`[data-verify-list="${name}"]`);
    list.hidden = sentences.length === 0;
    list.querySelector("ul").replaceChildren(
      ...sentences.map(({ code, values = {} }) => element("li", this.sentence(code, values))),
    );
  }

  findEntry() {
    this.part("entry-outcome").replaceChildren();
    if (!this.part("secret").value.trim() && !this.part("lines")?.files.length) {
      this.showEntryRefused({ file: "own-lines", code: "own_secret_form", values: {}, line: null });
      return;
    }
    if (this.report) this.askEntry();
    else {
      this.check();
      this.entryWanted = true;
    }
  }

  async askEntry() {
    const file = this.part("lines")?.files[0];
    const ownLines = file ? await file.text() : "";
    this.worker.postMessage({ kind: "entry", secret: this.part("secret").value.trim(), ownLines });
  }

  showEntry({ id, facts }) {
    const items = facts.map(({ code, values = {} }) => element("li", this.sentence(code, values)));
    this.part("entry-outcome").replaceChildren(element("p", [element("code", [id])]), element("ul", items));
  }

  showEntryRefused(message) {
    const reason = message.kind === "broken" ? this.sentence("broken", {}) : this.refusal(message);
    this.part("entry-outcome").replaceChildren(element("p", reason));
  }

  refusal({ file, line, code, values }) {
    const reason = this.sentence(code, values);
    const named = this.word(file) ?? element("code", [file]);
    return this.fill(this.word(line === null ? "refused_at" : "refused_at_line"), { file: [named], line: [asNumber.format(line)], reason });
  }

  say(code) {
    this.part("status").textContent = this.word(code);
  }

  word(code) {
    return this.texts.querySelector(`[data-code="${CSS.escape(code)}"]`)?.textContent;
  }

  /** The nodes of a sentence with its values; what is not a number or a day is shown as code. */
  sentence(code, values) {
    const shown = Object.entries(values).map(([name, value]) => {
      if (typeof value === "number") return [name, [asNumber.format(value)]];
      if (name === "date") return [name, [asDay.format(new Date(`${value}T00:00:00Z`))]];
      return [name, [element("code", [String(value)])]];
    });
    return this.fill(this.word(code), Object.fromEntries(shown));
  }

  fill(pattern, values) {
    return pattern.split(/(\{\w+\})/).flatMap((part) => values[/^\{(\w+)\}$/.exec(part)?.[1]] ?? [part]);
  }
}

function element(name, children) {
  const made = document.createElement(name);
  if (name === "ul") made.className = "usa-list";
  made.append(...children);
  return made;
}

for (const root of document.querySelectorAll("[data-verify]")) new Verifier(root);
