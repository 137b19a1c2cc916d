/** The table with a row for each profile. */

import { ago, make, number, say } from "./words.js";

/** Fill the table, and let each heading sort it. `labels`: from a host to what people call it. */
export function fill(table, profiles, labels) {
  const heads = [...table.querySelectorAll("th")];
  const rows = profiles.map((profile) => ({ profile, row: row(profile, heads, labels) }));
  table.tBodies[0].replaceChildren(...rows.map(({ row }) => row));
  const value = (profile, key) => (profile.notTold.includes(key) ? null : profile[key]);
  for (const head of heads) head.querySelector("button").addEventListener("click", () => sort(table, rows, head, value));
}

function row(profile, heads, labels) {
  const { host, notTold } = profile;
  const cells = {
    owner: make("a", { href: `https://${host}/${encodeURIComponent(profile.owner)}` }, profile.owner),
    forge: labels[host],
    kind: profile.kind,
    fetchedAt: moment(profile.fetchedAt),
  };
  return make("tr", {}, ...heads.map(({ dataset: { key, number: isNumber } }) =>
    key === "owner"
      ? make("th", { scope: "row" }, cells.owner)
      : make("td", isNumber === undefined ? {} : { class: "number" }, cells[key] ?? (notTold.includes(key) ? "–" : number(profile[key])))));
}

/** A time for people: where they are, and how long ago. */
export function moment(text) {
  const time = new Date(text);
  const year = time.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  const local = time.toLocaleString("en", { year, month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
  return make("time", { datetime: text }, `${local} `, make("small", {}, `(${ago(time)})`));
}

/** By one column: numbers begin with the largest; the same heading again turns it round; equals stay as asked.
 *
 * `value`: of a profile and a key, null where its forge does not tell it; such rows come last either way.
 */
function sort(table, rows, head, value) {
  const { key, number: isNumber } = head.dataset;
  const usual = isNumber === undefined ? "ascending" : "descending";
  const other = usual === "ascending" ? "descending" : "ascending";
  const order = head.getAttribute("aria-sort") === usual ? other : usual;
  const sign = order === "ascending" ? 1 : -1;
  const valued = ({ profile }) => (isNumber === undefined ? String(profile[key]).toLowerCase() : value(profile, key));
  const compare = (one, two) => {
    const [left, right] = [valued(one), valued(two)];
    if (left === null || right === null) return (left === null) - (right === null);
    return left < right ? -sign : left > right ? sign : 0;
  };
  for (const each of table.querySelectorAll("th[aria-sort]")) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  table.tBodies[0].append(...rows.toSorted(compare).map(({ row }) => row));
  say(`Sorted by ${head.textContent}, ${order}.`);
}
