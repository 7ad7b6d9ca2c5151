// What the gate keeps on the device, in two databases: the day list, which ends with the session, and the scans, which
// stay until they were sent. Both are sealed with AES-GCM under keys that this browser makes and never gives out; what
// that protects, and what not, is told in docs/gate.md.
const LIST = "fairport-gate-list";
const SCANS = "fairport-gate-scans";

const STORES = { [LIST]: { kept: {} }, [SCANS]: { kept: {}, scans: { keyPath: "id" } } };

const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function open(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    for (const [store, options] of Object.entries(STORES[name])) request.result.createObjectStore(store, options);
  };
  const database = await promised(request);
  // Another page signs out, and takes the list away: it must not wait for this one.
  database.onversionchange = () => database.close();
  return database;
}

/** Runs `work(store)` in one transaction, where `store(name)` is an object store; resolves once it is on the disk. */
async function within(name, mode, work) {
  const database = await open(name);
  try {
    const transaction = database.transaction(Object.keys(STORES[name]), mode, { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await work((store) => transaction.objectStore(store));
    await done;
    return result;
  } finally {
    database.close();
  }
}

const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

async function seal(key, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { iv, box: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) };
}

async function unseal(key, { iv, box }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, box)));
}

/** Keeps a day list under a fresh key; `about` stays readable: whose it is, of which port, and times. */
export async function keepList(list, about) {
  const key = await newKey();
  const sealed = await seal(key, list);
  await within(LIST, "readwrite", (store) => {
    store("kept").put(key, "key");
    store("kept").put(sealed, "list");
    store("kept").put(about, "about");
  });
}

/** The kept list as {list, about}, or null. */
export async function readList() {
  const [key, sealed, about] = await within(LIST, "readonly", (store) =>
    Promise.all(["key", "list", "about"].map((name) => promised(store("kept").get(name)))),
  );
  return key && sealed && about ? { list: await unseal(key, sealed), about } : null;
}

/** Writes a changed list (somebody arrived) under the key that it has; nothing if it was taken away meanwhile. */
export async function changeList(list) {
  const key = await within(LIST, "readonly", (store) => promised(store("kept").get("key")));
  if (!key) return;
  const sealed = await seal(key, list);
  await within(LIST, "readwrite", async (store) => {
    if (await promised(store("kept").get("key"))) store("kept").put(sealed, "list");
  });
}

/** Notes when the page was used last. */
export const touchList = (usedAt) =>
  within(LIST, "readwrite", async (store) => {
    const about = await promised(store("kept").get("about"));
    if (about) store("kept").put({ ...about, usedAt }, "about");
  });

/** Takes list and key away. */
export const dropList = () => promised(indexedDB.deleteDatabase(LIST));

/** What is kept under `name` beside the scans, made by `fresh` the first time. */
async function keptBesideScans(name, fresh) {
  return within(SCANS, "readwrite", async (store) => {
    const known = await promised(store("kept").get(name));
    if (!known) store("kept").put(fresh, name);
    return known ?? fresh;
  });
}

/** This browser's own number. */
export const deviceId = () => keptBesideScans("device", crypto.randomUUID());

const scansKey = async () => keptBesideScans("key", await newKey());

/** Keeps a scan until it was sent. In clear beside it: its id, whose it is, and when it was made. */
export async function keepScan(scan) {
  const sealed = await seal(await scansKey(), scan);
  await within(SCANS, "readwrite", (store) => {
    store("scans").put({ id: scan.id, user: scan.user, madeAt: scan.device_time, sealed });
  });
}

/** The scans that wait, oldest first, as {id, user, madeAt, sealed}. */
export async function waitingScans() {
  const rows = await within(SCANS, "readonly", (store) => promised(store("scans").getAll()));
  return rows.sort((one, other) => one.madeAt - other.madeAt);
}

/** What such a row holds. */
export const openScan = async (row) => unseal(await scansKey(), row.sealed);

/** Forgets a scan that the server has. */
export const forgetScan = (id) =>
  within(SCANS, "readwrite", (store) => {
    store("scans").delete(id);
  });
