// Popovers are <details>: one at a time, closed by Escape or a click beside them, the focus returns to the summary.

const open = () => document.querySelectorAll("details.origin[open], details.menu[open]");

export function startDisclosures() {
  document.addEventListener("click", (event) => {
    for (const details of open()) {
      if (!details.contains(event.target)) details.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.code !== "Escape") return;
    for (const details of open()) {
      details.open = false;
      details.querySelector("summary").focus();
    }
  });
}
