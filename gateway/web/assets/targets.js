/* Where a page asks the focus to be, by a mark it draws; each mark is followed once. */

import { FORM, all, boxes, fieldsOf, idle } from "./dom.js";
import { chosenRow } from "./deliveries.js";
import { receiptCame } from "./enter.js";
import { reveal, toDetail } from "./focus.js";

const seen = new Set();

const TARGETS = {
  first() {
    const form = document.querySelector(FORM);
    if (!form) return false;
    if (form.contains(document.activeElement)) return true;
    const [box] = boxes();
    const first = box && fieldsOf(box)[0];
    first?.focus({ preventScroll: true });
    return Boolean(first);
  },
  error() {
    const box = boxes().find((candidate) => candidate.querySelector(".si-error"));
    const field = box && fieldsOf(box)[0];
    return reveal(field ?? document.querySelector(".si-summary"), box);
  },
  "main-action"() {
    const button = document.querySelector('.st-key-next button[kind="primary"]');
    button?.focus({ preventScroll: true });
    if (button) receiptCame();
    return Boolean(button);
  },
  detail: toDetail,
  reason: () => reveal(document.querySelector(".st-key-decide :is(input, button)"), null, "nearest"),
  find: () => reveal(document.querySelector(".st-key-search-boxes input"), null, "nearest"),
  found: () => reveal(document.querySelector(".si-found-title")),
  deed: () => reveal(document.querySelector(".st-key-deed :is(input, textarea)"), document.querySelector(".st-key-deed")),
  question: () => reveal(document.querySelector(".si-deed-title"), document.querySelector(".st-key-deed")),
  boxes: () => reveal(document.querySelector(".st-key-prop-boxes input"), null, "nearest"),
  revealed: () => reveal(document.querySelector(".si-value"), null, "nearest"),
  told: () => reveal(document.querySelector(".si-told-title"), null, "nearest"),
  row: () => reveal(chosenRow() ?? document.querySelector(".si-receipt"), null, "nearest"),
};

export function followFocus() {
  for (const mark of all(".si-focus")) {
    const { target, token, followed } = mark.dataset;
    if (followed || !idle()) continue;
    if (!target || seen.has(token) || TARGETS[target]?.()) {
      seen.add(token);
      mark.dataset.followed = "yes";
    }
  }
}
