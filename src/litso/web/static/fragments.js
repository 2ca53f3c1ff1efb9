// Replaces a part of the page instead of loading it whole: <a data-swap="#timeline"> or <form data-swap="#contacts">.
// The server answers the whole page; the parts of the same ids are taken from it.

async function swap(selector, url, options) {
  const targets = selector.split(" ").map((one) => document.querySelector(one));
  targets.forEach((target) => target.classList.add("is-loading"));
  const response = await fetch(url, options);
  if (!response.headers.get("content-type")?.startsWith("text/html") || response.status >= 500) {
    return location.assign(url);
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const target of targets) {
    const fresh = page.getElementById(target.id);
    if (!fresh) return location.assign(response.url);
    target.replaceWith(fresh);
  }
  const focus = document.querySelector(selector.split(" ")[0]).querySelector("[data-focus]");
  focus?.focus();
}

export function startFragments() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    swap(link.dataset.swap, link.href, {});
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-swap]");
    if (!form) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    swap(form.dataset.swap, form.action, { method: "POST", body });
  });
}
