/** The table of profiles. */

import { long } from "./long.js";
import { ago, make, many, number, NUMBERS, say, short } from "./words.js";

const FEW = 50;

/** Fill the table, and let each heading sort it. `labels`: from a host to what people call it.
 *
 * `total`: the sums of all, absent where the rows add up to no answer; `picked`: is told the profiles that are chosen,
 * and says whether others may be chosen too.
 */
export function fill(section, profiles, labels, total, picked) {
  const table = section.querySelector("table");
  const columns = [["owner", "Profile"], ...NUMBERS, ["fetchedAt", "Counted"]];
  const chosen = new Set();
  const rows = new Map();

  function draw(some) {
    const made = some.map((profile) => rows.get(profile) ?? row(profile));
    some.forEach((profile, index) => rows.set(profile, made[index]));
    table.tBodies[0].replaceChildren(...made);
    pick();
    return made;
  }

  function row(profile) {
    const box = picked ? make("input", { type: "checkbox", "aria-label": `Compare ${profile.owner} on ${labels[profile.host]}` }) : null;
    box?.addEventListener("change", () => {
      chosen[box.checked ? "add" : "delete"](profile);
      pick();
    });
    return make("tr", {}, ...columns.map(([key]) => cell(key, profile, labels, box ? [box] : [])));
  }

  function pick() {
    if (!picked) return;
    const more = picked(profiles.filter((profile) => chosen.has(profile)));
    for (const [profile, { firstChild }] of rows) firstChild.querySelector("input").disabled = !more && !chosen.has(profile);
  }

  const words = ({ owner, host, kind }) => `${owner} ${labels[host]} ${kind}`;
  const show = long(section.querySelector(".scroll"), { few: FEW, draw, text: words, noun: ["profile", "profiles"] });
  table.tHead.append(make("tr", {}, ...columns.map(([key, label]) => head(key, label, (own) => show(sorted(profiles, own))))));
  show(profiles);
  const foot = table.tFoot;
  foot.hidden = !total || profiles.length < 2;
  if (!foot.hidden) foot.append(make("tr", {}, ...columns.map(([key]) => sum(key, profiles, total))));
}

export function head(key, label, sort, falls = isNumber(key)) {
  const button = make("button", { type: "button" }, short(label));
  const made = make("th", { scope: "col", "data-key": key, ...(falls && { class: "number" }) }, button);
  button.addEventListener("click", () => sort(made));
  return made;
}

const isNumber = (key) => NUMBERS.some(([one]) => one === key);

export const who = ({ owner, host, kind }, labels) => [
  make("a", { href: `https://${host}/${owner.split("/").map(encodeURIComponent).join("/")}` }, owner),
  make("small", {}, `${labels[host]} \u00b7 ${kind}`),
];

/** A profile's number for people; what its forge does not tell is none. */
export const figure = (profile, key) => (profile.notTold.includes(key) ? "\u2013" : number(profile[key]));

function cell(key, profile, labels, box) {
  if (key === "owner") return make("th", { scope: "row" }, make("div", { class: "who" }, ...box, make("span", {}, ...who(profile, labels))));
  if (key === "fetchedAt") return make("td", {}, moment(profile.fetchedAt));
  return make("td", { class: "number" }, figure(profile, key));
}

function sum(key, profiles, total) {
  if (key === "owner") return make("th", { scope: "row" }, `All ${many(profiles.length, "profile")}`);
  if (key === "fetchedAt") return make("td");
  const silent = profiles.every(({ notTold }) => notTold.includes(key));
  return make("td", { class: "number" }, silent ? "\u2013" : number(total[key]));
}

export function moment(text) {
  const time = new Date(text);
  return make("time", { datetime: text }, `${date(time)} `, make("small", {}, `(${ago(time)})`));
}

export const date = (time) => time.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** The order that a heading asks for and now shows: `usual` at first, the other one the next time. */
export function turned(head, usual) {
  const order = head.ariaSort === usual ? { ascending: "descending", descending: "ascending" }[usual] : usual;
  for (const each of head.parentNode.children) each.ariaSort = null;
  head.ariaSort = order;
  return order;
}

/** By one column: numbers begin with the largest; the same heading again turns it round; equals stay as asked.
 *
 * What a forge does not tell comes last either way.
 */
function sorted(profiles, head) {
  const { key } = head.dataset;
  const order = turned(head, isNumber(key) ? "descending" : "ascending");
  const sign = order === "ascending" ? 1 : -1;
  const valued = (profile) => (!isNumber(key) ? profile[key].toLowerCase() : profile.notTold.includes(key) ? null : profile[key]);
  const compare = (one, two) => {
    const [left, right] = [valued(one), valued(two)];
    if (left === null || right === null) return (left === null) - (right === null);
    return left < right ? -sign : left > right ? sign : 0;
  };
  say(`Sorted by ${head.textContent}, ${order}.`);
  return profiles.toSorted(compare);
}
