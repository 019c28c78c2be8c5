/* Moving the focus, and what it stands on into view. */

import { boxOf, fieldsOf } from "./dom.js";

export function reveal(field, box, block = "center") {
  if (!field) return false;
  field.focus({ preventScroll: true });
  (box ?? field).scrollIntoView({ block });
  return document.activeElement === field;
}

export const toDetail = () => reveal(document.querySelector(".si-detail-title"), null, "nearest");

export function goTo(key) {
  const head = document.querySelector(`.si-head[data-key="${CSS.escape(key)}"]`);
  if (head) reveal(fieldsOf(boxOf(head))[0], boxOf(head));
}
