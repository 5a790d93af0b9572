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

async function copy(button, element, before = "") {
  try {
    await navigator.clipboard.writeText(before + textOf(element));
    confirm(button, "copied");
  } catch {
    // Browsers copy only on pages from this machine or over HTTPS: leave it selected.
    element.classList.remove("gone");
    select(element);
    confirm(button, "selected");
  }
}

// A button says for a while what became of its press.
function confirm(button, word) {
  const label = Array.from(button.childNodes);
  button.textContent = byId(`word-${word}`)?.textContent ?? word;
  announce(button.textContent);
  setTimeout(() => button.replaceChildren(...label), 2000);
}

const here = () => location.origin + location.pathname;

function keepAsking(button) {
  byId("press-keep")?.click();
  confirm(button, "saved");
}

function ask(question) {
  const typed = box();
  typed.value = question;
  typed.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => document.querySelector("#question .submit-button")?.click());
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
  if (!button) return;
  // A button in our HTML, which cannot have an event, presses the part that can.
  if (button.classList.contains("press")) byId(`press-${button.id}`)?.click();
  if (button.id === "copy-link") return copy(button, byId("cite-link"), here());
  if (button.id === "save-bundle") return byId("press-bundle")?.click();
  if (button.id === "keep-asking") return keepAsking(button);
  if (button.classList.contains("recent")) return ask(button.textContent);
  const named = /^(open|copy|drop)-(?:(text|markdown|bibtex|csl|json)-)?(\d+)$/.exec(button.id);
  if (!named) return;
  const [, what, form, rank] = named;
  if (what === "open") open(rank);
  else if (what === "drop") byId(`press-drop-${rank}`)?.click();
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
let followed = "";

function showSheet() {
  const panel = byId("source");
  const sheet = panel?.querySelector(".sheet");
  if (panel) labelRegions(panel);
  if ((sheet?.id ?? "") === shownSheet) return;
  shownSheet = sheet?.id ?? "";
  if (!sheet) return;
  const target =
    sheet.querySelector("#here") ??
    spotOf(sheet) ??
    sheet.querySelector(".opened mark") ??
    sheet.querySelector(".opened");
  if (target) requestAnimationFrame(() => bring(target, panel));
  if (!panel.contains(document.activeElement)) byId("close")?.focus({ preventScroll: true });
}

// Where a page image is tinted, once it has its height.
function spotOf(sheet) {
  const spot = sheet.querySelector(".spot");
  const image = sheet.querySelector(".paper img");
  if (!spot) return null;
  spot.style.top = `${spot.id.slice("spot-".length)}%`;
  if (!image.complete) image.addEventListener("load", () => bring(spot, byId("source")), { once: true });
  return spot;
}

// Scroll the panel, and what scrolls within it; the window only where that is not enough.
function bring(target, panel) {
  for (let outside = target.parentElement; panel?.contains(outside); outside = outside.parentElement) {
    const [inner, outer] = [target.getBoundingClientRect(), outside.getBoundingClientRect()];
    const [below, beside] = [inner.top - outer.top, inner.left - outer.left];
    const height = Math.min(outside.clientHeight, innerHeight - outer.top);
    const hidden = below < height * 0.2 || below > height * 0.7;
    if (hidden && outside.scrollHeight > outside.clientHeight) outside.scrollTop += below - height / 3;
    if (beside > outside.clientWidth * 0.8) outside.scrollLeft += beside - outside.clientWidth / 3;
  }
  if (target.getBoundingClientRect().bottom > innerHeight) target.scrollIntoView({ block: "nearest" });
}

// Roles and names that the sanitiser leaves out of our HTML.
function labelRegions(panel) {
  const set = (element, name, value) => {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  set(panel, "role", "region");
  set(panel, "aria-labelledby", "sheet-title");
  set(byId("found"), "role", "status");
  set(panel.querySelector("#wanted :is(input, textarea)"), "aria-describedby", "found");
  const keys = byId("source-keys")?.textContent;
  for (const id of ["prior-hit", "next-hit"]) if (keys) set(byId(id), "title", keys);
  for (const scroller of panel.querySelectorAll(".grid, .paper, .lines")) {
    set(scroller, "role", "group");
    set(scroller, "aria-labelledby", "sheet-title");
  }
  set(panel.querySelector(".jump.current"), "aria-current", "true");
}

// Keys of an opened source: hits from anywhere, pages from within it.
const SOURCE_KEYS = { n: "next-hit", p: "prior-hit" };
const PAGE_KEYS = { ArrowLeft: "previous", ArrowRight: "following", Home: "press-first", End: "press-last" };

function pressKey(event) {
  const panel = byId("source");
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (!panel || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const paged = panel.contains(event.target) && panel.querySelector(".paper") && !panel.matches(".larger");
  const name = SOURCE_KEYS[event.key] ?? (paged ? PAGE_KEYS[event.key] : undefined);
  if (!name) return;
  event.preventDefault();
  byId(name)?.click();
}

document.addEventListener("keydown", pressKey);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#source .qq button");
  if (button?.id.startsWith("go-")) open(button.id.slice("go-".length));
  else if (button?.id === "zoom") byId("source").classList.toggle("larger");
});

function keepQuestion() {
  const question = byId("asked");
  if (!question || textOf(question) === asked) return;
  asked = textOf(question);
  const link = byId("cite-link");
  history.replaceState(null, "", link ? textOf(link) : `?${new URLSearchParams({ q: asked })}`);
  document.title = `${asked} · qwenqa`;
  remember(asked);
  const said = document.querySelector("#cards .lead");
  if (said) announce(said.textContent);
  // What was opened belongs to the answer before; it is closed once this one is seen.
  requestAnimationFrame(() => setTimeout(closeWhatWasOpened));
}

function closeWhatWasOpened() {
  if (byId("source")) byId("close")?.click();
  if (byId("because")?.checkVisibility()) document.querySelector("#why > button")?.click();
}

// What a screen reader is told; the answer itself would be too long.
function announce(text) {
  let live = byId("live");
  if (!live) {
    live = document.createElement("div");
    live.id = "live";
    live.className = "unseen";
    live.setAttribute("role", "status");
    document.body.append(live);
  }
  live.textContent = text;
}

// Questions asked before stay in this browser; the server does not keep them.
const RECENT = "qwenqa-asked";
const recent = () => {
  try {
    const saved = JSON.parse(localStorage.getItem(RECENT) ?? "[]");
    return Array.isArray(saved) ? saved.filter((question) => typeof question === "string") : [];
  } catch {
    return [];
  }
};

function remember(question) {
  const questions = [question, ...recent().filter((earlier) => earlier !== question)].slice(0, 6);
  try {
    localStorage.setItem(RECENT, JSON.stringify(questions));
  } catch {
    // A browser that keeps nothing has no questions asked before.
  }
  showRecent();
}

function showRecent() {
  const list = byId("recents");
  if (!list) return;
  const questions = recent();
  list.classList.toggle("none", questions.length === 0);
  list.querySelectorAll("button").forEach((button) => button.remove());
  for (const question of questions) {
    const button = document.createElement("button");
    button.className = "recent";
    button.textContent = question;
    list.append(button);
  }
}

function followFile() {
  const link = byId("file-link");
  if (!link || link.href === followed) return;
  followed = link.href;
  const saving = document.createElement("a");
  saving.href = link.href;
  saving.download = "";
  saving.click();
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
  followFile();
  if (byId("recents") && !byId("recents").dataset.shown) {
    byId("recents").dataset.shown = "yes";
    showRecent();
  }
}).observe(document.documentElement, { childList: true, subtree: true });

// A post: no link of another site ends a session.
document.addEventListener("click", async (event) => {
  if (!event.target.closest?.(".qq .out button")) return;
  await fetch("logout", { method: "POST" });
  location.assign(here());
});
