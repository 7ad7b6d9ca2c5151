// Requests to the server from a page that may have no network, no session, or an older form than the server's.
const PATIENCE = 8_000;

const csrfToken = () =>
  document.cookie
    .split("; ")
    .find((part) => part.startsWith("fairport_csrf="))
    ?.split("=")[1] ?? "";

/**
 * {kind: "answer", response}, or what is in the way: "offline" (also a server that is down), "signed_out", or "stale"
 * (refused: the page is too old, or the role was taken back).
 */
export async function call(address, options = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  let response;
  try {
    response = await fetch(address, {
      redirect: "manual",
      credentials: "same-origin",
      cache: "no-store",
      ...options,
      headers: { "X-CSRFToken": csrfToken(), ...options.headers },
      signal: stop.signal,
    });
  } catch {
    return { kind: "offline" };
  } finally {
    clearTimeout(timer);
  }
  if (response.type === "opaqueredirect") return { kind: "signed_out" };
  if (response.status >= 500) return { kind: "offline" };
  if (response.status === 403) return { kind: "stale" };
  return { kind: "answer", response };
}

/** The same for a form. */
export const post = (address, fields) => call(address, { method: "POST", body: new URLSearchParams(fields) });

/** The same for JSON. */
export const postJson = (address, value) =>
  call(address, {
    method: "POST",
    body: JSON.stringify(value),
    headers: { "Content-Type": "application/json" },
  });
