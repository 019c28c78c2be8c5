/* What was pressed and is on its way, and a connection that is interrupted or begins anew. */

import { SETTLE_MS, all, app, connected, idle } from "./dom.js";
import { warn } from "./loss.js";

const SOON_MS = 600;
const LONG_MS = 10000;
const WAITS = {
  press: "One moment…",
  long: "Still waiting for an answer. What you typed is still here.",
  cut: "The connection is interrupted. It comes back by itself; please type nothing until then.",
};
const SENDS = ".stButton button:not(:disabled), .stFormSubmitButton button:not(:disabled), "
  + '[data-testid="stPageLink"] a';
const TYPED = ":is(.st-key-deed, .st-key-prop-boxes) :is(input[type=text], textarea)";

/* What was pressed and not answered yet. Before the answer nothing on the page tells of it. */
let press = null;
let sign = null;

export const isWaiting = () => Boolean(press);

export function noticePress(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const node = event.type === "click"
    ? event.target.closest?.(SENDS)
    : event.key === "Enter" && event.target.closest?.('.stForm input[type="text"]:not([role])');
  if (node && !node.closest(".st-key-away")) awaitAnswer();
}

export function awaitAnswer() {
  press = { since: performance.now(), answered: 0 };
}

export function noticeAnswer(records) {
  const page = app();
  const answers = (one) => one.attributeName === "data-test-script-state"
    || (one.type === "childList" && page?.contains(one.target) && !one.target.closest?.(".si-left"));
  if (press && connected() && records.some(answers)) press.answered = performance.now();
}

export function tellWait() {
  const now = performance.now();
  if (press?.answered && idle() && now - press.answered > SETTLE_MS) press = null;
  const waited = press ? now - press.since : 0;
  if (waited > 3 * LONG_MS) press = null;
  const words = cut && now - cut.since > SOON_MS ? WAITS.cut
    : waited > LONG_MS ? WAITS.long : waited > SOON_MS ? WAITS.press : "";
  if (!sign) {
    sign = document.createElement("p");
    sign.className = "si-moment";
    sign.setAttribute("role", "status");
    document.body.append(sign);
  }
  sign.hidden = !words;
  if (sign.textContent !== words) sign.textContent = words;
}

/* Without a connection every box is off, and the focus is lost without a word. */
let wasConnected = false;
let cut = null;
let lastAt = null;
let giveBack = null;
let typed = false;
let session = "";

export function noticeFocus(event) {
  lastAt = event.target;
}

export function noticeCut() {
  if (!app()) return;
  if (!connected()) {
    if (wasConnected && !cut) {
      cut = { since: performance.now(), pressed: Boolean(press) && !(press.answered && idle()) };
      giveBack = lastAt;
      typed = all(TYPED).some((box) => box.value);
      press = null;
    }
    return;
  }
  wasConnected = true;
  if (cut?.pressed) {
    warn("The connection was interrupted. What you pressed last may not have been done: look "
      + "before you press it again.");
    giveBack = null;
  }
  cut = null;
  if (!giveBack || giveBack.disabled) return;
  if (document.activeElement === document.body) giveBack.focus({ preventScroll: true });
  giveBack = null;
}

/* After a longer loss the server begins anew, with the first press it hears, and has forgotten
   what that press was about. */
export function noticeNewSession() {
  const token = document.querySelector(".si-session")?.dataset.token;
  if (!token || token === session) return;
  if (session && (typed || press)) {
    warn("The connection was lost, and this page began anew. What you typed is gone from it, and "
      + "what you pressed last may not have been done: look before you do it again.");
  }
  session = token;
  typed = false;
}
