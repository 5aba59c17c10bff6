// What a browser may do for its reader. Every page works without it; nothing here asks another server.
"use strict";

{
const every = (selector, act) => document.querySelectorAll(selector).forEach(act);

// Reads or writes what this tab remembers; it lasts as long as the tab and is never sent.
function remembered(name, value) {
  try {
    if (value === undefined) return sessionStorage.getItem(name) || "";
    sessionStorage.setItem(name, value);
  } catch { /* A browser may keep nothing at all. */ }
  return value || "";
}

// What is typed once is there on the next script or letter of this tab.
function keep(input) {
  input.value ||= remembered(input.dataset.keep);
  input.addEventListener("input", () => remembered(input.dataset.keep, input.value));
}

// Name, town and the like are put into the words here.
function fillIn(form) {
  const put = (input) => every(`[data-blank="${input.name}"]`, (blank) => {
    blank.dataset.label ??= blank.classList.contains("filled") ? input.labels[0].textContent : blank.textContent;
    blank.textContent = input.value.trim() || blank.dataset.label;
    blank.classList.toggle("filled", Boolean(input.value.trim()));
  });
  form.querySelectorAll("input, textarea").forEach((input) => {
    put(input);
    input.addEventListener("input", () => put(input));
  });
  form.querySelectorAll("button, .hint").forEach((one) => { one.hidden = !("live" in one.dataset); });
  form.addEventListener("submit", (event) => event.preventDefault());
  if ([...form.elements].some((one) => one.value)) form.closest("details")?.setAttribute("open", "");
}

// The position is asked for on a click and goes to our own server in a form; one that may be off by more
// metres than this could name a neighbour's district, so it is not used.
const ROUGH = 500;

function locate(form) {
  const [button, said] = [form.querySelector("button"), form.querySelector("[role=status]")];
  if (!navigator.geolocation) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    if (form.elements.point.value) return;
    event.preventDefault();
    button.disabled = true;
    said.textContent = form.dataset.waiting;
    const failed = (why) => {
      button.disabled = false;
      said.textContent = why;
    };
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      if (coords.accuracy > ROUGH) return failed(form.dataset.rough);
      form.elements.point.value = `${coords.latitude.toFixed(4)},${coords.longitude.toFixed(4)}`;
      form.submit();
    }, () => failed(form.dataset.failed), { enableHighAccuracy: true, timeout: 15000, maximumAge: 600000 });
  });
  addEventListener("pageshow", () => { button.disabled = false; form.elements.point.value = ""; });
}

function copy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const from = document.querySelector(button.dataset.copy);
    await navigator.clipboard.writeText(from.value ?? from.innerText);
    button.textContent = button.dataset.done;
  });
}

function share(button) {
  if (!navigator.share) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ text: button.dataset.text, url: button.dataset.share }).catch(() => {});
  });
}

// Who was called in this tab gets a tick on the page of the members, also when one comes back to it.
function remember(report) {
  remembered(`called-${report.dataset.called}`, "undone" in report.dataset ? "" : "yes");
}

function tick(mark) {
  addEventListener("pageshow", () => { mark.hidden = !remembered(`called-${mark.dataset.ifCalled}`); });
}

// The last script or letter can be read without a network: its page as it came, before anything was typed.
async function keepOffline({ dataset }) {
  try {
    await navigator.serviceWorker.register(dataset.offline);
    const files = document.querySelectorAll("link[rel=stylesheet], link[as=font], script[src]");
    const wanted = [location.href.split("#")[0], ...[...files].map(({ href, src }) => href || src)];
    const cache = await caches.open("last");
    await cache.addAll(wanted);
    const old = (await cache.keys()).filter(({ url }) => !wanted.includes(url));
    await Promise.all(old.map((request) => cache.delete(request)));
  } catch { /* A browser may keep nothing at all. */ }
}

// A share link that is used counts one; who used it, and which, is not sent.
addEventListener("click", ({ target }) => {
  const counted = target.closest?.("[data-share], [data-shared]")?.closest("[data-count]");
  if (counted) navigator.sendBeacon?.(counted.dataset.count);
});

every("[data-keep]", keep);
every("form[data-fill]", fillIn);
every("[data-called]", remember);
every("[data-if-called]", tick);
every("form[data-locate]", locate);
every("button[data-copy]", copy);
every("button[data-share]", share);
every("main[data-offline]", (main) => addEventListener("load", () => keepOffline(main)));
}
