/* What the server cannot do for a person at the keyboard: tie labels, hints and faults to
   their boxes, move the focus, let Enter move on, show and hide private text, print, copy. */
(() => {
  "use strict";

  const FIELD =
    'input:not([type="hidden"]):not([tabindex="-1"]):not(:disabled), textarea:not(:disabled), [role="spinbutton"]';
  const FORM = ".st-key-form";
  const DEED = ".st-key-deed";
  const STEP_MS = 40;
  const SETTLE_MS = 160;
  const PATIENCE_MS = 2000;
  const FAR_MS = 6000;
  const CALM_MS = 700;
  const SOON_MS = 600;
  const LONG_MS = 10000;

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const boxOf = (node) => node.closest(".stVerticalBlock");
  const boxes = () => all(`${FORM} .si-head`).map(boxOf);
  const fieldsOf = (box) => all(FIELD, box).filter((field) => boxOf(field) === box);

  function set(node, name, value) {
    if (value === "" || value === null) {
      if (node.hasAttribute(name)) node.removeAttribute(name);
    } else if (node.getAttribute(name) !== value) {
      node.setAttribute(name, value);
    }
  }

  /* ---- labels, hints and faults ---------------------------------------------------- */

  function wire(head) {
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

  /* ---- dates that are only half typed ---------------------------------------------- */

  /* Streamlit clears such a date without a word when one leaves it. */
  function noticeHalfDate(event) {
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

  function stopHalfDates(event) {
    const words = document.querySelector(`${FORM} [data-own]`);
    if (!words) return;
    event.preventDefault();
    event.stopPropagation();
    reveal(fieldsOf(boxOf(words))[0], boxOf(words));
  }

  /* ---- focus ----------------------------------------------------------------------- */

  const seen = new Set();
  const app = () => document.querySelector('[data-testid="stApp"]');
  const idle = () => app()?.dataset.testScriptState !== "running";
  const connected = () => app()?.dataset.testConnectionState === "CONNECTED";

  function reveal(field, box, block = "center") {
    if (!field) return false;
    field.focus({ preventScroll: true });
    (box ?? field).scrollIntoView({ block });
    return document.activeElement === field;
  }

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
      if (button) receiptSince = performance.now();
      return Boolean(button);
    },
    detail: () => reveal(document.querySelector(".si-detail-title"), null, "nearest"),
    reason: () => reveal(document.querySelector(".st-key-decide :is(input, button)"), null, "nearest"),
    find: () => reveal(document.querySelector(".st-key-search-boxes input"), null, "nearest"),
    found: () => reveal(document.querySelector(".si-found-title")),
    deed: () => reveal(document.querySelector(".st-key-deed :is(input, textarea)"), document.querySelector(".st-key-deed")),
    question: () => reveal(document.querySelector(".si-deed-title"), document.querySelector(".st-key-deed")),
    boxes: () => reveal(document.querySelector(".st-key-prop-boxes input"), null, "nearest"),
    revealed: () => reveal(document.querySelector(".si-value"), null, "nearest"),
    told: () => reveal(document.querySelector(".si-told-title"), null, "nearest"),
    row: () => reveal(rowButton(lastChosen) ?? document.querySelector(".si-receipt"), null, "nearest"),
  };

  function followFocus() {
    for (const mark of all(".si-focus")) {
      const { target, token, followed } = mark.dataset;
      if (followed || !idle()) continue;
      if (!target || seen.has(token) || TARGETS[target]?.()) {
        seen.add(token);
        mark.dataset.followed = "yes";
      }
    }
  }

  function goTo(key) {
    const head = document.querySelector(`.si-head[data-key="${CSS.escape(key)}"]`);
    if (head) reveal(fieldsOf(boxOf(head))[0], boxOf(head));
  }

  /* ---- Enter moves on -------------------------------------------------------------- */

  const keyOf = (box) => box.querySelector(".si-head").dataset.key;
  const heardOf = (key) =>
    document.querySelector(`.si-answered [data-key="${CSS.escape(key)}"]`)?.dataset.times ?? "";
  const answerIn = (box) =>
    fieldsOf(box).map((field) => field.checked || field.value || field.textContent).join("\n");

  function moveOn(box) {
    const order = boxes();
    const at = order.findIndex((one) => keyOf(one) === keyOf(box));
    const next = order.slice(at + 1).map((b) => fieldsOf(b)[0]).find(Boolean);
    (next ?? document.querySelector(`${FORM} button[kind="primary"]`))?.focus();
  }

  /* What a field held, and which of its answers the server had heard of, when one came to it. */
  let came = { key: "", answer: "", heard: "" };

  function comeTo(event) {
    const box = event.target.closest?.(FORM) && boxOf(event.target);
    if (!box?.querySelector(".si-head") || keyOf(box) === came.key) return;
    came = { key: keyOf(box), answer: answerIn(box), heard: heardOf(keyOf(box)) };
  }

  /* After an answer that other fields depend on: once the server has heard it, however far away
     it is, and the page has drawn them. */
  function moveOnWhenSettled(box, since = performance.now(), quiet = 0) {
    const at = document.activeElement;
    if (at !== document.body && !box.contains(at)) return;
    const unheard = keyOf(box) === came.key && answerIn(box) !== came.answer
      && heardOf(came.key) === came.heard;
    if (quiet >= SETTLE_MS || performance.now() - since > FAR_MS) {
      moveOn(box);
      return;
    }
    if (unheard && !press) awaitAnswer();
    const still = idle() && !unheard;
    setTimeout(() => moveOnWhenSettled(box, since, still ? quiet + STEP_MS : 0), STEP_MS);
  }

  function onEnter(event) {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.ctrlKey
        || event.altKey || event.metaKey) return;
    if (!field.matches?.(FIELD) || field.matches("textarea")) return;
    if (field.closest(DEED)) saveWithEnter(event);
    if (!field.closest(FORM)) return;
    const box = boxOf(field);
    const parent = box.querySelector(".si-head").dataset.parent === "yes";
    if (field.getAttribute("aria-expanded") === "true") {
      setTimeout(() => {
        if (field.getAttribute("aria-expanded") === "true") return;
        if (parent) moveOnWhenSettled(box);
        else moveOn(box);
      }, STEP_MS);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (parent) {
      field.blur();
      moveOnWhenSettled(box);
    } else {
      moveOn(box);
    }
  }

  /* Where one thing is typed, Enter does what the button under it says. */
  function saveWithEnter(event) {
    const deed = event.target.closest(DEED);
    const typed = all('input[type="text"]', deed);
    if (event.repeat || typed.length !== 1 || typed[0].role === "combobox") return;
    event.preventDefault();
    typed[0].blur();
    setTimeout(() => deed.querySelector('button[kind="primary"]')?.click(), STEP_MS);
  }

  /* A key that is held down must not press what comes after: nobody has read the receipt yet. */
  let receiptSince = 0;

  function calmKeys(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    const button = event.target.closest?.("button");
    if (!button) return;
    const tooSoon = button.closest(".st-key-next") && performance.now() - receiptSince < CALM_MS;
    if (!event.repeat && !tooSoon) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /* ---- a connection that was lost --------------------------------------------------- */

  /* The server keeps what is typed. After a loss it starts an empty form without a word. */
  let filling = null;

  function noticeTyping(event) {
    if (filling && event.target.closest?.(FORM)) filling.typed = true;
  }

  function noticeLoss() {
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

  function warn(text) {
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

  /* ---- what is on its way ------------------------------------------------------------ */

  const WAITS = {
    press: "One moment…",
    long: "Still waiting for an answer. What you typed is still here.",
    cut: "The connection is interrupted. It comes back by itself; please type nothing until then.",
  };
  const SENDS = ".stButton button:not(:disabled), .stFormSubmitButton button:not(:disabled), "
    + '[data-testid="stPageLink"] a';

  /* What was pressed and not answered yet. Before the answer nothing on the page tells of it. */
  let press = null;
  let sign = null;

  function noticePress(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const node = event.type === "click"
      ? event.target.closest?.(SENDS)
      : event.key === "Enter" && event.target.closest?.('.stForm input[type="text"]:not([role])');
    if (node && !node.closest(".st-key-away")) awaitAnswer();
  }

  function awaitAnswer() {
    press = { since: performance.now(), answered: 0 };
  }

  function noticeAnswer(records) {
    const page = app();
    const answers = (one) => one.attributeName === "data-test-script-state"
      || (one.type === "childList" && page?.contains(one.target) && !one.target.closest?.(".si-left"));
    if (press && connected() && records.some(answers)) press.answered = performance.now();
  }

  function tellWait() {
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
  const TYPED = ":is(.st-key-deed, .st-key-prop-boxes) :is(input[type=text], textarea)";

  function noticeCut() {
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
  function noticeNewSession() {
    const token = document.querySelector(".si-session")?.dataset.token;
    if (!token || token === session) return;
    if (session && (typed || press)) {
      warn("The connection was lost, and this page began anew. What you typed is gone from it, and "
        + "what you pressed last may not have been done: look before you do it again.");
    }
    session = token;
    typed = false;
  }

  /* ---- private text ---------------------------------------------------------------- */

  function show(box, shown) {
    if (shown) box.dataset.siShown = "yes";
    else delete box.dataset.siShown;
    const word = box.querySelector(".si-show b");
    if (word) word.textContent = shown ? "Hide" : "Show";
  }

  function hideWhenLeft(event) {
    const box = event.target.closest?.("[data-si-shown]");
    if (box && !box.contains(event.relatedTarget)) show(box, false);
  }

  /* ---- deliveries ------------------------------------------------------------------ */

  /* A row's button writes its receipt into the search box, as a person would. */
  let lastChosen = "";
  let awaited = "";
  let heldRow = "";

  const rowButton = (code) => all(".si-receipt").find((one) => one.dataset.siText === code);
  const findBox = () => document.querySelector('[class*="st-key-find-"] input');

  const opened = () =>
    Boolean(document.querySelector(".si-detail-title")?.textContent.endsWith(lastChosen));

  function choose(button) {
    lastChosen = button.dataset.siText;
    if (opened()) TARGETS.detail();
    else {
      enter(awaited = lastChosen);
      awaitAnswer();
    }
  }

  /* Who types into the box has something else in mind by now. */
  function typeOver(event) {
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
  function keepRow() {
    const at = document.activeElement;
    if (at?.matches(".si-receipt")) heldRow = at.dataset.siText;
    else if (at !== document.body) heldRow = "";
    else if (heldRow) rowButton(heldRow)?.focus({ preventScroll: true });
  }

  function wireDeliveries() {
    for (const button of all('.st-key-tiles button')) {
      set(button, "aria-pressed", button.getAttribute("kind") === "primary" ? "true" : "false");
    }
    if (awaited && opened()) awaited = "";
    keepRow();
  }

  /* Nobody sees a hidden tab, so it asks for nothing. */
  function restWhenHidden() {
    const name = document.hidden ? "rest" : "wake";
    document.querySelector(`.st-key-away .st-key-${name} button`)?.click();
  }

  /* ---- records --------------------------------------------------------------------- */

  /* A value is taken away when its time is over, also when the server is not heard any more. */
  const TICK_MS = 250;
  const gone = new WeakMap();

  function takeAway() {
    for (const shown of all(".si-revealed")) {
      if (!gone.has(shown)) gone.set(shown, Date.now() + Number(shown.dataset.left) * 1000);
      const left = Math.max(0, gone.get(shown) - Date.now());
      const told = shown.querySelector(".si-left b");
      const whole = String(Math.ceil(left / 1000));
      if (told && told.textContent !== whole) told.textContent = whole;
      if (left > 0 || !shown.firstChild) continue;
      const wasAt = shown.contains(document.activeElement);
      shown.replaceChildren();
      if (wasAt) TARGETS.detail();
    }
  }

  /* Who hides a value, or leaves, does not wait for an answer to that. */
  function hideNow(event) {
    if (!event.target.closest?.('.st-key-hide button, [data-testid="stPageLink"] a')) return;
    for (const shown of all(".si-revealed")) gone.set(shown, 0);
    takeAway();
  }

  /* Many buttons have one word: each is told with its property. */
  function wireRecords() {
    for (const field of all(".si-field[data-label]")) {
      for (const button of all("button", field.closest(".stHorizontalBlock, .stVerticalBlock"))) {
        set(button, "aria-label", `${button.textContent.trim()} ${field.dataset.label}`);
      }
    }
    takeAway();
  }

  /* ---- buttons --------------------------------------------------------------------- */

  const ACTIONS = {
    choose,
    show: (button) => show(boxOf(button), !boxOf(button).dataset.siShown),
    print: () => window.print(),
    async copy(button) {
      await navigator.clipboard.writeText(button.dataset.siText);
      button.parentElement.querySelector(".si-copied").textContent = "Copied.";
    },
  };

  function closeExplanations(event) {
    for (const open of all(".si-class[open]")) {
      if (event.key === "Escape" || (event.type === "click" && !open.contains(event.target))) {
        open.open = false;
      }
    }
  }

  function onClick(event) {
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

  function warnBeforeLoss(event) {
    const typed = all(`${FORM} input[type="text"], ${FORM} textarea`).some((field) => field.value);
    if (typed) event.preventDefault();
  }

  /* ---- where one is ------------------------------------------------------------------ */

  function markPlace() {
    const here = location.pathname.slice(1);
    for (const link of all(".st-key-top a")) {
      set(link, "aria-current", link.getAttribute("href") === here ? "page" : "");
    }
  }

  /* ---- the page changes under us --------------------------------------------------- */

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
  document.addEventListener("focusin", (event) => {
    lastAt = event.target;
  });
  document.addEventListener("visibilitychange", restWhenHidden);
  document.addEventListener("focusout", noticeHalfDate, true);
  document.addEventListener("focusout", hideWhenLeft);
  window.addEventListener("beforeunload", warnBeforeLoss);
  setInterval(takeAway, TICK_MS);
  setInterval(tellWait, TICK_MS);
})();
