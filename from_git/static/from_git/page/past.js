/** Numbers over time, as the server makes them: there where every profile of the answer is watched. */

import { query } from "./question.js";

export async function fill(section, urls) {
  const { root } = document.querySelector("main").dataset;
  const address = `${root}from-git/history${query({ urls })}&format=html`;
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) return;
  const told = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("#history");
  const more = told.ownerDocument.querySelector(".links");
  section.replaceChildren(...told.childNodes);
  if (more) section.append(more);
  section.hidden = false;
}
