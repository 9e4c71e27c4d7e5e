"""Asks a service for videos of three lengths at seeded times, and tells how long they took and the hash of their hashes.

usage: sharing.py URL CARDS [COUNT [SEED [MEAN_SECONDS_BETWEEN]]]     CARDS 0 leaves their number to the service
"""
import hashlib, json, random, statistics, sys, time, urllib.request

URL, CARDS = sys.argv[1], int(sys.argv[2])
COUNT, SEED, MEAN = [kind(word) for kind, word in zip((int, int, float), (sys.argv[3:] + ["24", "2", "1.2"][len(sys.argv[3:]):]))]
SIZES = [
    ("short", 8, dict(size="64x64", num_frames="17", num_sampling_steps=8)),
    ("middle", 4, dict(size="64x64", num_frames="51", num_sampling_steps=20)),
    ("long", 2, dict(size="128x128", num_frames="51", num_sampling_steps=40)),
]


def ask(method, path, body=None):
    data = json.dumps(body).encode() if body else None
    return json.load(urllib.request.urlopen(urllib.request.Request(URL + path, method=method, data=data, headers={"Content-Type": "application/json"})))


def plan():
    draw, at = random.Random(SEED), 0.0
    for seed in range(COUNT):
        at += draw.expovariate(1 / MEAN)
        name, _, fields = draw.choices(SIZES, [weight for _, weight, _ in SIZES])[0]
        yield at, name, dict(fields, prompt="a red circle moving right on a black background", seed=seed, cards=CARDS)


def collect(waiting, done):
    for video_id, (asked, name, seed) in list(waiting.items()):
        video = ask("GET", "/v1/videos/" + video_id)
        if video["status"] in ("completed", "failed"):
            done.append((seed, name, time.time() - asked, video["report"]["sha256"]["latent"] if video["report"] else str(video["error"])))
            del waiting[video_id]
    time.sleep(0.05)


warm, ignored = {ask("POST", "/v1/videos", dict(SIZES[0][2], prompt="a red circle", seed=COUNT))["id"]: (time.time(), "warm", COUNT)}, []
while warm:
    collect(warm, ignored)
began, waiting, done = time.time(), {}, []
for at, name, fields in plan():
    while time.time() - began < at:
        collect(waiting, done)
    waiting[ask("POST", "/v1/videos", fields)["id"]] = (time.time(), name, fields["seed"])
while waiting:
    collect(waiting, done)
took, latencies = time.time() - began, sorted(latency for _, _, latency, _ in done)
print(f"cards {CARDS}: {COUNT / took * 3600:.0f} videos an hour, mean {statistics.mean(latencies):.1f} s, " + ", ".join(f"p{q} {latencies[int(q / 100 * (COUNT - 1))]:.1f}" for q in (50, 95, 99)))
print("  " + ", ".join(f"{name} {statistics.mean([latency for _, other, latency, _ in done if other == name] or [0]):.1f} s" for name, _, _ in SIZES))
print("  hash of hashes", hashlib.sha256("".join(latent for _, _, _, latent in sorted(done)).encode()).hexdigest()[:16])
