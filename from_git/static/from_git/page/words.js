/** Numbers, times and elements, as all parts of the page write them. */

const EXACT = new Intl.NumberFormat("en");
const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** Pairs of a key of the answer, which is a number, and what people call it. */
export const NUMBERS = [...document.querySelectorAll("[data-key]")].map(({ dataset, textContent }) => [dataset.key, textContent]);

export const short = (label) => label.replace(" repositories", "");

export const number = (value) => EXACT.format(value);

export const many = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;

export const joined = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** All of them, or the first ones. */
export const first = (words, most) =>
  words.length <= most ? joined(words) : `${words.slice(0, most).join(", ")} and ${number(words.length - most)} more`;

/** Bytes in thousands, with three digits at most after the first thousand. */
export function size(bytes) {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value < 9.95 && unit ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** "4.2 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds, digits = 1) {
  if (seconds < 60) return `${seconds.toFixed(digits)} s`;
  const whole = Math.round(seconds);
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export const took = (seconds) => (seconds < 0.05 ? "less than 0.1 s" : duration(seconds));

/** A moment to come: "in 45 s", "at 21:00 UTC, in 57 min 3 s", as the API says it. */
export function when(seconds) {
  const left = `in ${duration(Math.ceil(seconds), 0)}`;
  if (seconds < 90) return left;
  // rounded up, so that the moment is never too early
  const ready = new Date(Math.ceil((Date.now() / 1000 + seconds) / 60) * 60_000).toISOString();
  const day = ready.slice(0, 10) === new Date().toISOString().slice(0, 10) ? "" : ` on ${ready.slice(0, 10)}`;
  return `at ${ready.slice(11, 16)} UTC${day}, ${left}`;
}

/** How long ago a time was, in its largest unit. */
export function ago(time) {
  const seconds = Math.max(0, (Date.now() - time) / 1000);
  if (seconds < 60) return "just now";
  for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]])
    if (seconds >= length) return `${many(Math.floor(seconds / length), unit)} ago`;
}

/** A line without what the API takes for blanks around it, and a byte order mark. */
export const bare = (line) => line.replace(/^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g, "");

/** An element; text is text, never HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function pushed(text, does) {
  const button = make("button", { type: "button", class: "quiet" }, text);
  button.addEventListener("click", does);
  return button;
}

export const slot = (root, name) => root.querySelector(`[data-slot="${name}"]`);

/** For screen readers, by the page's one polite live region. */
export function say(text) {
  document.querySelector("#said").textContent = text;
}
