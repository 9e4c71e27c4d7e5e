// The page of a silo: plain modules, no build step. It knows what docs/api.md tells and nothing else.

import { follow, json, seen } from "./api.js";
import * as order from "./order.js";
import * as settings from "./settings.js";
import { promptOf, refresh, show, take } from "./videos.js";
import { shorten } from "./words.js";

const CARDS_ASKED = 5000;
const $ = id => document.getElementById(id);

order.begin(show);
settings.begin();
follow(refresh, take, error => tell(`no answer from the service; trying again (${error.message})`));
cards();

/** Cards, and whether any of them can work. */
async function cards() {
  for (;; await new Promise(resolve => setTimeout(resolve, CARDS_ASKED))) {
    await seen();
    try {
      const { data } = await json("/v1/cards"), ready = await fetch("/health/ready");
      $("cards").replaceChildren(...data.map(cardOf));
      tell(ready.ok ? "ready" : await ready.text());
    } catch (error) {
      tell(`no answer from the service; trying again (${error.message})`);
    }
  }
}

function cardOf(card) {
  const line = document.createElement("li"), work = card.job ? `works on “${shorten(promptOf(card.job) ?? card.job, 40)}”` : card.state;
  line.dataset.state = card.state;
  for (const text of [card.name, card.device, work, `${(card.free_memory_bytes / 2 ** 30).toFixed(1)} GiB free`])
    line.appendChild(document.createElement("span")).textContent = text;
  return line;
}

function tell(health) {
  if ($("health").textContent !== health) $("health").textContent = health;
}
