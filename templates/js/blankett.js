/* The forms' one sum, and a look at what is written in them. Nothing leaves the page, nothing is
   kept. Without this script the sum is a line to write on, and all else is the same. */
"use strict";

const NBSP = "\u00a0";
const AMOUNT = /^(\d{1,13}|\d{1,3}(?: \d{3}){1,4})(?:,(\d{1,2}))?(?: ?kr\.?)?$/i;

const plain = (text) => text.replace(/\s+/g, " ").trim();

/* Hundredths of a krona, so that no sum is ever rounded; null where it is no amount. */
const hundredths = (text) => {
  const found = AMOUNT.exec(plain(text));
  return found && BigInt(found[1].replaceAll(" ", "") + (found[2] ?? "").padEnd(2, "0"));
};

const written = (sum) => {
  const digits = String(sum < 0n ? -sum : sum).padStart(3, "0");
  const kronor = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, NBSP);
  const rest = digits.slice(-2);
  return (sum < 0n ? "\u2212" : "") + kronor + (rest === "00" ? "" : `,${rest}`);
};

/* Ten digits, the third at least 2 as in all but a person's number, and the last one right: every
   other digit counts double, and the digits of all that sum to a multiple of ten. */
const isOrganisationNumber = (text) => {
  const found = /^(?:16)?(\d{2}[2-9]\d{3})-?(\d{4})$/.exec(plain(text));
  if (!found) return false;
  const sum = [...(found[1] + found[2])]
    .map((digit, place) => Number(digit) * (place % 2 ? 1 : 2))
    .reduce((before, each) => before + (each > 9 ? each - 9 : each), 0);
  return sum % 10 === 0;
};

const understood = {
  amount: (text) => hundredths(text) !== null,
  organisation_number: isOrganisationNumber,
};

const check = (field) => {
  const wrong = plain(field.value) !== "" && !understood[field.dataset.kind](field.value);
  const mistake = document.getElementById(`${field.id}-fel`);
  const note = document.getElementById(`${field.id}-not`);
  const told = [...(note ? [note] : []), ...(wrong ? [mistake] : [])];
  mistake.hidden = !wrong;
  field.setAttribute("aria-invalid", String(wrong));
  field.setAttribute("aria-describedby", told.map((each) => each.id).join(" "));
  if (!wrong && field.value && field.dataset.kind === "amount") {
    field.value = written(hundredths(field.value));
  }
};

/* A field that is filled in already, or the one to write in: its amount, null where there is none. */
const amountOf = (id) => {
  const field = document.getElementById(id);
  return hundredths(field.value ?? field.textContent);
};

const compute = () => {
  for (const sum of document.querySelectorAll("output[data-minuend]")) {
    const amounts = [amountOf(sum.dataset.minuend), amountOf(sum.dataset.subtrahend)];
    sum.textContent = amounts.includes(null) ? "" : written(amounts[0] - amounts[1]);
  }
};

/* Paper does not scroll: a field is as high as what stands in it. */
const grow = (area) => {
  while (area.scrollHeight > area.clientHeight + 1 && area.rows < 60) area.rows += 1;
};

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea")) grow(event.target);
  compute();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-kind]")) check(event.target);
});
/* A browser may bring back what was written before the page was read anew. */
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-kind]").forEach(check);
  document.querySelectorAll("textarea").forEach(grow);
  compute();
});
