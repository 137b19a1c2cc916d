/** What is going on, in figures and words, while the server counts. */

import { duration, make, many, number, say, slot } from "./words.js";

const panel = document.querySelector("#progress");
const bar = panel.querySelector("progress");
const title = panel.querySelector("h2");
const SAID_EVERY = 4000; // ms; screen readers have to keep up

let begun = 0;
let clock = 0;
let last = 0;
let said = "";

export function begin() {
  end();
  begun = last = performance.now();
  said = "";
  title.textContent = "Counting";
  show({ profiles: {}, pages: {}, watchers: {}, retries: 0, waits: [] });
  clock = setInterval(tick, 100);
  tick();
  panel.hidden = false;
  say("Counting.");
}

export function show({ profiles, pages, watchers, retries, waits }) {
  const known = (pages.known ?? 0) + (watchers.known ?? 0);
  if (known) [bar.max, bar.value] = [known, (pages.done ?? 0) + (watchers.done ?? 0)];
  else bar.removeAttribute("value");
  slot(panel, "profiles").textContent = profiles.known ? `${of(profiles)} done` : "looking";
  slot(panel, "found").textContent = where(profiles);
  slot(panel, "pages").textContent = pages.known ? of(pages) : "none yet";
  slot(panel, "watchers").textContent = watchers.known ? of(watchers) : "none yet";
  slot(panel, "retries").textContent = retries ? `${many(retries, "call was", "calls were")} sent again.` : "";
  slot(panel, "waits").replaceChildren(...waits.map((wait) => make("li", {}, wait)));
  tell({ profiles, pages, watchers, waits });
}

export function end() {
  clearInterval(clock);
  panel.hidden = true;
}

export function stopped() {
  clearInterval(clock);
  title.textContent = "Stopped";
  if (bar.position < 0) bar.value = 0;
  slot(panel, "waits").replaceChildren(make("li", {}, "Nothing more is asked of the forges."));
  say("Stopped. Nothing more is asked of the forges.");
}

export const elapsed = () => (performance.now() - begun) / 1000;

function where({ known, found, kept }) {
  if (!known) return "";
  return kept ? `${number(found)} found, ${number(kept)} from the cache` : `${number(found)} found`;
}

const of = ({ done, known }) => `${number(done)} of ${number(known)}`;

function tick() {
  slot(panel, "elapsed").textContent = duration(elapsed());
}

function tell({ profiles, pages, watchers, waits }) {
  if (performance.now() - last < SAID_EVERY || !profiles.known) return;
  const parts = [`${of(profiles)} profiles`, `${of(pages)} pages`];
  if (watchers.known) parts.push(`${of(watchers)} repositories`);
  const words = [`${parts.join(", ")}.`, ...waits].join(" ");
  if (words === said) return;
  [last, said] = [performance.now(), words];
  say(words);
}
