/** A question: the URLs of profiles, and `more`, all else that an address asks, as it stands there. */

import { bare, joined } from "./words.js";

export const FILTERS = ["forks", "archived", "active"];

/** `?url=…&url=…&forks=no`, as readable as an address, a shell and Markdown allow. */
export const query = ({ urls, more }) => `?${[...urls.map((url) => `url=${encoded(url)}`), ...(more ? [more] : [])].join("&")}`;

const encoded = (text) =>
  encodeURIComponent(text)
    .replace(/%3A/g, ":")
    .replace(/%2F/g, "/")
    .replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** The filter in a form's values or an answer's member, as part of an address; what is empty filters nothing. */
export const filtered = (values) =>
  FILTERS.filter((name) => values[name]).map((name) => `${name}=${encoded(String(values[name]))}`).join("&");

/** What the page's address asks: nothing of it is dropped in silence, the API refuses what it does not know. */
export function asked() {
  const left = new URLSearchParams(location.search);
  const urls = left.getAll("url").flatMap((value) => value.split(/\r\n|\r|\n/)).map(bare).filter(Boolean);
  left.delete("url");
  for (const name of FILTERS) if (left.getAll(name).every((value) => !value)) left.delete(name);
  return { urls, more: `${left}` };
}

/** A filter for people: "no forks and pushed to in the last 90 days". */
export function told({ forks, archived, active }) {
  const words = { no: "no forks", only: "forks only" }[forks];
  const kept = { no: "none archived", only: "archived only" }[archived];
  const days = active && `pushed to in the last ${active === 1 ? "day" : `${active.toLocaleString("en")} days`}`;
  return joined([words, kept, days].filter(Boolean));
}
