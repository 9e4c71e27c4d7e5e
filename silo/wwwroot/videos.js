// The queue and the gallery: one list item for each video, where it belongs.

import { blob, call, json } from "./api.js";
import { again, newSeed, vary } from "./order.js";
import { fit, forget, showPreview, showVideo } from "./pictures.js";
import { fileNameOf, isOver, kindOf, shorten, stateOf } from "./words.js";

const PAGE = 24;
const $ = id => document.getElementById(id);
const items = new Map(); // id → { video, element, kind }

/** Ids in the order of the service's list, as far as it was read. */
let listed = [], hasMore = false, isLoading = false;

/** The prompt of a video that is known. */
export const promptOf = id => items.get(id)?.video.prompt;

/** Puts a video where it belongs, as it is now. */
export function show(video) {
  let item = items.get(video.id);
  if (!item) items.set(video.id, item = { element: create(video) });
  const kind = kindOf(video), { element } = item, hadFocus = element.contains(document.activeElement);
  const isNew = item.kind !== kind || item.video?.paused !== video.paused;
  Object.assign(item, { video, kind });
  element.querySelector(".state").textContent = stateOf(video);
  element.querySelector("progress").value = video.progress;
  if (isNew) settle(element, video, kind);
  if (isNew || !isOver(video)) place(element, video);
  if (hadFocus && !element.contains(document.activeElement)) element.querySelector(".actions > *").focus();
  count();
}

/** One of the events of all videos. */
export function take(name, data) {
  const item = items.get(data.id);
  if (name === "removed") drop(data.id);
  else if (name === "preview") item && !isOver(item.video) && showPreview(item.element.querySelector(".picture"), data);
  else if (name === "notice") item && say(item.element, data.message);
  else show(data);
}

/** Reads the newest of the list again; what is gone goes, and older ones stay. */
export async function refresh() {
  const page = await list(), ids = page.data.map(video => video.id), at = listed.indexOf(ids.at(-1));
  const older = page.has_more && at >= 0 ? listed.slice(at + 1) : [];
  if (at < 0 || !page.has_more) hasMore = page.has_more;
  listed = [...ids, ...older];
  const there = new Set(listed);
  page.data.forEach(show);
  for (const [id, { video }] of [...items])
    if (!there.has(id))
      isOver(video) ? drop(id) : await json(`/v1/videos/${id}`).then(show, error => error.status === 404 && drop(id));
  watchEnd();
}

const list = after => json(`/v1/videos?limit=${PAGE}&order=desc${after ? `&after=${after}` : ""}`);

const end = new IntersectionObserver(async seen => {
  if (!seen.at(-1).isIntersecting || !hasMore || isLoading) return;
  isLoading = true;
  $("more").textContent = "Loading older videos…";
  try {
    while (listed.length && !items.has(listed.at(-1))) listed.pop(); // removed meanwhile
    const page = await list(listed.at(-1));
    page.data.forEach(show);
    listed.push(...page.data.map(video => video.id));
    hasMore = page.has_more;
    $("more").textContent = "";
  } catch (error) {
    $("more").textContent = error.message;
  }
  isLoading = false;
  watchEnd();
}, { rootMargin: "600px" });

/** Looks anew whether the end of the list is near. */
function watchEnd() {
  end.unobserve($("more"));
  if (hasMore) end.observe($("more"));
}

function create(video) {
  const element = $("video").content.firstElementChild.cloneNode(true);
  element.id = video.id;
  element.querySelector(".prompt").textContent = video.prompt;
  fit(element.querySelector(".picture"), video);
  element.querySelector("progress").ariaLabel = `Progress: ${shorten(video.prompt, 60)}`;
  if (video.notices?.length) say(element, video.notices.join(" "));
  return element;
}

/** What changes when it begins, or is over. */
function settle(element, video, kind) {
  const picture = element.querySelector(".picture"), over = isOver(video);
  element.dataset.kind = kind;
  element.querySelector("progress").hidden = over;
  picture.hidden = over && kind !== "completed";
  if (over) {
    forget(picture);
    element.querySelector(".notice").hidden = true;
  }
  if (kind === "completed") showVideo(picture, video);
  element.querySelector(".actions").replaceChildren(...actionsOf(video, kind));
}

function actionsOf(video, kind) {
  const settings = document.createElement("a");
  Object.assign(settings, { href: `#${video.id}`, textContent: "Settings", ariaLabel: `Settings: ${shorten(video.prompt, 60)}` });
  if (!isOver(video)) return [video.paused ? action(video, "Resume", () => change(video, "resume")) : action(video, "Pause", () => change(video, "pause")), action(video, "Cancel", () => change(video, "cancel")), settings];
  const retry = kind === "failed" ? action(video, "Try again", () => retried(video, {})) : action(video, "Again", () => retried(video, { seed: newSeed() }));
  retry.title = kind === "failed" ? "the same settings" : "the same settings, another seed";
  const changed = action(video, "Vary", () => vary(video));
  changed.title = "the same settings in the form, for another prompt";
  return [...kind === "completed" ? [action(video, "Download", () => download(video))] : [], retry, changed, settings, action(video, "Delete", () => remove(video.id))];
}

const retried = async (video, change) => show(await again(video, change));

function action(video, name, act) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: name, ariaLabel: `${name}: ${shorten(video.prompt, 60)}` });
  button.addEventListener("click", async () => {
    const refusal = button.closest("li").querySelector(".refusal");
    refusal.textContent = "";
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      refusal.textContent = error.message;
    }
    button.disabled = false;
  });
  return button;
}

async function download(video) {
  const file = await blob(`/v1/videos/${video.id}/content`), link = document.createElement("a");
  Object.assign(link, { href: URL.createObjectURL(file), download: fileNameOf(video, file.type) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const change = async (video, verb) => show(await json(`/v1/videos/${video.id}/${verb}`, { method: "POST" }));

async function remove(id) {
  await call(`/v1/videos/${id}`, { method: "DELETE" }).catch(error => { if (error.status !== 404) throw error; });
  drop(id);
}

function drop(id) {
  const item = items.get(id);
  if (!item) return;
  const { element } = item, next = element.nextElementSibling ?? element.previousElementSibling;
  if (element.contains(document.activeElement)) (next?.querySelector(".actions > *") ?? $("gallery")).focus();
  forget(element.querySelector(".picture"));
  element.remove();
  items.delete(id);
  count();
}

function say(element, message) {
  const line = element.querySelector(".notice");
  line.textContent = message;
  line.hidden = false;
}

/** The queue in the order of its working, the gallery newest first. What stands where it belongs is not moved: it may have the focus. */
function place(element, video) {
  const list = $(isOver(video) ? "gallery" : "queue");
  const next = [...list.children].find(other => other !== element && comesBefore(video, items.get(other.id).video));
  if (element.parentElement !== list || (element.nextElementSibling ?? undefined) !== next) list.insertBefore(element, next ?? null);
}

function comesBefore(video, other) {
  if (isOver(video)) return video.created_at > other.created_at;
  const rank = one => one.status === "in_progress" ? -1 : one.queue_position ?? Infinity;
  return rank(video) < rank(other);
}

function count() {
  const open = $("queue").childElementCount;
  document.title = open ? `(${open}) OpenSora.Cluster` : "OpenSora.Cluster";
}
