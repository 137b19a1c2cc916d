/** The answer for a person: numbers, bars, a row for each profile, and what it all cost. */

import * as bars from "./bars.js";
import * as compare from "./compare.js";
import { told } from "./question.js";
import * as rows from "./repositories.js";
import * as table from "./table.js";
import * as takeaway from "./takeaway.js";
import { first, joined, make, many, number, NUMBERS, slot, took } from "./words.js";

const place = document.querySelector("#result");
const parts = document.querySelector("#result-parts").content;
const printed = document.querySelector("#printed");
const NAMED = 3; // of the most frequent languages and topics
const FORGES = 5; // so many are named in a line
const hosts = JSON.parse(document.querySelector("main").dataset.hosts); // kind of forge, label, host
const labels = Object.fromEntries(hosts.map(([, label, host]) => [host, label]));
const kinds = Object.fromEntries(hosts.toReversed().map(([kind, label]) => [kind, label])); // as the first host of each

/** `urls`: as asked; `last`: the last progress; `seconds`: how long the person waited; `at`: when the answer came. */
export function show({ urls, answer, last, seconds, at }) {
  place.replaceChildren(parts.cloneNode(true));
  const title = named(answer.profiles) || "Nobody there";
  heading().textContent = title;
  slot(place, "summary").textContent = summary(answer);
  document.title = `${title} \u2013 from-git`;
  const { profiles, repositories } = absent(answer.missing, urls);
  missing("missing", profiles);
  missing("lost", repositories);
  const silent = untold(answer.profiles);
  tiles(answer, silent);
  people(answer);
  languages(answer.langsDetail);
  const topics = slot(place, "topics");
  bars.fill(topics, answer.topicsDetail, ["topic", "topics"], silent.topics ? `Not told by ${silent.topics}.` : "None.")("repos");
  slot(place, "counted").replaceChildren(...counted(answer, last, seconds).map((words) => make("li", {}, ...words)));
  takeaway.fill(place, urls, answer, title);
  rows.fill(slot(place, "repositories"), urls, answer, labels);
  stamp(at);
  place.hidden = false;
  const past = slot(place, "past");
  past?.lastChild.addEventListener("toggle", () => import("../past.js").then(({ fill }) => fill(past, urls)), { once: true });
}

/** The rows that were finished when one profile was refused: no answer, and nothing that looks like one. */
export function unfinished({ profiles }) {
  stamp(new Date());
  if (!profiles?.length) return;
  const whole = parts.cloneNode(true);
  const section = slot(whole, "profiles");
  place.replaceChildren(whole.querySelector("h2"), slot(whole, "summary"), section);
  heading().textContent = "Not a total";
  slot(place, "summary").textContent = `Before that ${many(profiles.length, "profile was", "profiles were")} finished. A total without the others would be wrong.`;
  table.fill(section, profiles, labels);
  place.hidden = false;
}

export function hide() {
  place.hidden = true;
  place.replaceChildren();
  printed.textContent = "";
  document.title = "from-git";
}

export const heading = () => place.querySelector("h2");

function stamp(at) {
  printed.textContent = `${location.href} \u2013 ${table.date(at)}`;
}

/** The owners, each once, as pictures name them: "A", "A and B", "A, B and C", "A, B and 3 more". */
function named(profiles) {
  const names = [...new Map(profiles.toReversed().map(({ owner }) => [owner.toLowerCase(), owner])).values()].reverse();
  return first(names, names.length < 4 ? 3 : 2);
}

function summary({ data, profiles, filter }) {
  const count = data.originalRepos + data.forkedRepos;
  if (filter && !count) return `No repository passes the filter (${told(filter)}).`;
  const repositories = many(count, "public repository", "public repositories");
  const on = profiles.length ? ` on ${where(profiles)}` : "";
  const internal = profiles.some(({ counted }) => counted?.includes("internal")) ? ", with internal repositories" : "";
  return `${repositories} of ${many(profiles.length, "profile")}${on}${internal}${filter ? `, ${told(filter)}` : ""}`;
}

/** The names of their forges, as pictures have them. */
function where(profiles) {
  const asked = new Set(profiles.map(({ host }) => host));
  return first(hosts.filter(([, , host]) => asked.has(host)).map(([, label]) => label), FORGES);
}

/** Missing profiles stand there as asked; all else are repositories, which nobody can ask for. */
export function absent(missing, urls) {
  const asked = new Set(urls);
  return { profiles: missing.filter((url) => asked.has(url)), repositories: missing.filter((url) => !asked.has(url)) };
}

function missing(name, urls) {
  const section = slot(place, name);
  section.hidden = !urls.length;
  section.querySelector("ul").replaceChildren(...urls.map((url) => make("li", {}, url)));
}

/** From each key that is told of none of these profiles, whose sum is no number, to the names of their forges. */
function untold(profiles) {
  const keys = profiles.length ? profiles[0].notTold.filter((key) => profiles.every(({ notTold }) => notTold.includes(key))) : [];
  return Object.fromEntries(keys.map((key) => [key, where(profiles)]));
}

function tiles({ data, profiles, langsDetail, topicsDetail }, silent) {
  const all = data.originalRepos + data.forkedRepos;
  const notes = { langsNum: most(langsDetail), topicsNum: most(topicsDetail) };
  const tile = ([key, label]) => {
    const value = silent[key] ? "\u2013" : number(data[key]);
    const part = key.endsWith("Repos") && all ? `${percent(data[key], all)} of all` : "";
    const others = profiles.filter(({ notTold }) => notTold.includes(key));
    const note = others.length && (silent[key] || !notes[key]) ? `not told by ${where(others)}` : (notes[key] ?? part);
    return make("li", { "data-key": key }, make("h3", {}, label), make("p", { class: "value" }, value), make("p", { class: "note" }, note));
  };
  const list = place.querySelector(".tiles");
  list.append(...NUMBERS.map(tile));
  list.style.setProperty("--long", Math.max(...NUMBERS.map(([key]) => number(data[key]).length)));
}

const most = (entries) => entries.toSorted((one, other) => other.repos - one.repos).slice(0, NAMED).map(({ name }) => name).join(", ");

/** In whole ones, where nothing is all or none that is not. */
function percent(count, all) {
  const rounded = Math.round((100 * count) / all);
  return `${count && count < all ? Math.min(99, Math.max(1, rounded)) : rounded} %`;
}

function people({ profiles, data }) {
  const section = slot(place, "profiles");
  section.hidden = !profiles.length;
  const picked = profiles.length > 1 && compare.ready(slot(place, "compared"), section.querySelector(".choose"), labels);
  table.fill(section, profiles, labels, data, picked);
}

function languages(entries) {
  const section = slot(place, "langs");
  const choice = section.querySelector("fieldset");
  const known = entries.filter(({ bytes }) => bytes !== null).length;
  choice.hidden = !known;
  slot(place, "unknown").hidden = !known || known === entries.length;
  const show = bars.fill(section, entries, ["language", "languages"]);
  choice.addEventListener("change", ({ target }) => show(target.value));
  show("repos");
}

function counted({ profiles }, { profiles: { known, kept }, cost }, seconds) {
  const lines = [];
  const oldest = profiles.map(({ fetchedAt }) => fetchedAt).sort()[0];
  const whence = [];
  if (known > kept) whence.push(`${many(known - kept, "profile")} asked for just now`);
  if (kept) whence.push(`${many(kept, "profile")} from the cache`);
  if (whence.length) lines.push([`${joined(whence)}.`]);
  if (oldest) lines.push(["The oldest number is from ", table.moment(oldest), "."]);
  lines.push([`It took ${took(seconds)}.`]);
  const of = (kind) => where(profiles.filter(({ forge }) => forge === kind)) || kinds[kind];
  for (const [kind, spent] of Object.entries(cost)) lines.push([`${of(kind)}: ${price(spent)}.`]);
  if (!Object.keys(cost).length) lines.push(["No forge was asked."]);
  return lines;
}

function price({ calls, retries, seconds, points }) {
  const words = [many(calls, "call")];
  if (retries) words.push(`${number(retries)} of them sent again`);
  words.push(`${took(seconds)} of its time`);
  if (points) words.push(many(points, "point"));
  return words.join(", ");
}
