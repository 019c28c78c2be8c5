/* What was typed and is lost, or would be: said before it happens, and after. */

import { FORM, all } from "./dom.js";

/* The server keeps what is typed. After a loss it starts an empty form without a word. */
let filling = null;

export function noticeTyping(event) {
  if (filling && event.target.closest?.(FORM)) filling.typed = true;
}

export function noticeLoss() {
  const head = document.querySelector(`${FORM} .si-head`);
  if (!head) {
    if (document.querySelector(".si-slip, .st-key-lookup")) filling = null;
    return;
  }
  const now = { form: location.search, instance: head.dataset.key.split("-")[1], typed: false };
  if (filling?.instance === now.instance) return;
  if (filling?.typed && filling.form === now.form) tellLoss();
  filling = now;
}

function tellLoss() {
  warn("The connection was lost, and what you typed is gone from this page. If you had already "
    + "pressed the button, look for the receipt on the first page before you type it again.");
}

export function warn(text) {
  document.querySelector(".si-lost")?.remove();
  const note = document.createElement("div");
  note.className = "si-lost";
  note.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "I understand";
  close.addEventListener("click", () => note.remove());
  note.append(words, close);
  document.body.prepend(note);
  close.focus();
}

export function warnBeforeLoss(event) {
  const typed = all(`${FORM} input[type="text"], ${FORM} textarea`).some((field) => field.value);
  if (typed) event.preventDefault();
}
