// Keys by their place on the keyboard (event.code): with the Russian layout "/" is a full stop.

const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

function provenanceOf(element) {
  return element.closest("[data-value]")?.querySelector("details.origin");
}

// Moves between the first links of rows: <tbody data-rows>.
function focusRow(step) {
  const links = [...document.querySelectorAll("[data-rows] tr")].map((row) => row.querySelector("a")).filter(Boolean);
  const place = links.indexOf(document.activeElement);
  links[place < 0 ? 0 : Math.min(Math.max(place + step, 0), links.length - 1)]?.focus();
}

export function startHotkeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const help = document.querySelector("[data-help]");
    if (help && !isTyping(event.target) && (event.key === "?" || (event.code === "Slash" && event.shiftKey))) {
      event.preventDefault();
      help.open = !help.open;
    } else if (event.code === "Slash" && !isTyping(event.target)) {
      event.preventDefault();
      const input = document.querySelector("[data-search] input[name=q]");
      input?.focus();
      input?.select();
    } else if (!isTyping(event.target) && document.querySelector(`[data-hotkey~="${event.code}"]`)) {
      // A key that is held down answers one question, not all that follow.
      if (!event.repeat) document.querySelector(`[data-hotkey~="${event.code}"]`).click();
    } else if (!isTyping(event.target) && ["KeyJ", "KeyK"].includes(event.code)) {
      focusRow(event.code === "KeyJ" ? 1 : -1);
    } else if (event.code === "F2") {
      const details = provenanceOf(document.activeElement);
      if (details) details.open = !details.open;
    }
  });
}
