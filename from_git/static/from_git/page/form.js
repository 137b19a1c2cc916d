/** The lines of the form, and what is wrong with them, said beside them. */

import { complaints } from "./complaints.js";
import { FILTERS, filtered } from "./question.js";
import { bare, make, many, say, when } from "./words.js";

const field = document.querySelector("#url");
const gutter = document.querySelector(".gutter");
const problems = document.querySelector("#problems");
const list = problems.querySelector("ul");
const general = problems.querySelector(".general");
const again = problems.querySelector(".again");
const without = problems.querySelector(".without");
const filters = document.querySelector(".filters");
const SAID = 3; // lines at once; the others are in the list
const EMPTY = { lines: new Map(), general: "", retry: false };

let wrong = EMPTY;
let clock = 0;

/** The question in the form: URLs, one a line, without blanks around them, and the filter. */
export const question = () => ({ urls: lines().filter(Boolean), more: filtered(Object.fromEntries(FILTERS.map((name) => [name, bare(field.form[name].value)]))) });

const lines = () => field.value.split("\n").map(bare);

/** Number the lines, and keep the numbers beside them. */
export function prepare() {
  gutter.hidden = false;
  wrong = { ...EMPTY, general: general.textContent }; // what the server says of the address
  field.addEventListener("scroll", follow);
  field.addEventListener("input", () => {
    if (!wrong.retry) wrong = { ...wrong, general: "" };
    draw();
  });
  again.querySelector("button").addEventListener("click", () => field.form.requestSubmit());
  without.querySelector("button").addEventListener("click", () => {
    field.value = right().join("\n");
    field.form.requestSubmit();
  });
  draw();
}

/** Whether the server refuses the page's address. */
export const refused = () => Boolean(wrong.general);

export function fill({ urls, more }) {
  field.value = urls.join("\n");
  const asked = new URLSearchParams(more);
  for (const name of FILTERS) {
    const one = field.form[name];
    one.value = asked.get(name) ?? "";
    if (one.selectedIndex < 0) one.value = ""; // the API says what is wrong with it
  }
  if (filtered(Object.fromEntries(asked))) filters.open = true;
  clear();
}

export function clear() {
  wrong = EMPTY;
  clearInterval(clock);
  draw();
}

/** Show a failure: in its lines, and what belongs to none below them. */
export function complain(facts) {
  const { error, status, retryAfter } = facts;
  // asking the same again helps neither a wrong question nor what no time helps, which is a 503 of ours without a time
  const helps = !(status < 500) && !(error && status === 503 && !retryAfter);
  wrong = { ...complaints(facts, question().urls), retry: helps || status === 429 };
  const until = retryAfter ? performance.now() + retryAfter * 1000 : 0;
  clearInterval(clock);
  if (until) clock = setInterval(() => count(until), 1000);
  count(until);
  draw();
  const words = [...list.children].map((entry) => entry.textContent);
  const others = words.splice(SAID).length;
  if (others) words.push(`${many(others, "more line is", "more lines are")} wrong.`);
  say([...words, general.textContent].join(" ").trim());
}

function count(until) {
  const left = Math.ceil((until - performance.now()) / 1000);
  if (left <= 0 && clock) {
    clearInterval(clock);
    if (until) say("It can be asked again now.");
  }
  const words = left > 0 ? `It can be asked again ${when((until - performance.now()) / 1000)}.` : "It can be asked again now.";
  again.querySelector("span").textContent = until ? words : "";
  again.querySelector("button").disabled = left > 0; // before that it cannot succeed
}

/** Everything from `wrong` and the text as it is now: a mark goes with the line that it was for. */
function draw() {
  const now = lines();
  const bad = now.flatMap((text, index) => (wrong.lines.has(text) ? [{ index, words: wrong.lines.get(text) }] : []));
  field.parentElement.classList.toggle("many", now.length > 99);
  gutter.replaceChildren(
    make("div", { class: "numbers" }, now.map((_, index) => index + 1).join("\n")),
    ...bad.map(({ index }) => mark(index)),
  );
  list.replaceChildren(...bad.map(({ index, words }) => entry(index, words)));
  general.textContent = wrong.general;
  general.hidden = !wrong.general;
  problems.hidden = !bad.length && !wrong.general;
  again.hidden = !wrong.retry;
  without.hidden = !bad.length || !right().length;
  field.setAttribute("aria-describedby", problems.hidden ? "hint" : "hint problems");
  if (bad.length) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  follow();
}

const right = () => lines().filter((text) => text && !wrong.lines.has(text));

function mark(index) {
  const made = make("div", { class: "bad" }, "!");
  made.style.setProperty("--line", index);
  return made;
}

function entry(index, words) {
  const button = make("button", { type: "button" }, make("b", {}, `Line ${index + 1}:`), ` ${words}`);
  button.addEventListener("click", () => go(index));
  return make("li", {}, button);
}

function go(index) {
  const before = field.value.split("\n").slice(0, index).join("\n").length + (index ? 1 : 0);
  field.focus();
  field.setSelectionRange(before, before + field.value.split("\n")[index].length);
  field.scrollTop = Math.max(0, (index - 1) * parseFloat(getComputedStyle(field).lineHeight));
}

function follow() {
  gutter.style.setProperty("--scrolled", `${-field.scrollTop}px`);
}
