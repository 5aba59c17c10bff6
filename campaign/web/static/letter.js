// Fills the letter in as the reader types, on this side only, and copies it. The page works without.
"use strict";

const form = document.getElementById("letter-form");
const letter = document.getElementById("letter");
const plain = document.getElementById("plain");
const copy = document.getElementById("copy");
const copied = document.getElementById("copied");

const blanks = [...letter.querySelectorAll("[data-from]")].map((span) => ({
  span,
  field: form.elements[span.dataset.from],
  label: span.textContent,
}));
const unfilled = plain.value;

function fill() {
  let text = unfilled;
  for (const { span, field, label } of blanks) {
    const written = field.value.trim().replace(/\s+/g, " ");
    span.textContent = written || label;
    span.classList.toggle("blank", !written);
    if (written) text = text.split(`____ (${label})`).join(written);
  }
  plain.value = text;
}

form.addEventListener("input", fill);
fill();

if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(plain.value);
    copied.textContent = copy.dataset.done;
  });
}
