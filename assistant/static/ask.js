/* The Ask tab: opens quotes in the source pane, hands example questions to the form, and tells
   screen readers what has come. Everything is delegated from the document, since gradio may
   draw its parts again at any time. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const narrow = window.matchMedia("(max-width: 64rem)");
  const touch = window.matchMedia("(pointer: coarse)");
  let opened = null; // the id of the marker whose quote is shown
  let whole = false;
  let asked = 0; // counts requests, so that a slow reply never replaces a later one

  // The source pane

  const group = (button) => [...button.closest(".answer").querySelectorAll("[data-source]")];

  async function open(button, wantWhole, focus) {
    opened = button.id;
    whole = wantWhole;
    const mine = ++asked;
    const { source, start, end, sha256 } = button.dataset;
    const query = new URLSearchParams({ id: source, start, end, sha256, whole: wantWhole });
    let markup = null;
    try {
      const reply = await fetch(`source?${query}`);
      if (reply.ok) markup = await reply.text();
    } catch {
      // told below
    }
    if (mine !== asked) return;
    const shown = $("source-shown");
    if (markup === null) {
      notice("The source could not be fetched. Is Soundings still running?");
    } else {
      shown.innerHTML = markup; // made and escaped by our own server
    }
    show(button);
    const mark = $("source-quote");
    if (mark) bring(mark, mark.closest(".text"));
    if (focus) shown.querySelector("[tabindex]")?.focus({ preventScroll: true });
  }

  // A long text scrolls until the mark is a third down: in view, with what leads up to it
  function bring(mark, text) {
    if (text.scrollHeight <= text.clientHeight) return mark.scrollIntoView({ block: "nearest" });
    const below = mark.getBoundingClientRect().top - text.getBoundingClientRect().top;
    text.scrollTop += below - text.clientHeight / 3;
  }

  function show(button) {
    const all = group(button);
    const place = all.indexOf(button);
    const what = button.classList.contains("near") ? "passage" : "quote";
    for (const other of document.querySelectorAll("[data-source][aria-current]")) {
      other.removeAttribute("aria-current");
    }
    button.setAttribute("aria-current", "true");
    $("source-count").textContent = `${what} ${place + 1} of ${all.length}`;
    $("source-previous").setAttribute("aria-disabled", place === 0);
    $("source-next").setAttribute("aria-disabled", place === all.length - 1);
    $("source-whole").textContent = whole ? `Back to the ${what}` : "Whole source";
    $("source-controls").hidden = false;
    document.documentElement.classList.add("pane-open");
    screen(narrow.matches);
  }

  function notice(text) {
    const p = document.createElement("p");
    p.className = "notice";
    p.tabIndex = -1;
    p.textContent = text;
    $("source-shown").replaceChildren(p);
  }

  // While the pane covers the page, the page behind it is out of reach
  function screen(covered) {
    const isOpen = document.documentElement.classList.contains("pane-open");
    for (const part of document.querySelectorAll("#ask-main, #page-title, .tab-wrapper")) {
      part.inert = covered && isOpen;
    }
  }

  function close() {
    if (opened === null) return;
    const marker = $(opened);
    opened = null;
    asked += 1;
    document.documentElement.classList.remove("pane-open");
    screen(false);
    $("source-controls").hidden = true;
    notice("Choose a quote's number to read it in its place.");
    marker?.removeAttribute("aria-current");
    (marker ?? box())?.focus();
  }

  function step(by) {
    const marker = $(opened);
    const next = marker && group(marker)[group(marker).indexOf(marker) + by];
    if (next) open(next, false, false);
  }

  narrow.addEventListener("change", () => screen(narrow.matches));

  // The form

  const box = () => document.querySelector("#ask-question textarea");

  function put(field, text) {
    const kind = Object.getPrototypeOf(field);
    Object.getOwnPropertyDescriptor(kind, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Whether the box holds a reading that is being put right: then it is asked as it stands
  function worded(yes) {
    const field = document.querySelector("#ask-worded :is(textarea, input)");
    if (field && field.value !== (yes ? "yes" : "")) put(field, yes ? "yes" : "");
  }

  function fill(text) {
    const field = box();
    put(field, text);
    if (!touch.matches) field.focus(); // on a phone that would open the keyboard
    return field;
  }

  function ask(text) {
    const options = { key: "Enter", code: "Enter", bubbles: true, cancelable: true };
    worded(false);
    fill(text).dispatchEvent(new KeyboardEvent("keypress", options));
  }

  // The place for an answer: what has come is said once, politely, and scrolled to

  function watch(panel) {
    let last = "";
    let count = 0;
    new MutationObserver(() => {
      const exchanges = panel.querySelectorAll(".exchange");
      const newest = exchanges[exchanges.length - 1];
      const outcome = newest?.querySelector(".outcome, .failure")?.textContent ?? "";
      if (exchanges.length > count && count) newest.scrollIntoView({ block: "start" });
      else if (exchanges.length !== count) window.scrollTo(0, 0);
      if (exchanges.length < count) close();
      if (opened && !$(opened)) close();
      if (`${exchanges.length} ${outcome}` !== last) say(outcome);
      count = exchanges.length;
      last = `${count} ${outcome}`;
      if (opened) $(opened)?.setAttribute("aria-current", "true");
    }).observe(panel, { childList: true, subtree: true, characterData: true });
  }

  const say = (text) => {
    const status = $("ask-status");
    if (status) status.textContent = text;
  };

  function told(button, text) {
    const before = button.textContent;
    button.textContent = text;
    say(text);
    setTimeout(() => { button.textContent = before; }, 4000);
  }

  async function copy(button) {
    const answer = button.closest(".answer");
    const question = answer.closest(".exchange").querySelector(".question").lastChild.textContent;
    const said = [...answer.querySelectorAll(".quote p, p:has(> .said)")].map((p) => {
      const quoted = p.querySelector("q");
      const markers = [...p.querySelectorAll(".marker")].map((m) => `[${m.textContent}]`).join("");
      const text = (quoted ?? p.querySelector(".said")).textContent;
      return quoted ? `“${text}” ${markers}` : `${text} ${markers}`;
    });
    const places = [...answer.querySelectorAll(".references li")].map(
      (li) => `[${li.value}] ${[...li.childNodes].slice(1).map((n) => n.textContent).join("").trim()}`,
    );
    try {
      await navigator.clipboard.writeText([question, ...said, places.join("\n")].join("\n\n"));
      told(button, "Copied");
    } catch {
      told(button, "The browser did not allow it: select the text and copy it by hand");
    }
  }

  // Events

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    if (button.dataset.source !== undefined) open(button, false, true);
    else if (button.id === "source-close") close();
    else if (button.id === "source-previous") step(-1);
    else if (button.id === "source-next") step(1);
    else if (button.id === "source-whole" && $(opened)) open($(opened), !whole, true);
    else if (button.classList.contains("example")) ask(button.textContent);
    else if (button.classList.contains("edit")) {
      fill(button.closest(".reading").querySelector("q").textContent).focus();
      worded(true);
      say("Your question is in the box as it was read. Change it and press Enter to ask it so.");
    } else if (button.classList.contains("copy")) copy(button);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opened !== null) {
      event.preventDefault();
      close();
    }
  });

  // An emptied box is a new question, which may lean on the conversation again
  document.addEventListener("input", (event) => {
    if (event.target === box() && event.target.value === "") worded(false);
  });

  // In gradio's box Shift+Enter asks too; here it starts a new line, as people expect
  for (const type of ["keydown", "keypress"]) {
    document.addEventListener(
      type,
      (event) => {
        if (event.key === "Enter" && event.shiftKey && event.target === box()) {
          event.stopImmediatePropagation();
        }
      },
      true,
    );
  }

  const waiting = new MutationObserver(() => {
    const panel = $("ask-conversation");
    if (!panel || panel.dataset.watched) return;
    panel.dataset.watched = "yes";
    watch(panel);
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
})();
