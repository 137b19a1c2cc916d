/** The page at work: a question, its progress, and what came of it. Without this file the form asks the API. */

import * as form from "./form.js";
import * as progress from "./progress.js";
import { asked, query } from "./question.js";
import * as result from "./result.js";
import { events, Trouble } from "./stream.js";
import { many, say } from "./words.js";

const main = document.querySelector("main");
const stop = document.querySelector("#stop");
const submit = document.querySelector("[type=submit]");
const shown = new Map(); // from an address's query to what it showed last, for the way back

let run = null; // an AbortController while a question is under way

form.prepare();
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = form.question();
  const same = query(question) === query(asked());
  // twice in a hurry is once
  if (run && same) return;
  submit.focus(); // not everywhere does a click do that, and "Try again" goes away
  if (!same) history.pushState(null, "", query(question));
  ask(question);
});
stop.addEventListener("click", () => {
  leave();
  progress.stopped();
});
addEventListener("popstate", restore);
if (asked().urls.length && !form.refused()) restore();

/** Show what belongs to the address: from memory, or by asking. */
function restore() {
  const question = asked();
  leave();
  form.fill(question);
  progress.end();
  result.hide();
  main.classList.toggle("first", !question.urls.length);
  const known = shown.get(query(question));
  if (known) result.show(known);
  else if (question.urls.length) ask(question);
}

async function ask(question) {
  leave();
  const own = (run = new AbortController());
  main.classList.remove("first");
  stop.hidden = false;
  form.clear();
  result.hide();
  progress.begin();
  try {
    const found = await answered(question, own.signal);
    if (!own.signal.aborted) finish(question, found);
  } catch (error) {
    if (own.signal.aborted) return;
    if (!(error instanceof Trouble)) throw error;
    fail(error.facts);
  }
}

async function answered(question, signal) {
  let last = { profiles: { kept: 0 }, cost: {} };
  const address = new URL(`stream${query(question)}&expand=profiles,langs,topics`, location.href);
  for await (const { name, data } of events(address, signal)) {
    if (name === "answer") return { answer: data, last };
    if (name === "progress") progress.show((last = data));
  }
}

function finish(question, { answer, last }) {
  const waited = [stop, submit].includes(document.activeElement);
  const { urls } = question;
  const view = { urls, answer, last, seconds: progress.elapsed(), at: new Date() };
  rest();
  progress.end();
  result.show(view);
  shown.set(query(question), view);
  const { profiles, repositories } = result.absent(answer.missing, urls);
  const lost = repositories.length ? `, ${many(repositories.length, "repository", "repositories")} not found` : "";
  say(`Done: ${many(answer.profiles.length, "profile")}, ${profiles.length} missing${lost}.`);
  if (waited) result.heading().focus();
}

function fail(facts) {
  rest();
  progress.end();
  result.unfinished(facts);
  form.complain(facts);
}

/** End what is under way; the server notices that nobody listens. */
function leave() {
  run?.abort();
  rest();
}

function rest() {
  run = null;
  if (document.activeElement === stop) submit.focus();
  stop.hidden = true;
}
