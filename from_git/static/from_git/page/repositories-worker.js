/** Off the page's thread: holds the repositories, sorts and searches them, and gives PART at a time. */

const PART = 50;

let rows, sorted;

/** `bytes`: the API's answer; any other message is a wish, whose `id` comes back. */
onmessage = ({ data }) => postMessage(data.bytes ? taken(data.bytes) : picked(data));

function taken(bytes) {
  rows = JSON.parse(new TextDecoder().decode(bytes)).repositories;
  sorted = { rows };
  const counts = new Map();
  for (const row of rows) {
    row.text = [row.name, row.langs, row.topics, row.license].join("\n").toLowerCase();
    for (const name of row.langs) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return { languages: [...counts].sort(([, one], [, other]) => other - one).map(([name]) => name) };
}

/** From the place `from` on; the last part where there are fewer. */
function picked({ id, sort, order, search, forks, archived, language, from }) {
  const words = search.toLowerCase().split(/\s+/);
  const fits = (wanted, is) => !wanted || (wanted === "only") === is;
  const found = inOrder(sort, order).filter((row) =>
    fits(forks, row.isFork) && fits(archived, row.isArchived) && (!language || row.langs.includes(language)) && words.every((word) => row.text.includes(word)));
  const last = Math.max(0, Math.ceil(found.length / PART) - 1) * PART;
  const first = Math.max(0, Math.min(from, last));
  return { id, first, last, found: found.length, all: rows.length, rows: found.slice(first, first + PART) };
}

/** What is not told comes last either way; equals stay as the API has them. */
function inOrder(sort, order) {
  if (sorted.sort === sort && sorted.order === order) return sorted.rows;
  const sign = order === "ascending" ? 1 : -1;
  const value = (row) => [row[sort]].flat()[0] ?? null;
  const compare = (one, other) => {
    const [left, right] = [value(one), value(other)];
    if (left === null || right === null) return (left === null) - (right === null);
    return sign * (left.localeCompare?.(right) ?? left - right);
  };
  sorted = { sort, order, rows: rows.toSorted(compare) };
  return sorted.rows;
}
