// The page of a silo: plain modules, no build step. It knows what docs/api.md tells and nothing else.

const $ = id => document.getElementById(id);
const jobs = new Map(); // id → { video, element, events }
const TERMINAL = ["completed", "failed"];

function token() {
  return sessionStorage.getItem("token");
}

/** Calls the API; asks for the token once it is refused. */
async function call(path, options = {}) {
  const headers = new Headers(options.headers);
  if (token()) headers.set("Authorization", `Bearer ${token()}`);
  const response = await fetch(path, { ...options, headers });
  if (response.status === 401) {
    await login();
    return call(path, options);
  }
  return response;
}

let asking = null;

function login() {
  asking ??= new Promise(resolve => {
    const dialog = $("login");
    dialog.addEventListener("close", () => {
      sessionStorage.setItem("token", new FormData(dialog.querySelector("form")).get("token"));
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

async function json(path, options) {
  const response = await call(path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail ?? body.title ?? response.statusText);
  return body;
}

$("submit").addEventListener("submit", async event => {
  event.preventDefault();
  const form = event.target, body = new FormData();
  for (const [name, value] of new FormData(form))
    if (value instanceof File ? value.size : value) body.append(name, value);
  $("refusal").textContent = "";
  try {
    show(await json("/v1/videos", { method: "POST", body, headers: { "Idempotency-Key": crypto.randomUUID?.() ?? `${Math.random()}` } }));
    form.elements.prompt.value = "";
  } catch (error) {
    $("refusal").textContent = error.message;
  }
});

/** Puts a video where it belongs, and follows it while it is made. */
function show(video) {
  let job = jobs.get(video.id);
  if (!job) {
    const element = $("job").content.firstElementChild.cloneNode(true);
    element.id = video.id;
    element.querySelector(".remove").addEventListener("click", () => remove(video.id));
    jobs.set(video.id, job = { element, following: false, place: null });
  }
  const over = TERMINAL.includes(video.status), place = over ? "gallery" : "queue";
  if (job.place !== place) {
    job.place = place;
    $(place).prepend(job.element);
    if (video.status === "completed") play(job.element, video.id);
  }
  job.element.dataset.status = video.status;
  job.element.querySelector(".prompt").textContent = video.prompt;
  job.element.querySelector("progress").value = video.progress;
  job.element.querySelector("progress").hidden = over;
  job.element.querySelector(".state").textContent = words(video);
  job.element.querySelector(".remove").textContent = over ? "Delete" : "Cancel";
  if (!over && !job.following) follow(video.id, job);
}

function words(video) {
  switch (video.status) {
    case "queued": return video.queue_position ? `waits, number ${video.queue_position}` : "waits";
    case "in_progress": {
      const left = video.seconds_left == null ? "" : `, about ${Math.ceil(video.seconds_left)} s left`;
      return `${video.stage ?? "starts"}${video.steps ? `: ${video.step} of ${video.steps}` : ""}${left}`;
    }
    case "completed": return `${video.size}, ${video.seconds} s`;
    case "failed": return video.error?.code === "cancelled" ? "cancelled" : video.error?.message ?? "failed";
    default: return video.status;
  }
}

/** Reads the server-sent events of a video. By fetch: an EventSource cannot send the token. */
async function follow(id, job) {
  job.following = true;
  try {
    const response = await call(`/v1/videos/${id}/events`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
      const events = text.split("\n\n");
      text = events.pop();
      for (const event of events) take(id, job, event);
    }
  } catch {
    // The list is asked for again anyway.
  }
  job.following = false;
}

function take(id, job, text) {
  const fields = Object.fromEntries(text.split("\n").map(line => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
  if (!fields.data) return;
  const data = JSON.parse(fields.data);
  if (fields.event === "preview") {
    const picture = job.element.querySelector(".picture");
    const image = picture.querySelector("img") ?? picture.appendChild(document.createElement("img"));
    image.alt = `preview after step ${data.step}`;
    image.src = `data:image/png;base64,${data.png}`;
  } else if (fields.event === "notice") {
    const line = job.element.querySelector(".notice");
    line.textContent = data.message;
    line.hidden = false;
  } else {
    show(data);
  }
}

/** The finished video in a player. The file is fetched, not linked: links carry no token. */
async function play(element, id) {
  const response = await call(`/v1/videos/${id}/content`);
  if (!response.ok) return;
  const file = await response.blob(), picture = element.querySelector(".picture");
  const player = document.createElement(file.type.startsWith("image/") ? "img" : "video");
  Object.assign(player, { src: URL.createObjectURL(file), controls: true, loop: true, muted: true });
  picture.replaceChildren(player);
}

async function remove(id) {
  const over = TERMINAL.includes(jobs.get(id)?.element.dataset.status);
  if (!over) return show(await json(`/v1/videos/${id}/cancel`, { method: "POST" }));
  await call(`/v1/videos/${id}`, { method: "DELETE" });
  drop(id);
}

function drop(id) {
  jobs.get(id)?.element.remove();
  jobs.delete(id);
}

function showCards(cards) {
  $("cards").replaceChildren(...cards.map(card => {
    const row = document.createElement("tr");
    for (const text of [card.name, card.device, card.state, card.job ?? "", `${(card.free_memory_bytes / 2 ** 30).toFixed(1)} GiB`])
      row.appendChild(document.createElement("td")).textContent = text;
    return row;
  }));
}

async function refresh() {
  try {
    const ready = await fetch("/health/ready");
    $("health").textContent = ready.ok ? "ready" : (await ready.text());
    // What was here before the list was asked for and is not on it was removed, here or elsewhere; a list under way may still bring it back once.
    const before = [...jobs.keys()], list = await json("/v1/videos?limit=50&order=desc"), listed = new Set(list.data.map(video => video.id));
    for (const video of list.data.reverse()) show(video);
    if (!list.has_more) before.filter(id => !listed.has(id)).forEach(drop);
    showCards((await json("/v1/cards")).data);
  } catch (error) {
    $("health").textContent = `no answer from the silo (${error.message})`;
  }
  setTimeout(refresh, 2000);
}

refresh();
