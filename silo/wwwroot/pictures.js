// Thumbnails while they are in sight, files when they are asked for. They are fetched, not linked: links carry no token.

import { blob } from "./api.js";

const near = new IntersectionObserver(seen => {
  for (const { target, isIntersecting } of seen) isIntersecting ? thumbnail(target) : leave(target);
}, { rootMargin: "100%" });

const videos = new WeakMap(); // picture → its video

/** Gives it the shape of a video. */
export function fit(picture, video) {
  picture.style.aspectRatio = video.size.replace("x", " / ");
}

/** Shows a completed video: its first frame while that is near what is seen, and the video once that is pressed. */
export function showVideo(picture, video) {
  videos.set(picture, video);
  near.observe(picture);
}

export function forget(picture) {
  near.unobserve(picture);
  clear(picture);
}

/** What the latent looks like after a step. */
export function showPreview(picture, { step, png }) {
  const image = picture.querySelector("img") ?? picture.appendChild(document.createElement("img"));
  image.alt = `preview after step ${step}`;
  image.src = `data:image/png;base64,${png}`;
}

/** A file of this machine. */
export function showFile(picture, file) {
  clear(picture);
  const shown = document.createElement(file.type.startsWith("image/") ? "img" : "video");
  Object.assign(shown, { src: URL.createObjectURL(file), alt: "the reference", controls: true, muted: true });
  picture.append(shown);
}

async function thumbnail(picture) {
  if (picture.firstElementChild) return;
  const button = document.createElement("button"), video = videos.get(picture);
  button.className = "play";
  button.ariaLabel = `Play: ${video.prompt}`;
  button.addEventListener("click", () => play(picture, video, button));
  picture.replaceChildren(button);
  try {
    const image = document.createElement("img");
    Object.assign(image, { alt: "", src: URL.createObjectURL(await blob(`/v1/videos/${video.id}/content?variant=thumbnail`)) });
    if (button.isConnected) button.replaceChildren(image);
    else URL.revokeObjectURL(image.src);
  } catch {
    button.textContent = "No picture"; // it can be played all the same
  }
}

async function play(picture, video, button) {
  button.ariaBusy = "true";
  try {
    const file = await blob(`/v1/videos/${video.id}/content`);
    const player = document.createElement(file.type.startsWith("image/") ? "img" : "video");
    Object.assign(player, { src: URL.createObjectURL(file), alt: video.prompt, controls: true, loop: true, autoplay: true, ariaLabel: video.prompt });
    clear(picture);
    picture.append(player);
    player.focus();
  } catch (error) {
    button.textContent = error.message;
  }
  button.ariaBusy = null;
}

/** Frees what is out of sight, but for what plays. */
function leave(picture) {
  const player = picture.querySelector("video");
  if (!player || player.paused) clear(picture);
}

function clear(picture) {
  for (const shown of picture.querySelectorAll("img, video")) if (shown.src.startsWith("blob:")) URL.revokeObjectURL(shown.src);
  picture.replaceChildren();
}
