// A field marked data-submit sends its form when its value is settled: a slider needs no button then.

export function startSliding() {
  for (const field of document.querySelectorAll("[data-submit]")) {
    field.addEventListener("change", () => field.form.requestSubmit());
  }
}
