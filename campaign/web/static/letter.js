// Fills the letter in as the reader types, on this side only, and copies it. The page works without.
"use strict";

const form = document.getElementById("letter-form");
const letter = document.getElementById("letter");
const plain = document.getElementById("plain");
const copy = document.getElementById("copy");
const copied = document.getElementById("copied");
// A letter needs the other two.
const OPTIONAL = ["sentence", "address"];

const blanks = [...letter.querySelectorAll("[data-from]")].map((span) => ({
  span,
  field: form.elements[span.dataset.from],
  label: span.textContent,
  hole: `____ (${span.textContent})`,
}));
const unfilled = plain.value;

// What stands alone in a paragraph or on a line goes with it.
function without(text, hole) {
  return text.split(`${hole}\n\n`).join("").split(`\n${hole}`).join("").split(hole).join("");
}

function fill() {
  let text = unfilled;
  for (const { span, field, label, hole } of blanks) {
    const written = field.value.trim().replace(/\s+/g, " ");
    span.textContent = written || label;
    span.classList.toggle("blank", !written);
    if (written) text = text.split(hole).join(written);
    else if (OPTIONAL.includes(field.name)) text = without(text, hole);
  }
  plain.value = text;
}

function missing() {
  const needed = blanks.map(({ field }) => field).filter((field) => !OPTIONAL.includes(field.name));
  // In the order of the form, not of the letter.
  return [...form.elements].find((field) => needed.includes(field) && !field.value.trim());
}

form.addEventListener("input", fill);
fill();

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
