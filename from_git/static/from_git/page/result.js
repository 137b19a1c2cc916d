/** The answer for a person: numbers, bars, a row for each profile, and what it all cost. */

import * as bars from "./bars.js";
import * as table from "./table.js";
import * as takeaway from "./takeaway.js";
import { joined, make, many, number, slot, took } from "./words.js";

const place = document.querySelector("#result");
const parts = document.querySelector("#result-parts").content;
const WIDE = 7; // characters that a tile has room for in its largest letters
const NAMED = 3; // of the most frequent languages and topics
const hosts = JSON.parse(document.querySelector("main").dataset.hosts); // kind of forge, label, host
const labels = Object.fromEntries(hosts.map(([, label, host]) => [host, label]));
const kinds = Object.fromEntries(hosts.toReversed().map(([kind, label]) => [kind, label])); // as the first host of each

/** `urls`: as asked; `last`: the last progress; `seconds`: how long the person waited. */
export function show({ urls, answer, last, seconds }) {
  place.replaceChildren(parts.cloneNode(true));
  const owners = [...new Set(answer.profiles.map(({ owner }) => owner))];
  const title = owners.length > 3 ? `${owners.slice(0, 2).join(", ")} and ${owners.length - 2} more` : joined(owners);
  heading().textContent = title || "Nobody there";
  slot(place, "summary").textContent = summary(answer);
  document.title = `${title || "Nobody there"} – from-git`;
  const { profiles, repositories } = absent(answer.missing, urls);
  missing("missing", profiles);
  missing("lost", repositories);
  const silent = untold(answer.profiles);
  tiles(answer, silent);
  share(answer.data);
  languages(answer.langsDetail);
  bars.fill(slot(place, "topics"), answer.topicsDetail, "repos", silent.topics ? `Not told by ${silent.topics}.` : "None.");
  slot(place, "profiles").hidden = !answer.profiles.length;
  table.fill(place.querySelector("table"), answer.profiles, labels);
  slot(place, "counted").replaceChildren(...counted(answer, last, seconds).map((words) => make("li", {}, ...words)));
  takeaway.fill(place, urls, answer, title);
  place.hidden = false;
}

export function hide() {
  place.hidden = true;
  place.replaceChildren();
  document.title = "from-git";
}

export const heading = () => place.querySelector("h2");

function summary({ data, profiles }) {
  const repositories = many(data.originalRepos + data.forkedRepos, "public repository", "public repositories");
  return `${repositories} of ${many(profiles.length, "profile")}`;
}

/** What is missing: profiles stand there as asked, all else are repositories, which nobody can ask for. */
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
  const names = joined([...new Set(profiles.map(({ host }) => labels[host]))]);
  return Object.fromEntries(keys.map((key) => [key, names]));
}

function tiles({ data, langsDetail, topicsDetail }, silent) {
  for (const tile of place.querySelectorAll(".tiles li")) {
    const key = tile.dataset.key;
    if (silent[key]) {
      tile.querySelector(".value").append(make("small", {}, `not told by ${silent[key]}`));
      continue;
    }
    const value = data[key];
    const isList = Array.isArray(value);
    const names = isList ? most(key === "langs" ? langsDetail : topicsDetail).map(({ name }) => name) : [];
    const rest = names.splice(NAMED).length;
    const words = isList ? names.join(", ") || "none" : number(value);
    tile.classList.toggle("text", isList || words.length > WIDE);
    tile.querySelector(".value").textContent = words;
    if (rest) tile.querySelector(".value").append(make("small", {}, `and ${number(rest)} more`));
  }
}

const most = (entries) => entries.toSorted((one, other) => other.repos - one.repos);

function share({ originalRepos, forkedRepos }) {
  const all = originalRepos + forkedRepos;
  const bars = place.querySelectorAll(".share span");
  [originalRepos, forkedRepos].forEach((count, index) => bars[index].style.setProperty("--share", count));
  const words = (count, what) => `${number(count)} ${what}${all ? ` (${percent(count, all)})` : ""}`;
  slot(place, "original").textContent = words(originalRepos, "original");
  slot(place, "forked").textContent = words(forkedRepos, "forked");
}

/** In whole ones, where nothing is all or none that is not. */
function percent(count, all) {
  const rounded = Math.round((100 * count) / all);
  if (count && !rounded) return "under 1 %";
  return count < all && rounded === 100 ? "over 99 %" : `${rounded} %`;
}

function languages(entries) {
  const section = slot(place, "langs");
  const choice = section.querySelector("fieldset");
  choice.hidden = entries.every(({ bytes }) => bytes === null);
  section.querySelector("ol ~ .hint").hidden = entries.every(({ bytes }) => bytes !== null);
  choice.addEventListener("change", ({ target }) => {
    bars.fill(section, entries, target.value, "None.", !section.querySelector(".more"));
  });
  bars.fill(section, entries);
}

/** Sentences, each as a list of texts and elements. */
function counted({ profiles }, { profiles: { known, kept }, cost }, seconds) {
  const lines = [];
  const oldest = profiles.map(({ fetchedAt }) => fetchedAt).sort()[0];
  const whence = [];
  if (known > kept) whence.push(`${many(known - kept, "profile")} asked for just now`);
  if (kept) whence.push(`${many(kept, "profile")} from the cache`);
  if (whence.length) lines.push([`${joined(whence)}.`]);
  if (oldest) lines.push(["The oldest number is from ", table.moment(oldest), "."]);
  lines.push([`It took ${took(seconds)}.`]);
  for (const [forge, spent] of Object.entries(cost)) lines.push([`${kinds[forge]}: ${price(spent)}.`]);
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
