/* The Ask tab: hands example questions to the form, and tells screen readers what has come.
   Everything is delegated from the document, since gradio may draw its parts again at any time. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const touch = window.matchMedia("(pointer: coarse)");

  // The form

  const box = () => document.querySelector("#ask-question textarea");

  function put(field, text) {
    const kind = Object.getPrototypeOf(field);
    Object.getOwnPropertyDescriptor(kind, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function enter(field) {
    const options = { key: "Enter", code: "Enter", bubbles: true, cancelable: true };
    field.dispatchEvent(new KeyboardEvent("keypress", options));
  }

  const unseen = (name) => document.querySelector(`#ask-${name} :is(textarea, input)`);

  // What gradio has no part for: deleting, and saying whether an answer helped
  let commands = 0;
  const command = (asked) => {
    put(unseen("do"), JSON.stringify({ ...asked, turn: ++commands }));
    enter(unseen("do"));
  };

  // How the box is to be asked: "yes" for a reading that is being put right, which is asked as it
  // stands, "as" with a kind for what a person wants it taken for
  function worded(how) {
    const field = unseen("worded");
    if (field && field.value !== how) put(field, how);
  }

  function fill(text) {
    const field = box();
    put(field, text);
    if (!touch.matches) field.focus(); // on a phone that would open the keyboard
    return field;
  }

  function ask(text, how = "") {
    worded(how);
    enter(fill(text));
  }

  // The place for an answer: what has come is said once, politely, and scrolled to

  function watch(panel) {
    let last = "";
    let count = 0;
    let focused = null; // the id of what had the focus, since a panel drawn again loses it
    panel.addEventListener("focusin", (event) => { focused = event.target.id; });
    panel.addEventListener("focusout", (event) => {
      if (event.relatedTarget) focused = null;
    });
    const seen = () => {
      const exchanges = panel.querySelectorAll(".exchange");
      const newest = exchanges[exchanges.length - 1];
      const outcome = newest?.querySelector(".outcome, .failure")?.textContent ?? "";
      if (document.activeElement === document.body && focused) {
        $(focused)?.focus({ preventScroll: true });
      }
      if (exchanges.length > count && count) newest.scrollIntoView({ block: "start" });
      else if (exchanges.length !== count) for (const each of [panel, window]) each.scrollTo(0, 0);
      if (`${exchanges.length} ${outcome}` !== last) say(outcome);
      const first = exchanges[0]?.querySelector(".question").lastChild.textContent ?? "";
      name(panel.querySelector(".conversation")?.dataset.id ?? "", first.slice(0, 80));
      count = exchanges.length;
      last = `${count} ${outcome}`;
      goOn(panel);
    };
    new MutationObserver(seen).observe(panel, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  }

  // What may be asked next is tried while the answer is read
  async function goOn(panel) {
    const place = panel.querySelector(".next:empty:not([aria-busy])");
    const id = panel.querySelector(".conversation")?.dataset.id;
    if (!place || !id) return;
    place.setAttribute("aria-busy", "true");
    const { number } = place.dataset;
    const reply = await fetch(`followups?${new URLSearchParams({ id, number })}`).catch(() => null);
    const markup = reply?.ok ? await reply.text() : "";
    // The panel may have been drawn again meanwhile
    const now = panel.querySelector(`.next[data-number="${number}"]`);
    if (now) now.innerHTML = markup; // made and escaped by our own server
    now?.removeAttribute("aria-busy");
    if (!markup) now?.remove();
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
    try {
      await navigator.clipboard.writeText(button.dataset.text);
      told(button, "Copied");
    } catch {
      told(button, "The browser did not allow it: select the text and copy it by hand");
    }
  }

  // The choice of sources: all of them is no choice, which later sources join by themselves

  const choosers = () => [...document.querySelectorAll("#ask-choice fieldset li input")];

  function choose(check) {
    const all = choosers();
    for (const each of check === undefined ? [] : all) {
      if (!each.closest("li").hidden) each.checked = check;
    }
    const ids = all.filter((each) => each.checked).map((each) => each.value);
    const every = ids.length === all.length;
    $("choose-told").textContent = every ? `all ${all.length}` : `${ids.length} of ${all.length}`;
    put(unseen("only"), every ? "" : JSON.stringify(ids));
  }

  function find(text, within) {
    for (const each of document.querySelectorAll(within)) {
      each.hidden = !each.textContent.toLowerCase().includes(text.toLowerCase());
    }
  }

  // Whether it helped

  function helped(button) {
    const place = button.closest(".helped");
    const chosen = button.dataset.verdict ? button : place.querySelector('[aria-pressed="true"]');
    for (const each of place.querySelectorAll(".verdict")) {
      each.setAttribute("aria-pressed", each === chosen);
    }
    const why = place.querySelector(".why");
    why.hidden = false;
    const { verdict } = chosen.dataset;
    const asked = { do: "say", number: place.dataset.number, verdict };
    // A verdict alone leaves the reason as it is, whichever of the two arrives first.
    if (button !== chosen) asked.reason = why.querySelector("textarea").value;
    command(asked);
    if (button === chosen) say("Thank you. It is kept for those who check the answers.");
    else told(button, "Kept, thank you");
  }

  // What cannot be undone is asked twice

  function remove(button) {
    if (button.dataset.sure) return command({ do: "delete", ...button.dataset });
    button.dataset.sure = "yes";
    const before = button.textContent;
    const label = button.getAttribute("aria-label");
    button.textContent = "Yes, delete for good";
    if (label) button.setAttribute("aria-label", `${button.textContent}. ${label}`);
    say(button.textContent);
    setTimeout(() => {
      delete button.dataset.sure;
      button.textContent = before;
      if (label) button.setAttribute("aria-label", label);
    }, 6000);
  }

  // The address names the conversation, so that it can be kept and opened again

  const name = (id, title) => window.soundings.at("ask", id ? `/${id}` : "", title);

  // Events

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    if (button.classList.contains("example")) ask(button.dataset.question ?? button.textContent);
    else if (button.classList.contains("edit")) {
      fill(button.closest(".reading").querySelector("q").textContent).focus();
      worded("yes");
      say("Your question is in the box as it was read. Change it and press Enter to ask it so.");
    } else if (button.classList.contains("copy")) copy(button);
    else if (button.classList.contains("stop")) $("ask-stop").click();
    else if (button.classList.contains("again")) {
      ask(button.dataset.question, button.dataset.worded === "yes" ? "yes" : "");
    } else if (button.classList.contains("kind")) {
      ask(button.dataset.question, `as ${button.dataset.kind}`);
    } else if (button.classList.contains("verdict") || button.classList.contains("why-send")) {
      helped(button);
    } else if (button.classList.contains("delete")) remove(button);
    else if (button.id === "choose-all" || button.id === "choose-none") {
      choose(button.id === "choose-all");
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.closest?.("#ask-choice fieldset li")) choose();
  });

  // An emptied box is a new question, which may lean on the conversation again
  document.addEventListener("input", (event) => {
    const { id, value } = event.target;
    if (id === "choose-find") find(value, "#ask-choice fieldset li");
    if (id === "earlier-find") {
      find(value, ".history li");
      for (const day of document.querySelectorAll(".history .day")) {
        day.hidden = !day.querySelector("li:not([hidden])");
      }
    }
    if (event.target === box() && event.target.value === "") worded("");
  });

  // In gradio's box Shift+Enter asks too; here it starts a new line, as people expect. A key held
  // down and a double click ask once.
  const unwanted = {
    keydown: (event) => event.key === "Enter" && event.shiftKey && event.target === box(),
    keypress: (event) =>
      event.key === "Enter" && (event.shiftKey || event.repeat) && event.target === box(),
    click: (event) => event.detail > 1 && event.target.closest?.("#ask-button"),
  };
  for (const [type, is] of Object.entries(unwanted)) {
    document.addEventListener(
      type,
      (event) => {
        if (!is(event)) return;
        event.stopImmediatePropagation();
        if (!event.shiftKey) event.preventDefault();
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
