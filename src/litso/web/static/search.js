// Search while typing: a debounced POST (a fragment in the address bar or a log would be personal data), the older
// request is aborted, the list is driven from the keyboard as an ARIA combobox.

const PAUSE_MS = 120;
const SHORTEST = 2;

export function startSearch(form) {
  const input = form.querySelector("input[name=q]");
  const list = document.getElementById(form.dataset.search);
  const status = document.getElementById(form.dataset.status);
  const isDrop = list.classList.contains("search__drop");
  const rest = isDrop ? null : list.innerHTML;
  let timer;
  let running;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");

  const hits = () => [...list.querySelectorAll(".hit a")];
  const chosen = () => list.querySelector(".hit a[aria-selected=true]");

  function choose(link) {
    chosen()?.setAttribute("aria-selected", "false");
    link?.setAttribute("aria-selected", "true");
    link?.scrollIntoView({ block: "nearest" });
    if (link) input.setAttribute("aria-activedescendant", link.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function show(html) {
    list.innerHTML = html;
    list.hidden = isDrop && !html;
    input.setAttribute("aria-expanded", String(hits().length > 0));
    input.removeAttribute("aria-activedescendant");
    status.textContent = list.querySelector("[data-said]")?.dataset.said ?? "";
  }

  async function run() {
    running?.abort();
    const query = input.value.trim();
    if (!isDrop) history.replaceState({ query }, "");
    if (query.length < SHORTEST) return show(rest ?? "");
    running = new AbortController();
    list.classList.add("is-loading");
    try {
      const body = new URLSearchParams(new FormData(form));
      const response = await fetch("/search", { method: "POST", body, signal: running.signal });
      if (response.redirected || response.status === 401) return location.assign("/sign-in");
      show(await response.text());
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = form.dataset.failed;
      return;
    }
    list.classList.remove("is-loading");
    list.dataset.query = query;
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(run, PAUSE_MS);
  });

  input.addEventListener("keydown", (event) => {
    const links = hits();
    const at = links.indexOf(chosen());
    if (event.code === "ArrowDown" || event.code === "ArrowUp") {
      event.preventDefault();
      const step = event.code === "ArrowDown" ? 1 : -1;
      choose(links[(at + step + links.length) % links.length]);
    } else if (event.code === "Escape") {
      if (isDrop) show("");
      else choose(null);
    }
  });

  form.addEventListener("submit", (event) => {
    const link = chosen() ?? hits()[0];
    if (link && list.dataset.query === input.value.trim()) {
      event.preventDefault();
      location.assign(link.href);
    }
  });

  if (isDrop) {
    document.addEventListener("click", (event) => {
      if (!form.contains(event.target)) show("");
    });
  } else if (history.state?.query && !input.value) {
    input.value = history.state.query;
    run();
  }
}
