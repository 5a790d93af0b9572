// Gradio 6.31 loads the endpoints' description for /?view=api and then does not show it: its
// button has to be pressed, once to take the request back and once to make it.
if (new URLSearchParams(location.search).get("view") === "api") {
  const watcher = new MutationObserver(() => {
    const button = document.querySelector("footer .show-api");
    if (!button) return;
    watcher.disconnect();
    button.click();
    setTimeout(() => button.click(), 100);
  });
  watcher.observe(document.documentElement, { childList: true, subtree: true });
}
