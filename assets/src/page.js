// Small comforts for every page. Each page works without this file.
// Texts come from the template's data attributes, where they are translated.

const byAttribute = (name) => document.querySelectorAll(`[${name}]`);

// What makes sense only with a script is hidden in the template and shown here.
for (const part of byAttribute("data-needs-script")) part.hidden = false;

document.querySelector("[data-error-summary]")?.focus();

for (const button of byAttribute("data-print")) {
  button.addEventListener("click", () => window.print());
}

for (const button of byAttribute("data-copy")) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const text = "value" in source ? source.value : source.textContent;
    try {
      await navigator.clipboard.writeText(text.trim());
      button.textContent = button.dataset.copied;
    } catch {
      // Refused by the browser: mark the text, so that the person can copy it by hand.
      window.getSelection().selectAllChildren(source);
    }
    setTimeout(() => (button.textContent = label), 4000);
  });
}

// The gate's day list ends with the session (docs/gate.md): with the button, and wherever somebody is to sign in.
const forgetGateList = () => indexedDB.deleteDatabase("fairport-gate-list");
for (const part of byAttribute("data-forgets-gate-list")) {
  if (part instanceof HTMLFormElement) part.addEventListener("submit", forgetGateList);
  else forgetGateList();
}

// A second click within a moment is a slip of the finger. The server keeps a repeat harmless in any
// case, so the guard lets go after a while and when the page is shown again from the back button.
const sent = new Map();
document.addEventListener("submit", (event) => {
  const last = sent.get(event.target);
  if (last !== undefined && event.timeStamp - last < 4000) event.preventDefault();
  else sent.set(event.target, event.timeStamp);
});
window.addEventListener("pageshow", () => sent.clear());
