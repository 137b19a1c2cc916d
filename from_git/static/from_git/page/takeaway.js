/** The answer for elsewhere: a command, links, files, and Markdown for pictures and badges. */

import { filtered, query } from "./question.js";
import { make, NUMBERS, pushed, say, slot } from "./words.js";

const { root, public: open } = document.querySelector("main").dataset;
const OUTSIDE = open ? `${open}/` : location.origin + root;
// what the Internet does not reach: RFC 6761, 6762, 8375, 1918, 6598, 4193
export const INSIDE = /^([^.:]+|.*\.(localhost|local|internal|lan|intranet|home\.arpa|test)|(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+|0\.0\.0\.0|\[(::1?|f[cde].*)\])$/;

export function fill(place, urls, answer, title) {
  const asked = query({ urls, more: filtered(answer.filter ?? {}) });
  const api = document.querySelector("form").action + asked;
  const [outside, view] = ["health-check", "from-git/test"].map((path) => address(path, asked));
  const csv = `${api}&format=csv`;
  const files = { json: `${api}&expand=profiles,langs,topics&format=json`, csv, xlsx: `${api}&format=xlsx`, rows: `${csv}&rows=repositories`, "rows-xlsx": `${api}&format=xlsx` };
  for (const [name, href] of Object.entries(files)) slot(place, name).href = href;
  copied(place.querySelector("[data-copy=curl]"), `curl ${quoted(outside)}`, "command");
  copied(place.querySelector("[data-copy=share]"), view, "link");
  warn(slot(place, "private"));
  slot(place, "badges").append(...NUMBERS.flatMap(keys).map((key) => badge(key, asked)));
  for (const picture of place.querySelectorAll("[data-picture]")) embed(place, picture, asked, title);
}

const address = (path, asked) => OUTSIDE + path + asked;

function warn(notice) {
  notice.hidden = Boolean(open) || !INSIDE.test(location.hostname);
  notice.textContent = `Others do not reach ${location.host}: in a README these pictures and badges will not load. Set PUBLIC_URL to the address under which others reach this service.`;
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const opened = (details, then) => details.addEventListener("toggle", () => details.open && then());

/** A picture's Markdown and, once somebody looks, the picture itself, from here. */
function embed(place, details, asked, title) {
  const { picture } = details.dataset;
  const alt = `${details.querySelector("summary").textContent} of ${title}`;
  const draw = () => {
    const theme = place.querySelector("[name=theme]").value;
    const wanted = asked + (theme && `&theme=${theme}`);
    copied(details.querySelector(".copied"), `![${alt.replace(/[[\]\\_]/g, "\\$&")}](${address(picture, wanted)})`, `Markdown: ${alt}`);
    const image = details.querySelector("img");
    image.alt = alt;
    if (details.open) image.src = root + picture + wanted;
  };
  opened(details, draw);
  place.querySelector("[name=theme]").addEventListener("change", draw);
  draw();
}

/** A number of names, and the names. */
const keys = ([key, label]) => (key.endsWith("Num") ? [[key.slice(0, -3), label], [key, label]] : [[key, label]]);

function badge([key, label], asked) {
  const box = make("div", { class: "copied", "data-badge": key });
  const source = encodeURIComponent(address(`from-git/badge/${key}`, asked));
  copied(box, `![${label}](https://img.shields.io/endpoint?url=${source})`, `badge ${key}`);
  return box;
}

/** Text with a button that copies it. */
function copied(box, text, what) {
  const code = make("code", {}, text);
  const button = pushed("Copy", () => copy(code, text, button));
  button.ariaLabel = `Copy ${what}`;
  box.querySelector("pre")?.remove();
  box.querySelector("button")?.remove();
  box.append(make("pre", { tabindex: "0", role: "region", "aria-label": what }, code), button);
}

async function copy(code, text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    say("Copied.");
    setTimeout(() => (button.textContent = "Copy"), 2000);
  } catch {
    // without https there is no clipboard
    getSelection().selectAllChildren(code);
    button.textContent = "Ctrl+C";
    say("Selected. Press Ctrl and C to copy.");
  }
}
