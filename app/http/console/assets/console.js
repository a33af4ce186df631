// Lets whoever reads a page stop it from changing, which otherwise follows the service.
"use strict";

const button = document.getElementById("live-pause");
let paused = false;

if (button && document.querySelector("[hx-trigger*='sse:changed']")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? "Update again" : "Pause updates";
    button.setAttribute("aria-pressed", String(paused));
  });
}

// A page that nobody looks at, or that is held, is not fetched again; neither is a part in which somebody types.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.triggeringEvent?.type !== "sse:changed") return;
  const typing = event.detail.elt.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  if (paused || document.hidden || typing) event.preventDefault();
});

// Nor is what was on its way when somebody held the page.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (paused && event.detail.requestConfig.triggeringEvent?.type === "sse:changed") event.preventDefault();
});
