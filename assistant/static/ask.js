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
      if (`${exchanges.length} ${outcome}` !== last) say(outcome);
      count = exchanges.length;
      last = `${count} ${outcome}`;
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
    if (button.classList.contains("example")) ask(button.textContent);
    else if (button.classList.contains("edit")) {
      fill(button.closest(".reading").querySelector("q").textContent).focus();
      worded(true);
      say("Your question is in the box as it was read. Change it and press Enter to ask it so.");
    } else if (button.classList.contains("copy")) copy(button);
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
