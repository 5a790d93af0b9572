// Gradio shows no refusal of an event that does not wait in its queue: what the server says of it
// is shown here, until an event is answered again.
"use strict";

const plainFetch = window.fetch;
let refusals = 0;

window.fetch = async (...given) => {
  const before = refusals;
  const response = await plainFetch(...given);
  if (!new URL(response.url, location.href).pathname.endsWith("/run/predict")) return response;
  if (!response.ok) {
    refusals += 1;
    showTrouble(await toldBy(response.clone()));
  } else if (before === refusals) showTrouble("");
  return response;
};

// Behind a proxy that says another address than the browser's, the page could ask nothing.
const root = window.gradio_config?.root;
if (root && new URL(root).origin !== location.origin) {
  addEventListener("load", () =>
    showTrouble(
      `This page is called ${location.origin}, and its server believes to be ${root}. The proxy ` +
        "before it has to pass on the Host header, or to be named with --proxy ADDRESS.",
    ),
  );
}

async function toldBy(response) {
  const unsaid = document.getElementById("word-failed")?.textContent ?? response.statusText;
  try {
    return (await response.json()).error || unsaid;
  } catch {
    return unsaid;
  }
}

function showTrouble(text) {
  let place = document.getElementById("trouble");
  if (!place && !text) return;
  if (!place) {
    place = document.createElement("p");
    place.id = "trouble";
    place.setAttribute("role", "alert");
    (document.querySelector(".gradio-container") ?? document.body).append(place);
  }
  place.textContent = text;
}
