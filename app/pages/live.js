// Keeps the parts of a page that change up to date: fetches the page again and takes over what differs in them.
"use strict";

const PERIOD_MS = 1500;
const parts = [...document.querySelectorAll("[data-live]")];
const known = new Map(parts.map((part) => [part.id, part.innerHTML]));
const status = document.getElementById("live-status");
let paused = false;

function take(part, fresh) {
  const html = fresh.innerHTML;
  if (known.get(part.id) === html) return;
  known.set(part.id, html);
  const open = new Set([...part.querySelectorAll("details[open]")].map((details) => details.id));
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.innerHTML = html;
  for (const details of part.querySelectorAll("details")) if (open.has(details.id)) details.open = true;
  if (focused) document.getElementById(focused)?.focus();
}

async function renew() {
  if (paused || document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const other = fresh.getElementById(part.id);
      if (other) take(part, other);
    }
    say("Live");
  } catch {
    say("Not reached; trying again");
  }
}

function say(text) {
  if (status && status.textContent !== text) status.textContent = text;
}

const button = document.getElementById("live-pause");
button?.addEventListener("click", () => {
  paused = !paused;
  button.textContent = paused ? "Go on" : "Pause";
  button.setAttribute("aria-pressed", String(paused));
  say(paused ? "Paused" : "Live");
});
setInterval(renew, PERIOD_MS);
