// What the gate's page shows: filled copies of the patterns that the template holds, in the page's language.
const fillAll = (part, name, value) => {
  for (const place of part.querySelectorAll(`[data-fill="${name}"]`)) {
    if (value === "" || value === null || value === undefined) (place.closest(".fp-summary__row") ?? place).remove();
    else place.textContent = value;
  }
};

export function makeShow(root) {
  const find = (selector) => root.querySelector(selector);
  const patterns = find("[data-gate-patterns]").content;
  const states = find("[data-gate-states]").content;
  const copy = (from, selector) => document.importNode(from.querySelector(selector), true);
  const language = document.documentElement.lang;

  const tell = (kind, text) => {
    const part = copy(patterns, `[data-alert="${kind}"]`);
    part.querySelector(".usa-alert__text").textContent = text;
    find("[data-gate-result]").append(part);
  };

  const writeClaims = ({ day, bandStart, bandEnd }) => {
    const at = (minutes) => new Date(Date.parse(day) + minutes * 60_000);
    const date = new Intl.DateTimeFormat(language, { dateStyle: "full", timeZone: "UTC" });
    const clock = new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone: "UTC" });
    return `${date.format(at(0))}, ${clock.formatRange(at(bandStart), at(bandEnd))}`;
  };

  /** The travelers' tiles of an arrival form. */
  const fillTravelers = (form, travelers) => {
    const tile = form.querySelector("[data-traveler]");
    for (const traveler of travelers) {
      const part = tile.cloneNode(true);
      const box = part.querySelector("input");
      box.value = traveler.id;
      box.id = `here-${traveler.id}`;
      part.querySelector("label").htmlFor = box.id;
      fillAll(part, "person", traveler.initials || "?");
      part.querySelector(`[data-fill="${traveler.adult ? "child" : "adult"}"]`).remove();
      tile.before(part);
    }
    tile.remove();
    if (travelers.length === 0) form.querySelector("[data-some-here]").remove();
  };

  return {
    find,
    tell,

    clear() {
      find("[data-gate-result]").replaceChildren();
      find("#gate-answer").replaceChildren();
    },

    /** An answer that this device gave: what `judge` returned, for the text that was scanned. */
    answer({ answer, group, band, claims }, text) {
      const part = copy(patterns, `[data-answer="${answer}"]`);
      const remaining = group ? group.travelers.filter((traveler) => !traveler.here) : [];
      const people = group ? remaining.length : claims?.size;
      const known = group ?? (answer === "not_listed" ? claims : undefined);
      fillAll(part, "when", group ? band.label : claims ? writeClaims(claims) : "");
      fillAll(part, "port", group ? "" : claims?.port);
      fillAll(part, "number", known?.number);
      fillAll(part, "size", known?.size);
      fillAll(part, "expected", group && answer !== "cancelled" ? remaining.length : "");
      fillAll(part, "initials", group ? group.travelers[0]?.initials : known?.initials);
      if (!group?.interpreter) fillAll(part, "interpreter", "");
      const form = part.querySelector("[data-gate-arrival]");
      if (form && !people) form.remove();
      else if (form) {
        fillAll(form, "remaining", people);
        fillTravelers(form, remaining);
        for (const [name, value] of Object.entries({ scan: crypto.randomUUID(), text, answer })) {
          const field = document.createElement("input");
          Object.assign(field, { type: "hidden", name, value });
          form.append(field);
        }
      }
      find("#gate-answer").replaceChildren(part);
    },

    /** Parts of a page that the server sent; those that it lacks stay as they are. */
    adopt(html, ids) {
      const page = new DOMParser().parseFromString(html, "text/html");
      for (const id of ids) {
        const [present, sent] = [document.getElementById(id), page.getElementById(id)];
        if (present && sent) present.replaceChildren(...document.importNode(sent, true).childNodes);
      }
      return page;
    },

    state(name, count) {
      const part = copy(states, `[data-state="${name}"]`);
      fillAll(part, "count", count);
      find("[data-gate-state]").replaceChildren(part);
    },

    list(name, count) {
      const part = copy(states, `[data-list="${name}"]`);
      fillAll(part, "count", count);
      find("[data-gate-list]").replaceChildren(part);
    },
  };
}
