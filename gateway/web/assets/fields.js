/* Labels, hints and faults tied to their boxes; dates half typed; private text shown and hidden. */

import { FORM, all, boxOf, fieldsOf, set } from "./dom.js";
import { reveal } from "./focus.js";

export function wire(head) {
  const box = boxOf(head);
  const fields = fieldsOf(box);
  const { required, grouped, keyboard, private: isPrivate } = head.dataset;
  const told = all(".si-error, .si-hint, .si-class p", head).map((node) => node.id);
  const ids = told.filter(Boolean).join(" ");
  const invalid = head.querySelector(".si-error") ? "true" : "";
  const radios = box.querySelector('[role="radiogroup"]');
  const boxesToTick = fields.filter((field) => field.type === "checkbox");

  if (grouped === "yes" && boxesToTick.length) {
    set(box, "role", "group");
    set(box, "aria-labelledby", head.querySelector(".si-label")?.id ?? "");
    set(box, "aria-describedby", ids);
  }
  for (const field of radios ? [radios] : fields) {
    if (grouped !== "yes" || !boxesToTick.length) set(field, "aria-describedby", ids);
    set(field, "aria-invalid", invalid);
    if (grouped !== "yes" || !boxesToTick.length) {
      set(field, "aria-required", required === "yes" ? "true" : "");
    }
  }
  for (const field of fields) {
    if (!field.matches("input, textarea")) continue;
    set(field, "autocomplete", "off");
    set(field, "autocapitalize", keyboard === "text" && isPrivate === "no" ? "sentences" : "none");
    set(field, "data-1p-ignore", "true");
    set(field, "data-lpignore", "true");
    set(field, "data-bwignore", "true");
    if (isPrivate === "yes") {
      set(field, "spellcheck", "false");
      set(field, "autocorrect", "off");
    }
    if (field.matches('input:not([role])') && keyboard !== "text") {
      set(field, "inputmode", keyboard);
    }
  }
}

/* Streamlit clears such a date without a word when one leaves it. */
export function noticeHalfDate(event) {
  const box = event.target.closest?.(`${FORM} .stVerticalBlock`);
  const segments = box ? all('[role="spinbutton"]', box) : [];
  if (!segments.length || box.contains(event.relatedTarget)) return;
  const head = box.querySelector(".si-head");
  const empty = segments.filter((segment) => segment.dataset.placeholder === "true").length;
  head.querySelector("[data-own]")?.remove();
  if (empty > 0 && empty < segments.length) head.append(halfDateWords(head));
  wire(head);
}

function halfDateWords(head) {
  const words = document.createElement("p");
  words.className = "si-error";
  words.id = `own-${head.dataset.key}`;
  words.dataset.own = "yes";
  words.setAttribute("role", "alert");
  words.textContent = "This date was not complete, so it was cleared. Type year, month and day.";
  return words;
}

export function stopHalfDates(event) {
  const words = document.querySelector(`${FORM} [data-own]`);
  if (!words) return;
  event.preventDefault();
  event.stopPropagation();
  reveal(fieldsOf(boxOf(words))[0], boxOf(words));
}

export function show(box, shown) {
  if (shown) box.dataset.siShown = "yes";
  else delete box.dataset.siShown;
  const word = box.querySelector(".si-show b");
  if (word) word.textContent = shown ? "Hide" : "Show";
}

export function hideWhenLeft(event) {
  const box = event.target.closest?.("[data-si-shown]");
  if (box && !box.contains(event.relatedTarget)) show(box, false);
}

export function closeExplanations(event) {
  for (const open of all(".si-class[open]")) {
    if (event.key === "Escape" || (event.type === "click" && !open.contains(event.target))) {
      open.open = false;
    }
  }
}
