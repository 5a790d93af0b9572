// What the page does in the browser: presses, keys, copying, scrolling to the cited lines, and
// keeping the question in the address. It reads text and moves focus; it never makes HTML.
"use strict";

const byId = (id) => document.getElementById(id);
const box = () => document.querySelector("#question textarea, #question input");

function textOf(node) {
  if (node.nodeName === "BR") return "\n";
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  return Array.from(node.childNodes, textOf).join("");
}

function select(element) {
  const details = element.closest("details");
  if (details) details.open = true;
  getSelection().selectAllChildren(element);
}

async function copy(button, element) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(textOf(element));
    button.textContent = "Copied";
  } catch {
    // Browsers copy only on pages from this machine or over HTTPS: leave it selected.
    select(element);
    button.textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => (button.textContent = label), 2000);
}

function open(rank) {
  opener = `open-${rank}`;
  byId(`press-open-${rank}`)?.click();
}

function close() {
  byId("close")?.click();
  byId(opener)?.focus();
}

function step(by) {
  const hits = Array.from(document.querySelectorAll(".qq .hit"));
  const at = hits.indexOf(document.activeElement?.closest(".qq .hit"));
  const next = hits[Math.min(Math.max(at + by, 0), hits.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function toBox() {
  if (!box()?.checkVisibility()) document.querySelector("#views button[role=tab]")?.click();
  requestAnimationFrame(() => box()?.focus());
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".qq button");
  const named = /^(open|copy)-(?:(text|markdown|json)-)?(\d+)$/.exec(button?.id ?? "");
  if (!named) return;
  const [, what, form, rank] = named;
  if (what === "open") open(rank);
  else copy(button, byId(`cite-${form ?? "text"}-${rank}`));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && byId("source")) return close();
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const hit = event.target.classList?.contains("hit") ? event.target : null;
  const rank = hit?.id.slice("hit-".length);
  if (event.key === "/") {
    event.preventDefault();
    toBox();
  } else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (hit && event.key === "Enter") open(rank);
  else if (hit && event.key === "c") copy(byId(`copy-${rank}`), byId(`cite-text-${rank}`));
});

let opener = "";
let shownSheet = "";
let asked = "";

function showSheet() {
  const sheet = document.querySelector("#source .sheet");
  if ((sheet?.id ?? "") === shownSheet) return;
  const fresh = !byId("source")?.contains(document.activeElement);
  shownSheet = sheet?.id ?? "";
  const panel = byId("source");
  const target = sheet?.querySelector(".cited mark") ?? sheet?.querySelector(".cited");
  if (target) {
    const below = target.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    if (below > panel.clientHeight * 0.55) panel.scrollTop += below - panel.clientHeight / 3;
  }
  if (fresh) byId("close")?.focus({ preventScroll: true });
}

function keepQuestion() {
  const question = byId("asked");
  if (!question || textOf(question) === asked) return;
  asked = textOf(question);
  const address = new URL(location.href);
  address.searchParams.set("q", asked);
  history.replaceState(null, "", address);
  document.title = `${asked} · qwenqa`;
}

const texts = (() => {
  const all = window.gradio_config?.i18n_translations ?? {};
  const spoken = navigator.language;
  return all[spoken] ?? all[spoken.split("-")[0]] ?? {};
})();

function translate() {
  for (const element of document.querySelectorAll(".say:not(.said)")) {
    const text = texts[element.classList[1]];
    element.classList.add("said");
    if (text !== undefined) element.textContent = text;
  }
}

new MutationObserver(() => {
  translate();
  showSheet();
  keepQuestion();
}).observe(document.documentElement, { childList: true, subtree: true });
