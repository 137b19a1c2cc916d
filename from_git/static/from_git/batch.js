/** Keeps the page of a batch fresh while it is under way, and cancels it. Without this file the page loads itself anew. */

const SOONEST = 2000; // milliseconds between two looks
const SELDOM = 30000;
const PART = 9; // a page that takes long is asked for in so many times as long as it took

let pause = SOONEST;
let said = document.querySelector("#batch").textContent;
prepare();
if (running()) setTimeout(look, pause);

function running() {
  return document.querySelector("#batch").hasAttribute("data-running");
}

function prepare() {
  const button = document.querySelector("[data-cancel]");
  if (!button) return;
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    if (!confirm("Cancel the batch? What is done stays.")) return;
    button.disabled = true;
    const response = await fetch(location.pathname, { method: "DELETE" }).catch(() => null);
    button.disabled = false;
    button.focus(); // which it has lost with being disabled
    if (response?.ok) look();
    else button.textContent = "It was not cancelled. Try again";
  });
}

async function look() {
  const begun = performance.now();
  try {
    const response = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (response.status === 404) return location.reload();
    if (response.ok) show(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    pause = SELDOM; // no network, or the service is being started anew
  }
  pause = Math.min(SELDOM, Math.max(pause, PART * (performance.now() - begun)));
  if (running()) setTimeout(look, pause);
}

function show(fresh) {
  const next = fresh.querySelector("#batch");
  const text = next.textContent;
  pause = text === said ? Math.min(SELDOM, pause * 1.5) : SOONEST;
  if (text === said) return;
  said = text;
  const focused = document.activeElement?.matches("[data-cancel]");
  document.title = fresh.title;
  document.querySelector("h2").textContent = fresh.querySelector("h2").textContent;
  document.querySelector("#batch").replaceWith(next);
  prepare();
  if (!focused) return;
  const heading = document.querySelector("h2");
  heading.tabIndex = -1;
  (document.querySelector("[data-cancel]") ?? heading).focus();
}
