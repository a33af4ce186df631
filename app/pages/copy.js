// Gives every text that is meant to be copied a button that does it: blocks of text, and what a form is filled with.
"use strict";

async function copied(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Where a page comes without TLS there is no clipboard: what is selected can be copied all the same.
  const area = document.body.appendChild(document.createElement("textarea"));
  area.value = text;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
}

for (const source of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${source.dataset.copy}`);
  const text = source.textContent.trim();
  button.addEventListener("click", async () => {
    button.textContent = await copied(text).then(() => "Copied", () => "Select it and copy");
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  if (source.tagName === "TD") source.append(button);
  else source.before(button);
}
