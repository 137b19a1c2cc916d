/** The answer for elsewhere: a command, links, JSON, and Markdown for pictures and badges. */

import { make, say, slot } from "./words.js";

/** `?url=…&url=…`, as readable as an address, a shell and Markdown allow. */
export const query = (urls) => `?${urls.map((url) => `url=${encoded(url)}`).join("&")}`;

const encoded = (text) =>
  encodeURIComponent(text)
    .replace(/%3A/g, ":")
    .replace(/%2F/g, "/")
    .replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

// every address stands beside that of the page
const address = (path, urls) => new URL(path + query(urls), location.href).href;

export function fill(place, urls, answer, title) {
  const api = new URL(query(urls), document.querySelector("form").action).href;
  const view = address("", urls);
  for (const [name, href] of Object.entries({ share: view, json: `${api}&format=json`, csv: `${api}&format=csv` }))
    slot(place, name).href = href;
  copied(place.querySelector("[data-copy=curl]"), `curl ${quoted(api)}`, "command");
  copied(place.querySelector("[data-copy=share]"), view, "link");
  opened(slot(place, "raw"), () => copied(place.querySelector("[data-copy=raw]"), `${JSON.stringify(answer, null, 2)}\n`, "JSON"));
  for (const box of place.querySelectorAll("[data-badge]")) badge(place, box, urls);
  for (const picture of place.querySelectorAll("[data-picture]")) embed(place, picture, urls, title);
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const opened = (details, then) => details.addEventListener("toggle", () => details.open && then());

/** A picture's Markdown and, once somebody looks, the picture itself. */
function embed(place, details, urls, title) {
  const alt = `${details.dataset.title} of ${title}`;
  const draw = () => {
    const theme = place.querySelector("[name=theme]:checked").value;
    const source = address(details.dataset.picture, urls) + (theme && `&theme=${theme}`);
    copied(details.querySelector(".copied"), `![${alt.replace(/[[\]\\_]/g, "\\$&")}](${source})`, "Markdown");
    const image = details.querySelector("img");
    image.alt = alt;
    if (details.open) image.src = source;
  };
  opened(details, draw);
  place.querySelector(".embed fieldset").addEventListener("change", draw);
  draw();
}

function badge(place, box, urls) {
  const label = place.querySelector(`.tiles [data-key=${box.dataset.badge}] h3`).textContent;
  const source = encodeURIComponent(address(`badge/${box.dataset.badge}`, urls));
  copied(box, `![${label}](https://img.shields.io/endpoint?url=${source})`, `badge ${box.dataset.badge}`);
}

/** Text with a button that copies it. */
function copied(box, text, what) {
  const code = make("code", {}, text);
  const button = make("button", { type: "button", class: "quiet", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", () => copy(code, text, button));
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
