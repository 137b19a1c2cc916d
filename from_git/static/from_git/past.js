/** Numbers over time, as the server makes them, or why there are none. */

import { query } from "./page/question.js";
import { make, say } from "./page/words.js";

export async function fill(section, urls) {
  const { root } = document.querySelector("main").dataset;
  const place = section.querySelector("div");
  place.replaceChildren(...(await told(`${root}from-git/history${query({ urls })}`)));
  say(place.querySelector("h4, p").textContent);
}

async function told(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response) return [make("p", {}, "The server cannot be reached.")];
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.querySelector("#history");
  found?.querySelector("h3").remove(); // this page has one
  if (found) return [...found.childNodes, ...page.querySelectorAll(".links")];
  return [...page.querySelectorAll(".answer > p:not([class]), .answer > .lead")];
}
