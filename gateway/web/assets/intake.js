/* What the server cannot do for a person at the keyboard: tie labels, hints and faults to
   their boxes, move the focus, let Enter move on, show and hide private text, print, copy.
   Here is what is heard, and in which order. */

import { onClick } from "./buttons.js";
import { keepRow, restWhenHidden, typeOver, wireDeliveries } from "./deliveries.js";
import { FORM, all, set } from "./dom.js";
import { calmKeys, comeTo, onEnter } from "./enter.js";
import { closeExplanations, hideWhenLeft, noticeHalfDate, wire } from "./fields.js";
import { noticeLoss, noticeTyping, warnBeforeLoss } from "./loss.js";
import { hideNow, takeAway, wireRecords } from "./records.js";
import { followFocus } from "./targets.js";
import {
  noticeAnswer, noticeCut, noticeFocus, noticeNewSession, noticePress, tellWait,
} from "./waiting.js";

const TICK_MS = 250;

function markPlace() {
  const here = location.pathname.slice(1);
  for (const link of all(".st-key-top a")) {
    set(link, "aria-current", link.getAttribute("href") === here ? "page" : "");
  }
}

let asked = false;

function refresh() {
  asked = false;
  all(".si-head").forEach(wire);
  for (const mark of all(".si-lang")) {
    const form = document.querySelector(FORM);
    if (form) set(form, "lang", mark.dataset.lang);
  }
  markPlace();
  noticeCut();
  noticeNewSession();
  noticeLoss();
  wireDeliveries();
  wireRecords();
  followFocus();
}

function ask() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(refresh);
}

new MutationObserver((records) => {
  noticeAnswer(records);
  ask();
}).observe(document, {
  subtree: true,
  childList: true,
  attributes: true,
  attributeFilter: ["data-test-script-state", "data-test-connection-state", "disabled", "kind"],
});
document.addEventListener("keydown", calmKeys, true);
document.addEventListener("keydown", onEnter, true);
document.addEventListener("input", noticeTyping, true);
document.addEventListener("input", typeOver, true);
document.addEventListener("click", onClick, true);
document.addEventListener("click", noticePress, true);
document.addEventListener("click", hideNow, true);
document.addEventListener("keydown", noticePress, true);
document.addEventListener("click", closeExplanations);
document.addEventListener("keydown", closeExplanations);
document.addEventListener("focusin", keepRow);
document.addEventListener("focusin", comeTo);
document.addEventListener("focusin", noticeFocus);
document.addEventListener("visibilitychange", restWhenHidden);
document.addEventListener("focusout", noticeHalfDate, true);
document.addEventListener("focusout", hideWhenLeft);
window.addEventListener("beforeunload", warnBeforeLoss);
setInterval(takeAway, TICK_MS);
setInterval(tellWait, TICK_MS);
