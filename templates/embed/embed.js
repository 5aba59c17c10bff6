// Shows a part of a campaign where this script stands: <script src="…/embed.js" data-show="count" async></script>
// data-show: find, count, chart or map; data-bill or data-proposal: what about; data-lang: en or es.
"use strict";

{
const script = document.currentScript;
const titles = {{ titles|tojson }};
const { show = "find", bill, proposal, lang } = script.dataset;
// The script's folder, in no language: "es" is a folder of Spanish, but in /c/es/ a campaign's name.
const folder = new URL(".", script.src);
folder.pathname = folder.pathname.replace(/(\/c)?\/es\/$/, (found, named) => (named ? found : "/"));
const base = folder.href;
const wanted = (lang || script.closest("[lang]")?.lang || "en").slice(0, 2).toLowerCase();
const language = wanted in titles ? wanted : Object.keys(titles)[0];
const kind = show in titles[language] ? show : "find";
const about = bill ? `/bills/${encodeURIComponent(bill)}` : proposal ? `/proposals/${encodeURIComponent(proposal)}` : "";

const frame = document.createElement("iframe");
frame.title = titles[language][kind];
frame.lang = language;
frame.loading = "lazy";
Object.assign(frame.style, { border: "0", width: "100%", height: "{{ height }}px" });
// The frame tells its height to the origin behind the #, which is sent to no server.
frame.src = `${base}${language === "es" ? "es/" : ""}embed/${kind}${kind === "find" ? "" : about}#${location.origin}`;
script.after(frame);

// Only this frame is listened to, only while it shows a page of ours, and only for a height.
const ours = folder.origin;
addEventListener("message", ({ source, origin, data }) => {
  if (source !== frame.contentWindow || origin !== ours) return;
  const height = Number(data?.campaignHeight);
  if (height > 0 && height < 5000) frame.style.height = `${Math.ceil(height)}px`;
});
}
