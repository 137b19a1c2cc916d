/** A list with a bar for each entry. */

import { long } from "./long.js";
import { make, number, size } from "./words.js";

const FEW = 10;

/** Let a section's list show entries, the longest bar first; the function that is returned says by which measure.
 *
 * `entries`: name, repos, and bytes or null where there are any; `noun`: of one of them and of more; `none`: what stands
 * there without any.
 */
export function fill(section, entries, noun, none = "None.") {
  const list = section.querySelector("ol");
  let [measure, longest] = ["repos", 1];
  const show = long(list, { few: FEW, draw, text: ({ name }) => name, noun });
  if (!entries.length) list.after(make("p", { class: "hint" }, none));

  function draw(some) {
    list.replaceChildren(...some.map((entry) => row(entry, measure, entry[measure] / longest)));
    return list.children;
  }

  return (by) => {
    measure = by;
    const sorted = entries.toSorted((one, other) => (other[by] ?? -1) - (one[by] ?? -1) || (one.name < other.name ? -1 : 1));
    longest = sorted[0]?.[by] || 1;
    show(sorted);
  };
}

export function bar(share) {
  const made = make("span", { class: "bar", "aria-hidden": "true" });
  made.style.setProperty("--share", share);
  return made;
}

function row(entry, measure, share) {
  const value = entry[measure];
  const words = value === null ? "unknown" : measure === "bytes" ? size(value) : number(value);
  const figure = make("span", { class: "figure" }, words);
  if (measure === "repos") figure.append(make("span", { class: "unseen" }, value === 1 ? " repository" : " repositories"));
  return make("li", {}, make("span", { class: "name" }, entry.name), bar(share), figure);
}
