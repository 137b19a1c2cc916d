/** The server's events, one after the other, and every way in which they can fail. */

export class Trouble extends Error {
  /** `facts`: the members of the API's error body, and its `status`; without one the connection broke. */
  constructor(facts) {
    super(facts.message);
    this.facts = facts;
  }
}

const SILENCE = 30_000; // ms; the server says something every two seconds
const BROKEN = "The connection broke before the answer was there, so there are no numbers.";

/** Yields `{name, data}` of each event up to `answer`; fetch, because EventSource hides errors and asks again. */
export async function* events(address, signal) {
  try {
    // without `cache`, which would ask the server to count anew
    const response = await fetch(address, { signal });
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw await refusal(response);
    for await (const block of blocks(response.body)) {
      const event = parsed(block);
      if (event.name === "failure") throw new Trouble(event.data);
      if (event.name) yield event;
      if (event.name === "answer") return;
    }
  } catch (error) {
    if (signal.aborted || error instanceof Trouble) throw error;
  }
  throw new Trouble({ message: BROKEN });
}

async function* blocks(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let parts = [];
  for (let read = await heard(reader); !read.done; read = await heard(reader)) {
    // an answer may be megabytes in many pieces: joined once, not at each
    parts.push(read.value);
    if (!(parts.at(-2)?.at(-1) ?? "").concat(read.value).includes("\n\n")) continue;
    const whole = parts.join("").split("\n\n");
    parts = [whole.pop()];
    yield* whole;
  }
}

/** The next piece; the end, where none comes for long: a server that is cut off cannot say so. */
async function heard(reader) {
  const patience = setTimeout(() => reader.cancel(), SILENCE);
  try {
    return await reader.read();
  } finally {
    clearTimeout(patience);
  }
}

/** An event; one without a name is only a heartbeat. */
function parsed(block) {
  const event = { name: "", data: null };
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event.name = line.slice(7);
    if (line.startsWith("data: ")) event.data = JSON.parse(line.slice(6));
  }
  return event;
}

async function refusal(response) {
  const { status } = response;
  const said = await response.json().catch(() => null);
  const message = said?.message ?? `The server answered with status ${status} and no explanation.`;
  const retryAfter = said?.retryAfter ?? (Number(response.headers.get("Retry-After")) || undefined);
  return new Trouble({ ...said, message, status, retryAfter });
}
