// The gate's service worker. It keeps one page, the gate's own page without a network, and the files that this page is
// made of; it answers for nothing else. Its scope is /office/gate.
const CACHE = "fairport-gate";
const PAGE = new URL(self.registration.scope).pathname;
const KEPT_PAGE = `${PAGE}/offline`;
const FILES = /<meta name="gate-files" content="([^"]*)">/;
// What a server says that is not there: a proxy answers in its place.
const DOWN = [502, 503, 504];

const filesOf = (html) => FILES.exec(html)?.[1].split(" ") ?? [];

/** Fetches the page and its files anew. The files come first: a kept page never lacks one of its own. */
async function keepPage() {
  const response = await fetch(KEPT_PAGE, { cache: "no-store" });
  // Somebody who is not signed in is sent elsewhere.
  if (!response.ok || response.redirected) return false;
  const cache = await caches.open(CACHE);
  const before = await cache.match(KEPT_PAGE, { ignoreVary: true });
  const files = filesOf(await response.clone().text());
  const known = (await cache.keys()).map((request) => new URL(request.url).pathname);
  await cache.addAll(files.filter((file) => !known.includes(file)));
  await cache.put(KEPT_PAGE, response);
  // A page that is open may still need what it was made of, so the files of the page before this one stay too.
  const needed = new Set([KEPT_PAGE, ...files, ...(before ? filesOf(await before.text()) : [])]);
  await Promise.all(known.filter((path) => !needed.has(path)).map((path) => cache.delete(path, { ignoreVary: true })));
  return true;
}

async function openPage(event) {
  let response = null;
  try {
    response = await fetch(event.request);
  } catch {
    // No network: the kept page follows.
  }
  if (response && !DOWN.includes(response.status)) {
    if (response.ok) event.waitUntil(keepPage().catch(() => false));
    return response;
  }
  const kept = await caches.match(KEPT_PAGE, { cacheName: CACHE, ignoreVary: true });
  return kept ?? response ?? Response.error();
}

async function openFile(request) {
  const kept = await caches.match(request, { cacheName: CACHE, ignoreVary: true });
  return kept ?? fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(
    keepPage().then((isKept) => {
      if (!isKept) throw new Error("not signed in");
    }),
  );
});

// Pages that are open get it at once: it only ever adds an answer where there would be none.
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === PAGE) event.respondWith(openPage(event));
  } else if (!pathname.startsWith("/office/")) event.respondWith(openFile(request));
});
