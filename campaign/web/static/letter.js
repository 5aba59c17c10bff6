// Fills the letter in as the reader types, takes other paragraphs for other points, and copies the letter. What
// the reader writes stays on this side: only points and the number of the variant are asked for. The page works
// without.
"use strict";

{
const form = document.getElementById("letter-form");
const letter = document.getElementById("letter");
const plain = document.getElementById("plain");
const copy = document.getElementById("copy");
const copied = document.getElementById("copied");
// A letter needs the other two.
const OPTIONAL = ["sentence", "address"];
let blanks = [];
let unfilled = "";

function take(article, text) {
  letter.replaceChildren(...article.childNodes);
  unfilled = text;
  blanks = [...letter.querySelectorAll("[data-from]")].map((span) => ({
    span,
    field: form.elements[span.dataset.from],
    label: span.textContent,
    hole: `____ (${span.textContent})`,
  }));
  fill();
}

// What stands alone in a paragraph or on a line goes with it.
function without(text, hole) {
  return text.split(`${hole}\n\n`).join("").split(`\n${hole}`).join("").split(hole).join("");
}

function fill() {
  let text = unfilled;
  for (const { span, field, label, hole } of blanks) {
    const written = field.value.trim().replace(/\s+/g, " ");
    // "Washington, D.C." ends a sentence with its own period.
    const ended = written.replace(/\.$/, "");
    span.textContent = (span.nextSibling?.textContent.startsWith(".") ? ended : written) || label;
    span.classList.toggle("blank", !written);
    if (written) text = text.split(`${hole}.`).join(`${ended}.`).split(hole).join(written);
    else if (OPTIONAL.includes(field.name)) text = without(text, hole);
  }
  plain.value = text;
}

function missing() {
  const needed = blanks.map(({ field }) => field).filter((field) => !OPTIONAL.includes(field.name));
  // In the order of the form, not of the letter.
  return [...form.elements].find((field) => needed.includes(field) && !field.value.trim());
}

// The letter for these points and this variant, with every blank open; the address says what is shown.
async function compose(variant) {
  const asked = new URLSearchParams();
  form.querySelectorAll("[type=hidden]").forEach(({ name, value }) => asked.set(name, value));
  asked.set("v", variant);
  form.querySelectorAll("[name=points]:checked").forEach((point) => asked.append("points", point.value));
  const address = `${form.getAttribute("action").split("#")[0]}?${asked}`;
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  form.elements.v.value = variant;
  history.replaceState(null, "", address);
  take(page.getElementById("letter"), page.getElementById("plain").value);
}

// What the form does without scripts is what it still does when no answer comes.
function recompose(variant) {
  compose(variant).catch(() => { form.elements.v.value = variant; form.submit(); });
}

form.addEventListener("input", (event) => {
  if (event.target.name === "points") recompose(form.elements.v.value);
  else fill();
});
form.addEventListener("submit", (event) => {
  const wanted = event.submitter?.value;
  if (wanted !== "page" && wanted !== "again") return;
  event.preventDefault();
  recompose((Number(form.elements.v.value) + (wanted === "again")) % Number(form.dataset.variants));
});
form.querySelectorAll("[data-live]").forEach((one) => { one.hidden = false; });
form.querySelector("[value=page]").hidden = true;
// A letter that comes back from the form has its blanks filled; the one without is asked for once.
if (letter.querySelector("[data-from]")) take(letter.cloneNode(true), plain.value);
else compose(form.elements.v.value).catch(() => {});

if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const field = missing();
    if (field) {
      copied.textContent = copy.dataset.missing;
      field.focus();
      return;
    }
    await navigator.clipboard.writeText(plain.value);
    copied.textContent = copy.dataset.done;
  });
}
}
