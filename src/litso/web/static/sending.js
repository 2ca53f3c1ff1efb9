// Ctrl+Enter in a text sends its form: <form data-quick-send>.

export function startSending() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("form[data-quick-send]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
