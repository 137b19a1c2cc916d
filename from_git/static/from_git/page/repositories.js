/** The table of repositories: a worker holds all of them, the page shows a part at a time. */

import { filtered, query } from "./question.js";
import { head, turned } from "./table.js";
import { make, number, say } from "./words.js";

const PART = 50;
const NAMED = 3; // languages in a row
const COLUMNS = { name: "Repository", profile: "Profile", stars: "Stars", watchers: "Watchers", langs: "Languages", license: "Licence", pushedAt: "Pushed" };
const CHOICES = { forks: ["forks too", "no forks", "only forks"], archived: ["archived too", "none archived", "only archived"], language: ["any language"] };
const isNumber = (key) => ["stars", "watchers"].includes(key);

let last = new AbortController();

/** Ask for the repositories behind an answer, with its filter, when somebody comes near the section. */
export function fill(section, urls, { data, profiles, filter = {} }, labels) {
  last.abort();
  onbeforeprint = null;
  const count = data.originalRepos + data.forkedRepos;
  section.hidden = !count;
  if (!count) return;
  last = new AbortController();
  const near = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && begin(), { rootMargin: "100%" });
  const again = make("button", { type: "button", class: "quiet", hidden: "" }, "Try again");
  const owners = apart(profiles, labels);
  const serve = table(section, count, again, last.signal, owners);
  const begin = () => {
    near.disconnect();
    onbeforeprint = null;
    again.hidden = true;
    serve(`../health-check${query({ urls, more: filtered(filter) })}&expand=repositories&format=json`);
  };
  near.observe(section);
  onbeforeprint = begin;
  again.addEventListener("click", begin);
}

/** From a profile's URL to its owner, with the forge where another profile has the same name. */
function apart(profiles, labels) {
  const seen = new Map();
  for (const { owner } of profiles) seen.set(owner.toLowerCase(), seen.has(owner.toLowerCase()));
  const name = ({ owner, host }) => seen.get(owner.toLowerCase()) ? `${owner} (${labels[host].replace(/^.* at /, "")})` : owner;
  return new Map(profiles.map((one) => [one.url, name(one)]));
}

/** Build the table; what is returned fills it from an address. `owners`: by their profiles' URLs. */
function table(section, count, again, signal, owners) {
  const wish = { id: 0, search: "" };
  let worker, first;
  const ask = (changed) => worker.postMessage(Object.assign(wish, { from: 0, id: wish.id + 1 }, changed));
  const [before, after] = [["Previous", -PART], ["Next", PART]].map(([label, step]) => {
    const button = make("button", { type: "button", class: "quiet" }, label);
    button.addEventListener("click", () => ask({ from: first + step }));
    button.hidden = count <= PART;
    return button;
  });
  const words = make("span", { class: "hint" });
  const field = make("input", { type: "search", name: "search", placeholder: "Search", "aria-label": "Search by name, language, topic or licence" });
  const choices = Object.entries(CHOICES).map(([name, labels]) =>
    make("select", { name, "aria-label": name }, ...labels.map((label, index) => new Option(label, ["", "no", "only"][index]))));
  const find = make("p", { class: "find" }, field, ...choices);
  find.addEventListener("input", ({ target }) => ask({ [target.name]: target.value }));
  find.inert = true;
  const heads = Object.entries(COLUMNS).map(([key, label]) =>
    head(key, label, (own) => ask({ sort: key, order: turned(own, isNumber(key) || key === "pushedAt" ? "descending" : "ascending") }), isNumber(key)));
  const rows = make("tbody");
  const box = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Repositories" }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), rows));
  const keep = (height) => box.style.setProperty("--rows", height);
  keep(Math.min(PART, count));
  section.replaceChildren(make("h3", {}, "Repositories"), find, make("p", { class: "more" }, before, after, words, again), box);

  function heard({ data }) {
    if (data.languages) {
      choices[2].append(...data.languages.map((name) => new Option(name)));
      find.inert = false;
      ask();
    } else if (data.id === wish.id) {
      first = data.first;
      keep(data.rows.length);
      rows.replaceChildren(...data.rows.map((row) => drawn({ ...row, profile: owners.get(row.profile) })));
      before.ariaDisabled = !first;
      after.ariaDisabled = first === data.last;
      words.textContent = told(data);
      if (data.id > 1) say(words.textContent);
    }
  }

  function failed({ message, advice }) {
    if (signal.aborted) return;
    say((words.textContent = advice ? `${message} ${advice}` : "The connection broke."));
    again.hidden = false;
  }

  return async (address) => {
    words.textContent = "Reading …";
    try {
      const response = await fetch(address, { signal });
      if (!response.ok) throw await response.json();
      const bytes = await response.arrayBuffer();
      worker = new Worker(new URL("./repositories-worker.js", import.meta.url));
      signal.addEventListener("abort", () => worker.terminate());
      [worker.onmessage, worker.onerror] = [heard, failed];
      worker.postMessage({ bytes }, [bytes]);
    } catch (error) {
      failed(error);
    }
  };
}

function told({ first, found, all, rows }) {
  if (!found) return "None found.";
  return `${number(first + 1)}–${number(first + rows.length)} of ${number(found)}${found < all ? " found" : ""}`;
}

function drawn(row) {
  const marks = [row.isFork && "fork", row.isArchived && "archived"].filter(Boolean).join(", ");
  const rest = row.langs.length - NAMED;
  const langs = rest > 1 ? `${row.langs.slice(0, NAMED).join(", ")} and ${rest} more` : row.langs.join(", ");
  const shown = { ...row, langs, pushedAt: row.pushedAt?.slice(0, 10) };
  const cells = Object.keys(COLUMNS).slice(1).map((key) =>
    make("td", isNumber(key) ? { class: "number" } : {}, shown[key]?.toLocaleString("en") ?? "–"));
  return make("tr", {}, make("th", { scope: "row" }, make("a", { href: row.url }, row.name), make("small", {}, marks)), ...cells);
}
