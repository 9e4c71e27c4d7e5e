// The official client of OpenAI's API against a service: node client.mjs ADDRESS. Ends with 0 when all holds.
import assert from "node:assert/strict";
import OpenAI, { toFile } from "openai";

const address = process.argv[2];
const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: "any", maxRetries: 0 });
const small = { size: "24x16", seconds: "2", num_inference_steps: 5 };

async function over(id) {
  for (;;) {
    const video = await client.videos.retrieve(id);
    if (video.status === "completed" || video.status === "failed") return video;
    await new Promise(done => setTimeout(done, 50));
  }
}

async function refused(promise, status, param, code, words) {
  await assert.rejects(promise, error => {
    assert.ok(error instanceof OpenAI.APIError, `${error}`);
    assert.deepEqual([error.status, error.param, error.code], [status, param, code]);
    assert.match(error.message, words);
    return true;
  });
}

// models
assert.deepEqual((await client.models.list()).data.map(model => model.id), ["opensora-1.2"]);
assert.equal((await client.models.retrieve("opensora-1.2")).object, "model");

// create: fields, a file, a data URL
const asked = await client.videos.create({ prompt: "a circle", model: "opensora-1.2", ...small });
assert.match(asked.status, /^(queued|in_progress|completed)$/);
assert.deepEqual([asked.object, asked.model, asked.prompt, asked.size, asked.seconds, asked.expires_at, asked.remixed_from_video_id, asked.error],
  ["video", "opensora-1.2", "a circle", "24x16", "2", null, null, null]);
const made = await over(asked.id);
assert.deepEqual([made.status, made.progress, made.seconds], ["completed", 100, "2"]);
assert.ok(made.completed_at >= made.created_at);

// content
const video = await client.videos.downloadContent(made.id);
assert.equal(video.headers.get("content-type"), "video/mp4");
assert.match(video.headers.get("content-disposition"), new RegExp(`filename="?${made.id}.mp4`));
assert.equal(Buffer.from(await video.arrayBuffer()).toString("latin1", 4, 8), "ftyp");
const again = await client.videos.downloadContent(made.id, {}, { headers: { "If-None-Match": video.headers.get("etag") } }).asResponse().catch(error => error);
assert.equal(again.status, 304);
const thumbnail = Buffer.from(await (await client.videos.downloadContent(made.id, { variant: "thumbnail" })).arrayBuffer());
const sheet = Buffer.from(await (await client.videos.downloadContent(made.id, { variant: "spritesheet" })).arrayBuffer());
assert.deepEqual([thumbnail.readUInt32BE(16), thumbnail.readUInt32BE(20)], [24, 16]);
assert.deepEqual([sheet.readUInt32BE(16), sheet.readUInt32BE(20)], [5 * 24, 5 * 16]);

const filed = await client.videos.create({ prompt: "from a file", input_reference: await toFile(thumbnail, "first.png", { type: "image/png" }), ...small });
const addressed = await client.videos.create({ prompt: "from a data URL", input_reference: { image_url: `data:image/png;base64,${thumbnail.toString("base64")}` }, ...small });
for (const one of [filed, addressed]) assert.equal((await over(one.id)).status, "completed");

// any whole number of seconds
const three = await client.videos.create({ prompt: "three", ...small, seconds: "3" });
assert.equal(three.seconds, "3");

// remix
const remix = await client.videos.remix(made.id, { prompt: "a square" });
assert.deepEqual([remix.remixed_from_video_id, remix.prompt, remix.size, remix.seconds], [made.id, "a square", "24x16", "2"]);

// delete: also what is not done; pages go on from what is no longer there
assert.deepEqual(await client.videos.delete(three.id), { id: three.id, object: "video.deleted", deleted: true });
await refused(client.videos.retrieve(three.id), 404, "id", "video_not_found", /no video/);
for (const order of ["asc", "desc"]) {
  const all = [];
  for await (const one of client.videos.list({ order, limit: 2 })) all.push(one.id);
  const mine = [made.id, filed.id, addressed.id, remix.id];
  assert.deepEqual(all.filter(id => mine.includes(id)), order === "asc" ? mine : mine.reverse());
}
const page = await client.videos.list({ order: "desc", limit: 1 });
await client.videos.delete(page.data[0].id);
assert.equal((await page.getNextPage()).data[0].id, addressed.id);
assert.equal((await client.get("/videos?status=queued")).data.length, 0);
assert.ok((await client.get("/videos?status=completed")).data.every(one => one.status === "completed" && one.report === null));

// a cancelled video
const long = await client.videos.create({ prompt: "to be cancelled", ...small, seconds: "16" });
const cancelled = await client.post(`/videos/${long.id}/cancel`);
if (cancelled.status !== "completed") assert.deepEqual([cancelled.status, cancelled.error.code], ["failed", "cancelled"]);

// refusals
await refused(client.videos.create({ ...small }), 400, "prompt", "missing_required_parameter", /'prompt' is missing/);
await refused(client.videos.create({ prompt: "x", model: "sora-2" }), 400, "model", "model_not_found", /opensora-1.2/);
await refused(client.videos.create({ prompt: "x", size: "24" }), 400, "size", "invalid_value", /width x height/);
await refused(client.videos.create({ prompt: "x", seconds: "0" }), 400, "seconds", "invalid_value", /whole number/);
await refused(client.videos.create({ prompt: "x", colour: "red" }), 400, "colour", "unknown_parameter", /not known/);
await refused(client.videos.create({ prompt: "x", negative_prompt: "y" }), 400, "negative_prompt", "invalid_value", /not taken/);
await refused(client.videos.create({ prompt: "x", input_reference: { image_url: "http://169.254.169.254/" } }), 400, "input_reference", "invalid_value", /fetches no address/);
await refused(client.videos.create({ prompt: "x", input_reference: { file_id: "file-1" } }), 400, "input_reference", "invalid_value", /no files are kept/);
await refused(client.videos.downloadContent(long.id, { variant: "sound" }), 400, "variant", "invalid_value", /thumbnail/);
await refused(client.videos.list({ after: "video_none" }), 400, "after", "invalid_value", /video_none/);
await refused(client.videos.edit({ prompt: "x", video: { id: made.id } }), 405, null, "method_not_allowed", /does not go with/);
await refused(client.models.retrieve("sora-2"), 404, "model", "model_not_found", /opensora-1.2/);
