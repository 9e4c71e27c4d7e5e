// Videos and times in words.

/** Of a video: it waits, is worked on, can be seen, or came to nothing. The API counts cancelled ones among the failed for OpenAI's clients. */
export function kindOf(video) {
  return video.error?.code === "cancelled" ? "cancelled" : video.status;
}

export const isOver = video => video.status === "completed" || video.status === "failed";

export function stateOf(video) {
  switch (kindOf(video)) {
    case "queued": return lacking(video) ?? `${placeOf(video.queue_position)}${left(video)}`;
    case "in_progress": return lacking(video) ?? `${stageOf(video)}${left(video)}`;
    case "completed": return `${video.size}, ${video.seconds} s`;
    case "cancelled": return "Cancelled";
    default: return `Failed: ${video.error?.message ?? "the service does not say why"}`;
  }
}

/** What it waits for that is not there at all. */
function lacking(video) {
  return { card: "Waits for a card: none can work", store: "Waits for the store: it takes nothing", owner: "Paused", service: "Waits: the service is drained for maintenance" }[video.waits_for] ?? null;
}

function placeOf(before) {
  return before == null ? "Waits" : before === 0 ? "Next" : `Waits, ${before} before it`;
}

function stageOf(video) {
  const names = { load: "Loads the model", encode: "Reads the prompt", denoise: "Denoises", decode: "Decodes", write: "Writes the file" };
  const steps = video.stage && video.steps ? `: ${video.step} of ${video.steps}` : "";
  return (names[video.stage] ?? "Starts") + steps;
}

function left(video) {
  return video.seconds_left == null ? "" : `, about ${timeOf(video.seconds_left)} left`;
}

export function timeOf(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export const shorten = (text, most) => text.length <= most ? text : `${text.slice(0, most - 1)}…`;

/** A name for its file, of the first words of its prompt and the end of its id. */
export function fileNameOf(video, type) {
  const words = video.prompt.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
  return `${words || "video"}-${video.id.slice(-6)}.${type.startsWith("image/") ? "png" : "mp4"}`;
}
