// The gate's page. With a network the server judges; without one this device does, by the day list that it loaded. Each
// arrival is kept here first and then sent, so that a network that breaks off in between loses nothing.
import { judge } from "./judge.js";
import { call, post, postJson } from "./server.js";
import { makeShow } from "./show.js";
import * as store from "./store.js";

const IDLE = 30 * 60_000;
const LIST_LASTS = 10 * 60_000;
const LOOK_AT_CLOCK = 20_000;
const FIRST_RETRY = 2_000;
const LONGEST_RETRY = 60_000;
const AT_ONCE = 50;
// Parts of the page that each answer of the server brings along.
const SIDES = ["gate-figures", "gate-bands", "gate-conflicts"];
const CAMERA = "[data-scan-start]";

async function start(root) {
  const show = makeShow(root);
  const told = root.dataset;
  const form = show.find("[data-gate-check]");
  const input = form.querySelector("[data-scan-input]");
  const device = await store.deviceId();
  form.querySelector("[data-device]").value = device;

  // The server's lead over this device's clock.
  let offset = told.now ? Number(told.now) - Date.now() : 0;
  let user = told.user ? Number(told.user) : null;
  let kept = await store.readList();
  let isOnline = navigator.onLine;
  let trouble = "";
  let retryIn = FIRST_RETRY;
  let timer = null;
  let sending = null;
  let usedAt = Date.now();
  const refused = new Set();

  const serverTime = () => Date.now() + offset;

  const isOver = ({ about }) =>
    Date.now() + about.offset >= about.expiresAt || Math.abs(Date.now() - about.usedAt) > IDLE;

  const drop = async (why) => {
    if (kept) show.find("#gate-answer").replaceChildren();
    kept = null;
    await store.dropList();
    show.list(why);
  };

  /** Takes the list from this page too when its time is over, or when another page signed out. */
  const checkList = async () => {
    if (!kept) return;
    const present = await store.readList();
    if (!present || isOver({ about: { ...present.about, usedAt } })) await drop("removed");
  };

  const showState = async () => {
    const rows = await store.waitingScans();
    const mine = rows.filter((row) => user === null || row.user === user).length;
    if (trouble === "signed_out" || trouble === "stale") show.state(trouble, rows.length);
    else if (!isOnline) show.state("offline", rows.length);
    else if (mine > 0) show.state("sending", mine);
    else if (rows.length > 0) show.state("others", rows.length);
    else show.state("online");
    if (kept) show.list("ready", kept.list.groups.length);
  };

  /** Takes in what a request says about network and session; true for an answer. */
  const heard = async ({ kind }) => {
    isOnline = kind !== "offline";
    trouble = kind === "signed_out" || kind === "stale" ? kind : "";
    // Nobody is signed in: nobody may read the list.
    if (kind === "signed_out") await drop("removed");
    if (isOnline) retryIn = FIRST_RETRY;
    return kind === "answer";
  };

  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(send, retryIn);
    retryIn = Math.min(2 * retryIn, LONGEST_RETRY);
  };

  const loadList = async () => {
    const reply = await post(told.list, { port: told.port ?? kept.about.port, device });
    if (!(await heard(reply)) || !reply.response.ok) return;
    const list = await reply.response.json();
    offset = list.now - Date.now();
    user = list.user;
    const about = { user, port: list.port, programme: told.programme ?? kept?.about.programme ?? "", offset };
    about.portName = told.portName ?? kept?.about.portName ?? list.port;
    Object.assign(about, { loadedAt: list.now, expiresAt: list.expires_at, usedAt });
    await store.keepList(list, about);
    kept = { list, about };
  };

  /** Sends what waits, in the order in which it was scanned; gives id → result. One at a time. */
  const send = () => {
    sending ??= sendWaiting().finally(() => {
      sending = null;
    });
    return sending;
  };

  const sendWaiting = async () => {
    clearTimeout(timer);
    const results = new Map();
    for (;;) {
      const rows = (await store.waitingScans()).filter((row) => row.user === user && !refused.has(row.id));
      const next = await Promise.all(rows.slice(0, AT_ONCE).map(store.openScan));
      // An empty request asks whether the network is back, and who is signed in.
      if (next.length === 0 && isOnline && user !== null) break;
      const reply = await postJson(told.scans, { scans: next });
      if (!(await heard(reply))) {
        if (reply.kind === "offline") again();
        break;
      }
      if (!reply.response.ok) break;
      const answer = await reply.response.json();
      offset = answer.now - Date.now();
      user = answer.user;
      for (const result of answer.results) {
        results.set(result.id, result);
        if (result.status === "refused") refused.add(result.id);
        else await store.forgetScan(result.id);
      }
    }
    await showState();
    return results;
  };

  const tellResult = (result) => {
    if (!result) show.tell("warning", told.waits);
    else if (result.status === "refused") show.tell("error", result.text);
    else if (result.text) show.tell(result.status === "conflict" ? "warning" : "success", result.text);
  };

  const refreshSides = async () => {
    if (!told.port) return;
    const query = new URLSearchParams({ port: told.port, programme: told.programme ?? "" });
    const reply = await call(`${told.page}?${query}`);
    if (await heard(reply)) show.adopt(await reply.response.text(), SIDES);
  };

  /** Sends in the background what was kept before, and tells what came of it. */
  const catchUp = async () => {
    const results = await send();
    for (const result of results.values()) {
      if (result.status === "conflict" || result.status === "refused") tellResult(result);
    }
    if (results.size > 0) await refreshSides();
    if (isOnline && !trouble && (kept || told.port)) {
      if (!kept || serverTime() - kept.about.loadedAt > LIST_LASTS || results.size > 0) await loadList();
    }
    await showState();
  };

  const scanOf = (fields) => ({
    device,
    port: told.port ?? kept.about.port,
    user,
    device_time: Date.now(),
    offset: Math.round(offset),
    listed_at: kept?.about.loadedAt ?? null,
    ...fields,
  });

  const checkHere = async (text) => {
    await checkList();
    if (!kept) {
      show.tell("error", told.noList);
      return;
    }
    const { list, about } = kept;
    const judged = await judge({ text, list, programme: about.programme, at: serverTime() });
    show.answer(judged, text);
    const answer = judged.answer;
    await store.keepScan(scanOf({ id: crypto.randomUUID(), text, action: "look", answer, offline: true }));
  };

  const check = async (text) => {
    show.clear();
    if (!text) {
      show.tell("error", told.nothing);
      return;
    }
    const where = { port: told.port ?? kept?.about.port ?? "", programme: told.programme ?? kept?.about.programme ?? "" };
    const reply = isOnline ? await post(told.page, { code: text, device, ...where }) : { kind: "offline" };
    if (await heard(reply)) {
      const page = show.adopt(await reply.response.text(), ["gate-answer", ...SIDES]);
      const problem = page.querySelector(".usa-error-message")?.lastChild.textContent.trim();
      if (problem) show.tell("error", problem);
    } else if (reply.kind === "offline") {
      await checkHere(text);
      again();
    }
    await showState();
  };

  const noteHere = async (ids) => {
    const group = kept?.list.groups.find((each) => each.travelers.some((traveler) => ids.includes(traveler.id)));
    if (!group) return;
    for (const traveler of group.travelers) traveler.here ||= ids.includes(traveler.id);
    group.state = "arrived";
    await store.changeList(kept.list);
  };

  const arrive = async (arrival, isWhole) => {
    const boxes = [...arrival.querySelectorAll('[name="travelers"]')];
    const travelers = boxes.filter((box) => isWhole || box.checked).map((box) => box.value);
    if (boxes.length > 0 && travelers.length === 0) {
      show.find("[data-gate-result]").replaceChildren();
      show.tell("error", told.nobody);
      return;
    }
    const fields = Object.fromEntries(["scan", "text", "answer"].map((name) => [name, arrival.elements[name].value]));
    const { scan: id, text, answer } = fields;
    const whole_group = boxes.length === 0;
    await store.keepScan(scanOf({ id, text, action: "arrival", answer, travelers, whole_group, offline: !isOnline }));
    await noteHere(travelers);
    show.clear();
    const before = sending;
    if (before) await before;
    const results = isOnline ? await send() : new Map();
    tellResult(results.get(id));
    if (results.size > 0) await refreshSides();
    await showState();
  };

  /** Where the next scan starts: the field, or the camera's button for whoever uses the camera. */
  const ready = (byCamera) => {
    input.value = "";
    const camera = form.querySelector(CAMERA);
    (byCamera && !camera.hidden ? camera : input).focus({ preventScroll: true });
    root.querySelector("#answer, [data-gate-result] > *")?.scrollIntoView({ block: "nearest" });
  };

  root.addEventListener("submit", async (event) => {
    event.preventDefault();
    const target = event.target;
    // The camera sends the form without pressing a button.
    const byCamera = event.submitter === null;
    if (target === form) await check(input.value.trim());
    else if (target.matches("[data-gate-arrival]")) await arrive(target, event.submitter?.hasAttribute("data-all-here"));
    ready(byCamera && target === form);
  });

  // A hardware scanner types wherever the focus is.
  document.addEventListener("keydown", (event) => {
    const isSign = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (isSign && (event.target === document.body || event.target.id === "main")) input.focus();
  });

  const used = () => {
    const before = usedAt;
    usedAt = Date.now();
    if (kept && usedAt - before > LOOK_AT_CLOCK) {
      kept.about.usedAt = usedAt;
      store.touchList(usedAt);
    }
  };
  for (const kind of ["keydown", "pointerdown", "submit"]) document.addEventListener(kind, used, true);

  window.addEventListener("online", catchUp);
  window.addEventListener("offline", () => {
    isOnline = false;
    showState();
    again();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) catchUp();
  });
  setInterval(checkList, LOOK_AT_CLOCK);

  if (kept && (isOver(kept) || (user !== null && kept.about.user !== user))) await drop("removed");
  if (kept && told.port && kept.about.port !== told.port) await drop("none");
  if (!kept) show.list("none");
  if (kept && told.forDevice !== undefined) {
    offset = kept.about.offset;
    user = kept.about.user;
    const heading = document.querySelector("h1");
    heading.textContent = `${heading.textContent}: ${kept.about.portName}`;
  }
  if (told.forDevice !== undefined) isOnline = false;
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(told.worker, { scope: told.page });
  if (!root.querySelector("#answer")) input.focus({ preventScroll: true });
  await showState();
  await catchUp();
  root.dataset.started = "";
}

const root = document.querySelector("[data-gate]");
if (root) start(root);

// For the tests, which hold these to the same cases as the server.
export { judge } from "./judge.js";
export { verifyByLibrary } from "./pass.js";
