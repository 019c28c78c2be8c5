/* Values of records: taken away in time, hidden at once, and their buttons told apart. */

import { all, set } from "./dom.js";
import { toDetail } from "./focus.js";

/* A value is taken away when its time is over, also when the server is not heard any more. */
const gone = new WeakMap();

export function takeAway() {
  for (const shown of all(".si-revealed")) {
    if (!gone.has(shown)) gone.set(shown, Date.now() + Number(shown.dataset.left) * 1000);
    const left = Math.max(0, gone.get(shown) - Date.now());
    const told = shown.querySelector(".si-left b");
    const whole = String(Math.ceil(left / 1000));
    if (told && told.textContent !== whole) told.textContent = whole;
    if (left > 0 || !shown.firstChild) continue;
    const wasAt = shown.contains(document.activeElement);
    shown.replaceChildren();
    if (wasAt) toDetail();
  }
}

/* Who hides a value, or leaves, does not wait for an answer to that. */
export function hideNow(event) {
  if (!event.target.closest?.('.st-key-hide button, [data-testid="stPageLink"] a')) return;
  for (const shown of all(".si-revealed")) gone.set(shown, 0);
  takeAway();
}

/* Many buttons have one word: each is told with its property. */
export function wireRecords() {
  for (const field of all(".si-field[data-label]")) {
    for (const button of all("button", field.closest(".stHorizontalBlock, .stVerticalBlock"))) {
      set(button, "aria-label", `${button.textContent.trim()} ${field.dataset.label}`);
    }
  }
  takeAway();
}
