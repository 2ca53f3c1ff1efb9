// Keys by their place on the keyboard (event.code): with the Russian layout "/" is a full stop.

const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

function provenanceOf(element) {
  return element.closest("[data-value]")?.querySelector("details.origin");
}

export function startHotkeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "Slash" && !isTyping(event.target)) {
      event.preventDefault();
      const input = document.querySelector("[data-search] input[name=q]");
      input?.focus();
      input?.select();
    } else if (!isTyping(event.target) && document.querySelector(`[data-hotkey="${event.code}"]`)) {
      document.querySelector(`[data-hotkey="${event.code}"]`).click();
    } else if (event.code === "F2") {
      const details = provenanceOf(document.activeElement);
      if (details) details.open = !details.open;
    }
  });
}
