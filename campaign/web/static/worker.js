// The last script or letter stays readable without a network. campaign.js keeps its page; this gives it back.
"use strict";

{
const SHELL = ["style", "script", "font"];
const FILES = /\/(assets|static)\//;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode !== "navigate" && !SHELL.includes(request.destination)) return;
  event.respondWith(fetch(request).catch(() => fromCopy(request)));
});

// Without a network every other page leads to the one that is kept.
async function fromCopy(request) {
  const cache = await caches.open("last");
  const found = await cache.match(request);
  if (found) return found;
  const page = (await cache.keys()).find(({ url }) => !FILES.test(new URL(url).pathname));
  return request.mode === "navigate" && page ? Response.redirect(page.url) : Response.error();
}
}
