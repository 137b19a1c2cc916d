/** The page at work: a question, its progress, and what came of it. Without this file the form asks the API. */

import * as form from "./form.js";
import * as progress from "./progress.js";
import * as result from "./result.js";
import { events, Trouble } from "./stream.js";
import { query } from "./takeaway.js";
import { bare, many, say } from "./words.js";

const about = document.querySelector("#about");
const stop = document.querySelector("#stop");
const submit = document.querySelector("[type=submit]");
const shown = new Map(); // from an address's query to what it showed last, for the way back

let run = null; // an AbortController while a question is under way

form.prepare();
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const urls = form.urls();
  // twice in a hurry is once
  if (run && query(urls) === query(asked())) return;
  submit.focus(); // not everywhere does a click do that, and "Try again" goes away
  if (query(urls) !== query(asked()) || others()) history.pushState(null, "", query(urls));
  ask(urls);
});
stop.addEventListener("click", () => {
  leave();
  progress.stopped();
});
addEventListener("popstate", restore);
if (asked().length && !form.refused()) restore();

/** The URLs that the page's address asks for. */
function asked() {
  const values = new URLSearchParams(location.search).getAll("url");
  return values.flatMap((value) => value.split(/\r\n|\r|\n/)).map(bare).filter(Boolean);
}

/** What the page's address has besides, for the API to refuse it: nothing that somebody asked is dropped in silence. */
function others() {
  const left = new URLSearchParams(location.search);
  left.delete("url");
  return `${left}` && `&${left}`;
}

/** Show what belongs to the address: from memory, or by asking. */
function restore() {
  const urls = asked();
  leave();
  form.fill(urls.join("\n"));
  progress.end();
  result.hide();
  about.hidden = urls.length > 0;
  about.classList.remove("after");
  const known = shown.get(query(urls) + others());
  if (known) result.show(known);
  else if (urls.length) ask(urls);
}

async function ask(urls) {
  leave();
  const own = (run = new AbortController());
  about.hidden = true;
  stop.hidden = false;
  form.clear();
  result.hide();
  progress.begin();
  try {
    const found = await answered(urls, own.signal);
    if (!own.signal.aborted) finish(urls, found);
  } catch (error) {
    if (own.signal.aborted) return;
    if (!(error instanceof Trouble)) throw error;
    fail(error.facts);
  }
}

/** The answer, and the last that was said before it. */
async function answered(urls, signal) {
  let last = { profiles: { kept: 0 }, cost: {} };
  const address = new URL(`stream${query(urls)}&expand=profiles,langs,topics${others()}`, location.href);
  for await (const { name, data } of events(address, signal)) {
    if (name === "answer") return { answer: data, last };
    if (name === "progress") progress.show((last = data));
  }
}

function finish(urls, { answer, last }) {
  const waited = [stop, submit].includes(document.activeElement);
  const view = { urls, answer, last, seconds: progress.elapsed() };
  rest();
  progress.end();
  result.show(view);
  shown.set(query(urls) + others(), view);
  const { profiles, repositories } = result.absent(answer.missing, urls);
  const lost = repositories.length ? `, ${many(repositories.length, "repository", "repositories")} not found` : "";
  say(`Done: ${many(answer.profiles.length, "profile")}, ${profiles.length} missing${lost}.`);
  if (waited) result.heading().focus();
}

function fail(facts) {
  rest();
  progress.end();
  about.hidden = false;
  about.classList.add("after");
  form.complain(facts);
}

/** End what is under way; the server notices that nobody listens. */
function leave() {
  run?.abort();
  rest();
}

/** Nothing is under way. */
function rest() {
  run = null;
  if (document.activeElement === stop) submit.focus();
  stop.hidden = true;
}
