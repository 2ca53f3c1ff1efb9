// Ctrl+Enter in a text sends its form: <form data-quick-send>. A form is sent once: <form data-once>.

export function startSending() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("form[data-quick-send]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-once]")) return;
    if (document.body.dataset.sent) event.preventDefault();
    document.body.dataset.sent = "yes";
  });
  // The page may come back from the memory of the browser.
  addEventListener("pageshow", () => delete document.body.dataset.sent);
}
