/* Enter moves on to the next box, or does what the one button says; a held key presses nothing. */

import { DEED, FIELD, FORM, SETTLE_MS, STEP_MS, all, boxOf, boxes, fieldsOf, idle } from "./dom.js";
import { awaitAnswer, isWaiting } from "./waiting.js";

const FAR_MS = 6000;
const CALM_MS = 700;

const keyOf = (box) => box.querySelector(".si-head").dataset.key;
const heardOf = (key) =>
  document.querySelector(`.si-answered [data-key="${CSS.escape(key)}"]`)?.dataset.times ?? "";
const answerIn = (box) =>
  fieldsOf(box).map((field) => field.checked || field.value || field.textContent).join("\n");

function moveOn(box) {
  const order = boxes();
  const at = order.findIndex((one) => keyOf(one) === keyOf(box));
  const next = order.slice(at + 1).map((b) => fieldsOf(b)[0]).find(Boolean);
  (next ?? document.querySelector(`${FORM} button[kind="primary"]`))?.focus();
}

/* What a field held, and which of its answers the server had heard of, when one came to it. */
let came = { key: "", answer: "", heard: "" };

export function comeTo(event) {
  const box = event.target.closest?.(FORM) && boxOf(event.target);
  if (!box?.querySelector(".si-head") || keyOf(box) === came.key) return;
  came = { key: keyOf(box), answer: answerIn(box), heard: heardOf(keyOf(box)) };
}

/* After an answer that other fields depend on: once the server has heard it, however far away
   it is, and the page has drawn them. */
function moveOnWhenSettled(box, since = performance.now(), quiet = 0) {
  const at = document.activeElement;
  if (at !== document.body && !box.contains(at)) return;
  const unheard = keyOf(box) === came.key && answerIn(box) !== came.answer
    && heardOf(came.key) === came.heard;
  if (quiet >= SETTLE_MS || performance.now() - since > FAR_MS) {
    moveOn(box);
    return;
  }
  if (unheard && !isWaiting()) awaitAnswer();
  const still = idle() && !unheard;
  setTimeout(() => moveOnWhenSettled(box, since, still ? quiet + STEP_MS : 0), STEP_MS);
}

export function onEnter(event) {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.ctrlKey
      || event.altKey || event.metaKey) return;
  if (!field.matches?.(FIELD) || field.matches("textarea")) return;
  if (field.closest(DEED)) saveWithEnter(event);
  if (!field.closest(FORM)) return;
  const box = boxOf(field);
  const parent = box.querySelector(".si-head").dataset.parent === "yes";
  if (field.getAttribute("aria-expanded") === "true") {
    setTimeout(() => {
      if (field.getAttribute("aria-expanded") === "true") return;
      if (parent) moveOnWhenSettled(box);
      else moveOn(box);
    }, STEP_MS);
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (parent) {
    field.blur();
    moveOnWhenSettled(box);
  } else {
    moveOn(box);
  }
}

/* Where one thing is typed, Enter does what the button under it says. */
function saveWithEnter(event) {
  const deed = event.target.closest(DEED);
  const typed = all('input[type="text"]', deed);
  if (event.repeat || typed.length !== 1 || typed[0].role === "combobox") return;
  event.preventDefault();
  typed[0].blur();
  setTimeout(() => deed.querySelector('button[kind="primary"]')?.click(), STEP_MS);
}

/* A key that is held down must not press what comes after: nobody has read the receipt yet. */
let receiptSince = 0;

export function receiptCame() {
  receiptSince = performance.now();
}

export function calmKeys(event) {
  if (event.key !== "Enter" && event.key !== " ") return;
  const button = event.target.closest?.("button");
  if (!button) return;
  const tooSoon = button.closest(".st-key-next") && performance.now() - receiptSince < CALM_MS;
  if (!event.repeat && !tooSoon) return;
  event.preventDefault();
  event.stopPropagation();
}
