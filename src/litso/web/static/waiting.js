// A page that shows work in progress (data-running) loads itself again until the work is done.

const SECONDS = 3;

export function startWaiting() {
  if (document.querySelector("[data-running]")) setTimeout(() => location.reload(), SECONDS * 1000);
}
