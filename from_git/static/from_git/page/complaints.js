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

/** One message with a sentence for each bad line, in their order; no reason has a line's words in quotes after it. */
function apart(message, texts) {
  const lines = new Map();
  let rest = message;
  for (const text of texts) {
    const begin = shown(text) + SAYS;
    if (!rest.startsWith(begin)) continue;
    const length = rest.slice(begin.length).search(/[.?] '|$/) + 1;
    const sentence = rest.slice(0, begin.length + length);
    // a longer line may begin like a good one and its sentence
    if (sentence.includes(SAYS, begin.length)) continue;
    lines.set(text, sentence);
    rest = rest.slice(sentence.length).trimStart();
  }
  return { lines, general: rest };
}

/** A URL as the API shows it: cut after 200 characters, what cannot be seen escaped. */
function shown(url) {
  const all = [...url];
  const cut = all.length > 200 ? [...all.slice(0, 200), "…"] : all;
  return `'${cut.map((one) => (one !== " " && /[\p{C}\p{Z}]/u.test(one) ? escaped(one) : one)).join("")}'`;
}

const escaped = (one) => `\\u${one.codePointAt(0).toString(16).padStart(4, "0")}`;

const named = (message) => new Set(message.split(/[\s'"]+/).map((word) => word.replace(/[:;,.?]+$/, "")));
