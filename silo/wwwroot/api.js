// What docs/api.md tells, for the other modules.

const FIRST_PAUSE = 1000, LONGEST_PAUSE = 15000;

/** What the service refused; `field` names the field of the request that it is about, if one is. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.error?.message ?? `the service answered ${status}`);
    this.status = status;
    this.field = body.error?.param;
  }
}

/** Calls the API; asks for the token when it is refused. */
export async function call(path, options = {}) {
  for (;;) {
    const sent = sessionStorage.getItem("token"), headers = new Headers(options.headers);
    if (sent) headers.set("Authorization", `Bearer ${sent}`);
    const response = await fetch(path, { ...options, headers });
    if (response.ok) return response;
    if (response.status !== 401) throw new Refusal(response.status, await response.json().catch(() => ({})));
    if (sent === sessionStorage.getItem("token")) await login(sent);
  }
}

export const json = async (path, options) => (await call(path, options)).json();
export const blob = async (path, options) => (await call(path, options)).blob();

let asking = null;

function login(refused) {
  asking ??= new Promise(resolve => {
    const dialog = document.getElementById("login"), form = dialog.querySelector("form");
    dialog.querySelector(".refusal").textContent = refused ? "The service does not know this token." : "";
    form.elements.token.value = "";
    dialog.addEventListener("cancel", event => event.preventDefault());
    dialog.addEventListener("close", () => {
      sessionStorage.setItem("token", form.elements.token.value);
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

/**
 * Follows all videos over one connection while the page is seen, for ever: a browser has few connections to a service. By fetch: an
 * EventSource cannot send the token.
 * @param begin Called at the beginning, and whenever events may have been missed.
 * @param take Gets the name and the data of each event.
 * @param lost Called with what went wrong.
 */
export async function follow(begin, take, lost) {
  for (let pause = FIRST_PAUSE; ;) {
    await seen();
    const leave = new AbortController(), hide = () => document.hidden && leave.abort();
    document.addEventListener("visibilitychange", hide);
    try {
      const response = await call("/v1/videos/events", { signal: leave.signal });
      await begin();
      pause = FIRST_PAUSE;
      for await (const [name, data] of read(response.body)) take(name, data);
    } catch (error) {
      if (!leave.signal.aborted) lost(error);
    }
    document.removeEventListener("visibilitychange", hide);
    if (leave.signal.aborted) continue;
    await new Promise(resolve => setTimeout(resolve, pause));
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}

/** Until the page is seen. */
export const seen = () => document.hidden
  ? new Promise(resolve => document.addEventListener("visibilitychange", resolve, { once: true })).then(seen)
  : Promise.resolve();

async function* read(body) {
  let text = "";
  for await (const part of chunks(body.pipeThrough(new TextDecoderStream()))) {
    const events = (text + part).split("\n\n");
    text = events.pop();
    for (const event of events) {
      const fields = Object.fromEntries(event.split("\n").map(line => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
      if (fields.data) yield [fields.event, JSON.parse(fields.data)];
    }
  }
}

async function* chunks(stream) {
  const reader = stream.getReader();
  try {
    for (let part; !(part = await reader.read()).done;) yield part.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}
