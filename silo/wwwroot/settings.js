// The settings of one video, at the address #ID.

import { json } from "./api.js";

const dialog = document.getElementById("settings"), rows = dialog.querySelector("dl"), copy = dialog.querySelector(".copy");

export function begin() {
  dialog.addEventListener("close", () => history.replaceState(null, "", location.pathname));
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  addEventListener("hashchange", open);
  open();
}

async function open() {
  const id = location.hash.slice(1);
  if (!id.startsWith("video_")) return;
  copy.hidden = true;
  try {
    const [video, settings] = await Promise.all([json(`/v1/videos/${id}`), json(`/v1/videos/${id}/settings`)]);
    rows.replaceChildren(...Object.entries({ id, status: video.status, created: new Date(1000 * video.created_at).toLocaleString(), notices: video.notices?.join(" ") || null, ...made(video.report) }).flatMap(row),
      ...Object.entries(settings).filter(([, value]) => value != null).flatMap(row));
    copy.hidden = !navigator.clipboard; // there is none on a page that came without TLS from elsewhere
    copy.onclick = async () => {
      await navigator.clipboard.writeText(JSON.stringify(settings, null, 2));
      copy.textContent = "Copied";
      setTimeout(() => copy.textContent = "Copy as JSON", 2000);
    };
  } catch (error) {
    rows.replaceChildren(...row(["id", id]), ...row(["error", error.message]));
  }
  if (!dialog.open) dialog.showModal();
}

/** What its making took; null where the video is not completed. */
const made = report => report && { frames: report.frames, cards: report.cards, seconds: report.seconds?.total?.toFixed(1), sha256: report.sha256 };

function row([name, value]) {
  if (value == null) return [];
  const title = document.createElement("dt"), text = document.createElement("dd");
  [title.textContent, text.textContent] = [name.replaceAll("_", " "), typeof value === "object" ? JSON.stringify(value) : value];
  return [title, text];
}
