/* The page as Streamlit draws it: where boxes and fields are, and how it stands with the server. */

export const FIELD =
  'input:not([type="hidden"]):not([tabindex="-1"]):not(:disabled), textarea:not(:disabled), [role="spinbutton"]';
export const FORM = ".st-key-form";
export const DEED = ".st-key-deed";
export const STEP_MS = 40;
export const SETTLE_MS = 160;

export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const boxOf = (node) => node.closest(".stVerticalBlock");
export const boxes = () => all(`${FORM} .si-head`).map(boxOf);
export const fieldsOf = (box) => all(FIELD, box).filter((field) => boxOf(field) === box);

export function set(node, name, value) {
  if (value === "" || value === null) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

export const app = () => document.querySelector('[data-testid="stApp"]');
export const idle = () => app()?.dataset.testScriptState !== "running";
export const connected = () => app()?.dataset.testConnectionState === "CONNECTED";
