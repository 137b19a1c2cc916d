/** A list with a bar for each entry. */

import { make, many, number, size } from "./words.js";

const FIRST = 10;

/** Fill a section's list: the longest bar first, FIRST of them until a button shows all.
 *
 * `entries`: name, repos, and bytes where there are any; `measure`: which of the two the bars are by;
 * `none`: what stands there without entries.
 */
export function fill(section, entries, measure = "repos", none = "None.", all = false) {
  const known = entries.filter((entry) => entry[measure] !== null);
  const sorted = known.sort((one, other) => other[measure] - one[measure] || (one.name < other.name ? -1 : 1));
  sorted.push(...entries.filter((entry) => entry[measure] === null));
  const longest = sorted[0]?.[measure] || 1;
  const list = section.querySelector("ol");
  list.replaceChildren(...sorted.slice(0, all ? undefined : FIRST).map((entry) => row(entry, entry[measure] / longest)));
  section.querySelector(".more")?.remove();
  if (!entries.length) list.after(make("p", { class: "hint more" }, none));
  else if (!all && entries.length > FIRST) list.after(more(section, entries, measure));
}

function row({ name, repos, bytes }, share) {
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", share);
  const figures = [make("span", { class: "repos" }, many(repos, "repository", "repositories"))];
  if (bytes !== undefined) figures.push(make("span", { class: "bytes" }, bytes === null ? "unknown" : size(bytes)));
  return make("li", {}, make("span", { class: "name" }, name), bar, ...figures);
}

function more(section, entries, measure) {
  const button = make("button", { type: "button", class: "quiet" }, `Show all ${number(entries.length)}`);
  button.addEventListener("click", () => {
    fill(section, entries, measure, "", true);
    // the button is gone: the first new entry is where a keyboard goes on
    const next = section.querySelectorAll("li")[FIRST];
    next.tabIndex = -1;
    next.focus();
  });
  return make("p", { class: "more" }, button);
}
