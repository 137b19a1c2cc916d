/** Profiles side by side, each number with a bar on the scale of its row. */

import { bar } from "./bars.js";
import { figure, who } from "./table.js";
import { make, NUMBERS, short } from "./words.js";

const [FEWEST, MOST] = [2, 6];

/** Ready the button and the section; the function that is returned is told the chosen profiles, and says whether others
 * may be chosen too. */
export function ready(section, choose, labels) {
  const button = choose.querySelector("button");
  const heading = section.querySelector("h3");
  let chosen = [];
  choose.hidden = false;
  button.addEventListener("click", () => {
    fill(section, chosen, labels);
    section.hidden = false;
    heading.focus();
  });
  section.querySelector("button").addEventListener("click", () => {
    section.hidden = true;
    button.focus();
  });
  return (now) => {
    chosen = now;
    button.disabled = chosen.length < FEWEST;
    button.textContent = chosen.length < FEWEST ? "Compare" : `Compare ${chosen.length}`;
    return chosen.length < MOST;
  };
}

function fill(section, profiles, labels) {
  const table = section.querySelector("table");
  const heads = profiles.map((profile) => make("th", { scope: "col" }, ...who(profile, labels)));
  table.tHead.replaceChildren(make("tr", {}, make("td"), ...heads));
  // repositories are one thing, whether original or forked
  const repositories = Math.max(...profiles.map(({ originalRepos, forkedRepos }) => Math.max(originalRepos, forkedRepos)));
  table.tBodies[0].replaceChildren(...NUMBERS.map(([key, label]) => {
    const most = key.endsWith("Repos") ? repositories : Math.max(...profiles.map((profile) => profile[key]));
    const cells = profiles.map((profile) => make("td", { class: "number" }, figure(profile, key), bar(profile[key] / (most || 1))));
    return make("tr", {}, make("th", { scope: "row" }, short(label)), ...cells);
  }));
  table.style.setProperty("--columns", profiles.length);
}
