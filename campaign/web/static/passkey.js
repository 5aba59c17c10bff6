// Lets the browser make or use a passkey, and sends its answer with the form.
"use strict";

{
const form = document.querySelector("form[data-passkey]");
const can = window.PublicKeyCredential?.parseRequestOptionsFromJSON && navigator.credentials;

async function answered() {
  const options = JSON.parse(form.dataset.passkey);
  if ("make" in form.dataset)
    return navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options)});
  return navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)});
}

if (form && can) {
  form.hidden = false;
  document.getElementById("no-passkeys").hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      form.elements.answer.value = JSON.stringify(await answered());
      form.submit();
    } catch {
      document.getElementById("not-answered").hidden = false;
    }
  });
}
}
