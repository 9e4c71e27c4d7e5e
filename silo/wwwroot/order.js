// The form of a new video, and what was asked for before.

import { Refusal, blob, json } from "./api.js";
import { showFile, forget } from "./pictures.js";
import { shorten } from "./words.js";

const $ = id => document.getElementById(id);
const form = $("order"), fields = form.elements, MOST_PROMPTS = 30;

/** The video whose settings are taken where the form has no field for them; null for the service's own. */
let base = null;

/** @param take Gets the video that was asked for. */
export function begin(take) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    await send(async () => take(await ask(orderOf())));
  });
  form.addEventListener("input", event => event.target.removeAttribute("aria-invalid"));
  form.addEventListener("keydown", event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("change", shape);
  form.addEventListener("reset", () => setTimeout(() => { base = null; shape(); reference(); $("base").hidden = true; }));
  fields.input_reference.addEventListener("change", reference);
  $("reference").querySelector("button").addEventListener("click", () => { fields.input_reference.value = ""; reference(); fields.input_reference.focus(); });
  $("base").querySelector("button").addEventListener("click", () => { form.reset(); fields.prompt.focus(); });
  $("history").querySelector("button").addEventListener("click", () => { remember([]); fields.prompt.focus(); });
  shape();
  remember(prompts());
}

/** Asks for a video with the settings of another one. @param change What is to differ. */
export const again = (video, change) => json(`/v1/videos/${video.id}/remix`, {
  method: "POST", body: JSON.stringify({ prompt: video.prompt, ...change }), headers: { "Content-Type": "application/json", "Idempotency-Key": newKey() },
});

export const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] >>> 1;

/** Fills the form with the settings of a video, for another prompt or other values. */
export async function vary(video) {
  const settings = await json(`/v1/videos/${video.id}/settings`), file = await referenceOf(video, settings);
  form.reset();
  await new Promise(resolve => setTimeout(resolve));
  base = settings;
  const isNamed = [...fields.shape].some(one => one.value === settings.aspect_ratio) && [...fields.resolution.options].some(one => one.value === settings.resolution);
  fields.shape.value = isNamed ? settings.aspect_ratio : "size";
  for (const [name, value] of Object.entries({ ...settings, size: isNamed ? null : settings.size ?? video.size }))
    if (fields[name] && value != null && !(name === "cards" && value === 0)) fields[name].value = value === "normal" ? "" : value;
  if (file) {
    const chosen = new DataTransfer();
    chosen.items.add(file);
    fields.input_reference.files = chosen.files;
  }
  shape();
  reference();
  const link = $("base").querySelector("a");
  Object.assign(link, { href: `#${video.id}`, textContent: `“${shorten(video.prompt, 40)}”` });
  $("base").hidden = false;
  fields.prompt.focus();
  fields.prompt.select();
}

async function send(ask) {
  const button = form.querySelector("button.main");
  $("refusal").textContent = "";
  button.disabled = true;
  try {
    await ask();
    remember([fields.prompt.value, ...prompts().filter(prompt => prompt !== fields.prompt.value)]);
  } catch (error) {
    $("refusal").textContent = error.message;
    mark(error);
  }
  button.disabled = false;
}

const ask = order => json("/v1/videos", { method: "POST", body: order, headers: { "Idempotency-Key": newKey() } });

const newKey = () => [...crypto.getRandomValues(new Uint32Array(4))].join("-");

function orderOf() {
  const order = new FormData();
  for (const [name, value] of Object.entries(base ?? {})) if (!fields[name] || (name === "aes" && value === null)) append(order, name, value);
  for (const [name, value] of new FormData(form))
    if (name !== "shape" && (value instanceof File ? value.size : value)) order.set(name, value);
  if (fields.shape.value.includes(":")) order.set("aspect_ratio", fields.shape.value);
  else order.delete("aspect_ratio");
  if (!order.has("input_reference")) order.delete("mask_strategy");
  return order;
}

/** No score is a value of its own: the model is told none. */
function append(order, name, value) {
  if (value != null) order.set(name, value);
  else if (name === "aes") order.set(name, "");
}

/** What a refusal is about, so that it can be mended at once. */
function mark(error) {
  const field = error instanceof Refusal && error.field ? fields[error.field] : null;
  if (!(field instanceof HTMLElement)) return;
  field.closest("details")?.setAttribute("open", "");
  field.ariaInvalid = "true";
  field.focus();
}

function shape() {
  const chosen = fields.shape.value;
  for (const [name, isUsed] of [["resolution", chosen.includes(":")], ["size", chosen === "size"]]) {
    fields[name].disabled = !isUsed;
    fields[name].required = isUsed;
    fields[name].closest("label").hidden = !isUsed;
  }
}

function reference() {
  const [file] = fields.input_reference.files, picture = $("reference").querySelector(".picture");
  $("reference").hidden = !file;
  if (file) showFile(picture, file);
  else forget(picture);
}

/** Null where there is none. */
async function referenceOf(video, settings) {
  if (settings.mask_strategy == null) return null;
  const file = await blob(`/v1/videos/${video.id}/reference`);
  return file.size ? new File([file], `reference.${file.type.split("/").pop()}`, { type: file.type }) : null;
}

const prompts = () => JSON.parse(localStorage.getItem("prompts") ?? "[]");

function remember(all) {
  localStorage.setItem("prompts", JSON.stringify(all.slice(0, MOST_PROMPTS)));
  $("history").hidden = all.length === 0;
  $("history").querySelector("ul").replaceChildren(...prompts().map(prompt => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: prompt });
    button.addEventListener("click", () => { fields.prompt.value = prompt; $("history").open = false; fields.prompt.focus(); });
    const line = document.createElement("li");
    line.append(button);
    return line;
  }));
}
