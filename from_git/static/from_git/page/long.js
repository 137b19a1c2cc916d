/** A long list: a few of it first, then more at a time, what a search finds, and a way back to the few. */

import { make, many, number, pushed, say } from "./words.js";

const PART = 50; // entries more at a time
const WHOLE = 100; // entries that come at once

/** Put a search before `box`, and buttons behind it; the function that is returned shows other entries.
 *
 * `few`: how many are shown at first; `draw`: shows entries, and returns their elements; `text`: the words of an entry
 * in which the search looks; `noun`: of one entry and of more.
 */
export function long(box, { few, draw, text, noun: [one, several] }) {
  const field = make("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "Search", "aria-label": `Search ${several}` });
  const find = make("p", { class: "find" }, field);
  const further = pushed("", more);
  const back = pushed("Show fewer", fewer);
  const count = make("span", { class: "hint" });
  const buttons = make("p", { class: "more" }, further, back, count);
  (box.closest(".list") ?? box).before(find);
  box.after(buttons);
  let [entries, shown, next] = [[], few, few];

  function show() {
    const wanted = field.value.trim().toLowerCase();
    const found = wanted ? entries.filter((entry) => text(entry).toLowerCase().includes(wanted)) : entries;
    const [all, open] = [found.length, shown > few || wanted];
    next = all <= WHOLE ? all : Math.min(all, (Math.floor(shown / PART) + 1) * PART);
    find.hidden = entries.length <= few || !(open || few >= PART);
    further.hidden = all <= shown;
    further.textContent = next === all ? `Show all ${number(all)}` : `Show ${number(next - shown)} more`;
    back.hidden = !open;
    count.textContent = wanted ? `${all ? many(all, one, several) : `No ${one}`} found.` : all > WHOLE ? `${number(Math.min(shown, all))} of ${many(all, one, several)}` : "";
    buttons.hidden = find.hidden && further.hidden;
    return draw(found.slice(0, shown));
  }

  field.addEventListener("input", () => {
    shown = Math.max(few, PART);
    show();
    say(count.textContent);
  });

  function more() {
    const before = shown;
    shown = next;
    // the button may be gone: the first new entry is where a keyboard goes on
    const first = show()[before];
    first.tabIndex = -1;
    first.focus();
  }

  function fewer() {
    [shown, field.value] = [few, ""];
    show();
    (further.hidden ? field : further).focus();
  }

  return (now) => {
    entries = now;
    show();
  };
}
