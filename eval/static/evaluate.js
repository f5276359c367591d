/* The Evaluate tab: fetches views and shows them, sends forms, and keeps the progress of a run up
   to date. Everything is delegated from the document, since gradio may draw its parts again. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const every = { running: 1000, idle: 4000 }; // milliseconds between two looks at the run
  let asked = 0; // counts requests, so that a slow reply never replaces a later one
  let number = null; // of the run that this page last heard of
  let running = false;
  let told = -1; // the last quarter of the run that was said to screen readers

  const say = (text) => { $("ev-status").textContent = text; };
  const wrong = (text) => { $("ev-error").textContent = text; };

  // Views

  async function show(address, options, focus = true) {
    const mine = ++asked;
    wrong("");
    let reply, text;
    try {
      reply = await fetch(address, options);
      text = await reply.text();
    } catch {
      if (mine === asked) wrong("Soundings does not answer. Is it still running?");
      return false;
    }
    if (mine !== asked) return false;
    if (!reply.ok) {
      wrong(text.startsWith("{") ? "This was not understood. Load the page again." : text);
      return false;
    }
    $("ev-shown").innerHTML = text; // made and escaped by our own server
    document.dispatchEvent(new CustomEvent("ev-shown"));
    if (focus) {
      const head = $("ev-shown").querySelector("[data-focus]");
      head?.focus({ preventScroll: true });
      $("ev-shown").scrollIntoView({ block: "nearest" });
      if (head && head.getBoundingClientRect().top < 0) head.scrollIntoView();
    }
    return true;
  }

  const sent = (fields) => ({
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  });

  function fields(form) {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (name in found) found[name] = [found[name], value].flat();
      else found[name] = value;
    }
    return found;
  }

  // The run that is under way

  async function look() {
    if ($("ev")?.checkVisibility() && document.visibilityState === "visible") {
      try {
        const reply = await fetch($("ev").dataset.progress);
        if (reply.ok) await heard(await reply.json());
      } catch {
        // the next look tells more
      }
    }
    setTimeout(look, running ? every.running : every.idle);
  }

  async function heard(now) {
    const began = now.under_way && (!running || now.number !== number);
    const ended = running && !now.under_way;
    running = now.under_way;
    number = now.number;
    const onFirst = $("ev-shown").querySelector(".first") !== null;
    if (began) {
      told = -1;
      say("A run is under way.");
      if (onFirst && !$("ev-bar")) await show($("ev").dataset.first, {}, false);
    }
    if (ended) {
      say(now.said);
      if (onFirst && now.run) await show(`evaluate/run?run=${encodeURIComponent(now.run)}`);
      else if (onFirst) await show($("ev").dataset.first);
    }
    const bar = $("ev-bar");
    if (!running || !bar) return;
    if (now.total) {
      bar.max = now.total;
      bar.value = now.done;
    }
    $("ev-count").textContent = now.said;
    const quarter = now.total ? Math.floor((4 * now.done) / now.total) : 0;
    if (quarter > told) say(now.said);
    told = Math.max(told, quarter);
  }

  // Events

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#ev [data-go]");
    if (button) show(button.dataset.go, {});
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest?.("#ev form");
    if (!form) return;
    event.preventDefault();
    if (form.dataset.get) return show(`${form.dataset.get}?${new URLSearchParams(fields(form))}`, {});
    const sending = fields(form);
    if (event.submitter?.name) sending[event.submitter.name] = event.submitter.value;
    await show(form.dataset.post, sent(sending));
    await look1();
  });

  const look1 = async () => {
    const reply = await fetch($("ev").dataset.progress).catch(() => null);
    if (reply?.ok) await heard(await reply.json());
  };

  // The arrows go from failure to failure, where they do nothing else
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!event.target.closest?.("#ev") || event.target.closest("input, select, textarea, .wide")) return;
    const button = $("ev").querySelector(`[data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  const waiting = new MutationObserver(() => {
    const frame = $("ev");
    if (!frame || frame.dataset.begun) return;
    frame.dataset.begun = "yes";
    let seen = false;
    const begin = () => {
      if (seen || !frame.checkVisibility()) return;
      seen = true;
      show(frame.dataset.first, {}, false);
    };
    new IntersectionObserver(begin).observe(frame);
    begin();
    if (number === null) {
      number = 0;
      look();
    }
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
})();
