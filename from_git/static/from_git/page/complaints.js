/** From an error's members to the lines of the form that they are about. */

import { many } from "./words.js";

/** `lines`: from a line's text to what is wrong with it; `general`: what belongs to none. */
export function complaints({ message, advice = "", profile, urls = [], urlsMore = 0, parameters = [] }, texts) {
  const whole = `${message} ${advice}`.trim();
  if (texts.includes(profile)) return { lines: new Map([[profile, whole]]), general: "" };
  if (!urls.length) return { lines: new Map(), general: whole };
  const lines = new Map();
  const others = [];
  for (const one of urls) {
    const blamed = texts.filter((text) => isOf(text, one.url));
    for (const text of blamed) lines.set(text, words(one));
    if (!blamed.length) others.push(`${one.url}: ${words(one)}`);
  }
  if (urlsMore) others.push(`${many(urlsMore, "more URL is wrong", "more URLs are wrong")}.`);
  others.push(...parameters.map((one) => `${one.name} ${words(one)}`), advice);
  return { lines, general: others.join(" ") };
}

/** Whether a URL, which the API cuts where it is longer than any that is one, is that of a line. */
const isOf = (text, url) => text === url || (url.endsWith("\u2026") && text.startsWith(url.slice(0, -1)));

const words = ({ reason, suggestion }) => reason + (suggestion ? `; did you mean ${suggestion}?` : ".");
