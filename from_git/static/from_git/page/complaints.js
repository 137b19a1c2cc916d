/** From an error's words to the lines of the form that they are about. */

const SAYS = " is not a GitHub or Bitbucket profile: ";

/** `lines`: from a line's text to what is wrong with it; `general`: what belongs to none. */
export function complaints({ status, message, profile }, urls) {
  const texts = [...new Set(urls)];
  if (status === 400) return apart(message, texts);
  const blamed = texts.filter((text) => text === profile || (!profile && named(message).has(text)));
  return blamed.length
    ? { lines: new Map(blamed.map((text) => [text, message])), general: "" }
    : { lines: new Map(), general: message };
}

/** One message with a sentence for each bad line, in their order. */
function apart(message, texts) {
  const starts = [];
  let from = 0;
  for (const text of texts) {
    const begin = shown(text) + SAYS;
    const at = message.indexOf(begin, from);
    if (at < 0) continue;
    starts.push({ text, at, words: at + begin.length });
    from = at + begin.length;
  }
  const lines = starts.map(({ text, at }, index) => [text, message.slice(at, starts[index + 1]?.at).trim()]);
  return { lines: new Map(lines), general: message.slice(0, starts[0]?.at).trim() };
}

/** A URL as the API shows it: cut after 200 characters, what cannot be seen escaped. */
function shown(url) {
  const all = [...url];
  const cut = all.length > 200 ? [...all.slice(0, 200), "…"] : all;
  return `'${cut.map((one) => (one !== " " && /[\p{C}\p{Z}]/u.test(one) ? escaped(one) : one)).join("")}'`;
}

const escaped = (one) => `\\u${one.codePointAt(0).toString(16).padStart(4, "0")}`;

const named = (message) => new Set(message.split(/[\s'"]+/).map((word) => word.replace(/[:;,.?]+$/, "")));
