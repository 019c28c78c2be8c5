/* What a press on one of our own buttons, links and rows does. */

import { FORM, boxOf } from "./dom.js";
import { choose } from "./deliveries.js";
import { show, stopHalfDates } from "./fields.js";
import { goTo } from "./focus.js";

const ACTIONS = {
  choose,
  show: (button) => show(boxOf(button), !boxOf(button).dataset.siShown),
  print: () => window.print(),
  async copy(button) {
    await navigator.clipboard.writeText(button.dataset.siText);
    button.parentElement.querySelector(".si-copied").textContent = "Copied.";
  },
};

export function onClick(event) {
  const node = event.target.closest?.("[data-si-do], [data-si-goto], button[kind=primary]")
    ?? event.target.closest?.("[data-si-row]")?.querySelector("[data-si-do]");
  if (!node) return;
  if (node.dataset.siGoto) {
    event.preventDefault();
    goTo(node.dataset.siGoto);
  } else if (node.dataset.siDo) {
    ACTIONS[node.dataset.siDo]?.(node);
  } else if (node.closest(FORM)) {
    stopHalfDates(event);
  }
}
