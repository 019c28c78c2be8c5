/* The table of deliveries: a row opens its receipt, and the focus stays on it through news. */

import { STEP_MS, all, set } from "./dom.js";
import { toDetail } from "./focus.js";
import { awaitAnswer } from "./waiting.js";

const PATIENCE_MS = 2000;

/* A row's button writes its receipt into the search box, as a person would. */
let lastChosen = "";
let awaited = "";
let heldRow = "";

const rowButton = (code) => all(".si-receipt").find((one) => one.dataset.siText === code);
const findBox = () => document.querySelector('[class*="st-key-find-"] input');

export const chosenRow = () => rowButton(lastChosen);

const opened = () =>
  Boolean(document.querySelector(".si-detail-title")?.textContent.endsWith(lastChosen));

export function choose(button) {
  lastChosen = button.dataset.siText;
  if (opened()) toDetail();
  else {
    enter(awaited = lastChosen);
    awaitAnswer();
  }
}

/* Who types into the box has something else in mind by now. */
export function typeOver(event) {
  if (event.isTrusted && event.target === findBox()) awaited = "";
}

/* The box may come later than the row, and what is written while the page renews itself may
   be lost: so it is looked at again. */
function enter(code, since = performance.now()) {
  if (code !== awaited || performance.now() - since > 5 * PATIENCE_MS) return;
  const box = findBox();
  if (box) {
    write(box, "");
    write(box, code);
    setTimeout(() => box.dispatchEvent(new FocusEvent("focusout", { bubbles: true })), STEP_MS);
  }
  setTimeout(() => enter(code, since), box ? PATIENCE_MS : STEP_MS);
}

function write(box, text) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/* News redraw the table: the focus stays on the row it was on. */
export function keepRow() {
  const at = document.activeElement;
  if (at?.matches(".si-receipt")) heldRow = at.dataset.siText;
  else if (at !== document.body) heldRow = "";
  else if (heldRow) rowButton(heldRow)?.focus({ preventScroll: true });
}

export function wireDeliveries() {
  for (const button of all('.st-key-tiles button')) {
    set(button, "aria-pressed", button.getAttribute("kind") === "primary" ? "true" : "false");
  }
  if (awaited && opened()) awaited = "";
  keepRow();
}

/* Nobody sees a hidden tab, so it asks for nothing. */
export function restWhenHidden() {
  const name = document.hidden ? "rest" : "wake";
  document.querySelector(`.st-key-away .st-key-${name} button`)?.click();
}
