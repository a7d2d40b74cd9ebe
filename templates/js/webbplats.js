/* The site's finder, and tables that sort. Nothing leaves the page. Without this script every
   recipient is found in the list of all, in Swedish order. */
"use strict";

const MOST = 12;
const SWEDISH = new Intl.Collator("sv");

/* As people type on any keyboard; `statsbidrag/swedish/alphabet.py` does the same to addresses. */
const folded = (text) =>
  text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "")
    .replaceAll("æ", "ae").replaceAll("ø", "o").replace(/[^a-z0-9]+/g, " ").trim();

/* 0 where a name begins with the letters, 1 where a later word does, 2 inside a word; else none. */
const rank = (row, letters) => {
  const name = folded(row[0]);
  if (name.startsWith(letters) || folded(row[1]).startsWith(letters)) return 0;
  if (name.includes(` ${letters}`)) return 1;
  return letters.length > 1 && name.includes(letters) ? 2 : null;
};

const found = (letters) =>
  SOKREGISTER.map((row, place) => ({ row, place, rank: letters ? rank(row, letters) : null }))
    .filter((each) => each.rank !== null)
    .sort((a, b) => a.rank - b.rank || a.place - b.place);

const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

const finder = (home) => {
  const folder = home.dataset.finder;
  const field = element("input", {
    id: "sok", type: "search", autocomplete: "off", spellcheck: "false",
    "aria-describedby": "sok-traffar",
  });
  const told = element("p", { id: "sok-traffar", role: "status" });
  const list = element("ul", { "aria-label": "Träffar" });
  const form = element("form", { class: "finder", role: "search" },
    element("label", { for: "sok" }, "Sök region, län eller kommun"), field, told, list);

  const show = () => {
    const letters = folded(field.value);
    const hits = found(letters);
    list.replaceChildren(...hits.slice(0, MOST).map(({ row: [name, , what, page] }) =>
      element("li", {}, element("a", { href: `${folder}${page}.html` }, name,
        ...(what ? [" ", element("span", { class: "quiet" }, what)] : [])))));
    list.hidden = !hits.length;
    told.textContent = !letters ? "" : !hits.length ? "Ingen träff"
      : hits.length > MOST ? `${hits.length} träffar, de första ${MOST} visas`
      : hits.length === 1 ? "1 träff" : `${hits.length} träffar`;
  };

  const links = () => [...list.querySelectorAll("a")];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
    links()[0]?.click();
  });
  /* The arrows go from the field through the hits, and back. */
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [field, ...links()];
    const next = stops[stops.indexOf(document.activeElement) + (step ?? 0)];
    if (!step || !next) return;
    event.preventDefault();
    next.focus();
  });
  field.addEventListener("input", show);
  home.append(form);
  /* A browser may bring back what was written before. */
  window.addEventListener("pageshow", show);
  show();
};

/* A figure without its spaces and mark; what is no figure comes last of all. */
const figure = (text) => {
  const digits = text.replace(/[^0-9]/g, "");
  return digits === "" ? -1 : Number(digits);
};

const sortable = (table) => {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  heads.forEach((head, column) => {
    const numeric = head.classList.contains("number");
    const button = element("button", { type: "button" }, ...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      const first = numeric ? "descending" : "ascending";
      const other = numeric ? "ascending" : "descending";
      const now = was === first ? other : first;
      const sign = now === "ascending" ? 1 : -1;
      const text = (row) => row.cells[column].textContent;
      const order = (a, b) =>
        numeric ? figure(text(a)) - figure(text(b)) : SWEDISH.compare(text(a), text(b));
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", now);
      body.append(...[...body.rows].sort((a, b) => sign * order(a, b)));
    });
  });
};

document.querySelectorAll("[data-finder]").forEach(finder);
document.querySelectorAll("table[data-sortable]").forEach(sortable);
