/* The Evaluate tab: fetches views and shows them, sends forms, and keeps the progress of a run up
   to date. Everything is delegated from the document, since gradio may draw its parts again. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const every = { running: 1000, idle: 4000 }; // milliseconds between two looks at the run
  let asked = 0; // counts requests, so that a slow reply never replaces a later one
  let loading = 0; // the same for the texts of sources
  let number = null; // of the run that this page last heard of
  let running = false;
  let told = -1; // the last quarter of the run that was said to screen readers

  const say = (text) => { $("ev-status").textContent = text; };
  const wrong = (text) => {
    $("ev-error").textContent = text;
    if (text) $("ev-error").scrollIntoView({ block: "nearest" });
  };

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
    if ($("ev-source")) load();
    if (!options.method) placed(address);
    if (focus) {
      const head = $("ev-shown").querySelector("[data-focus]");
      head?.focus({ preventScroll: true });
      $("ev-shown").scrollIntoView({ block: "nearest" });
      if (head && head.getBoundingClientRect().top < 0) head.scrollIntoView();
    }
    return true;
  }

  // A view's own address: evaluate/run?run=… is /evaluate?view=run&run=…

  function placed(address) {
    const [path, query] = address.split("?");
    const view = path.slice(path.indexOf("/") + 1);
    const first = address === $("ev").dataset.first;
    const head = $("ev-shown").querySelector("h2, h3");
    const id = first ? "" : `?${new URLSearchParams([["view", view], ...new URLSearchParams(query)])}`;
    window.soundings.at("evaluate", id, first ? "" : head?.textContent);
  }

  function asked_for() {
    const query = new URLSearchParams(location.search);
    const view = query.get("view");
    if (!view || !/^[a-z-]+$/.test(view)) return $("ev").dataset.first;
    query.delete("view");
    return `evaluate/${view}?${query}`;
  }

  document.addEventListener("soundings-back", (event) => {
    if (event.detail === "evaluate" && $("ev")) show(asked_for(), {}, false);
  });

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

  // Evidence is marked in a text box that cannot be written in: its caret obeys the keyboard, and
  // its offsets count from the text's beginning

  async function load() {
    const mine = ++loading;
    const choice = $("ev-source");
    const address = choice.closest("[data-text]").dataset.text;
    let text = "";
    try {
      const reply = await fetch(`${address}?${new URLSearchParams({ source: choice.value })}`);
      if (reply.ok) text = await reply.text();
    } catch {
      if (mine === loading) wrong("The source could not be fetched. Is Soundings still running?");
    }
    const box = $("ev-text");
    if (mine !== loading || !box) return;
    box.value = text;
    const { open, from, to } = choice.closest("[data-text]").dataset;
    if (open === choice.value) mark(box, units(text, Number(from)), units(text, Number(to)));
  }

  // Marks words of the box and brings them into its middle, wherever the focus is
  function mark(box, start, end) {
    const whole = box.value;
    box.value = whole.slice(0, end); // as tall as what stands before
    const top = box.scrollHeight;
    box.value = whole;
    box.setSelectionRange(start, end, "forward");
    box.scrollTop = Math.max(0, top - box.clientHeight / 2);
  }

  // Offsets count code points on the server's side, and UTF-16 units here
  const points = (text) => [...text].length;
  const units = (text, count) => [...text].slice(0, count).join("").length;

  const place = (item) => ({
    source: item.dataset.place,
    start: item.dataset.from,
    end: item.dataset.to,
    sha256: item.dataset.digest,
    alternative: item.querySelector(".alone").checked,
  });

  const places = () => [...$("ev-evidence").querySelectorAll("[data-place]")].map(place);

  async function take() {
    const box = $("ev-text");
    const marked = box.value.slice(box.selectionStart, box.selectionEnd);
    const words = marked.trim();
    wrong("");
    if (!words) return wrong("Mark the words in the source's text first.");
    const start = points(box.value.slice(0, box.selectionStart + marked.indexOf(words)));
    const side = $("ev-source").closest("[data-take]");
    const where = { source: $("ev-source").value, start, end: start + points(words), words };
    let reply, text;
    try {
      reply = await fetch(side.dataset.take, sent(where));
      text = await reply.text();
    } catch {
      return wrong("Soundings does not answer. Is it still running?");
    }
    if (!reply.ok) return wrong(text);
    $("ev-evidence")?.insertAdjacentHTML("beforeend", text); // made and escaped by our own server
    say(`Taken as evidence: ${words}`);
  }

  function find() {
    const box = $("ev-text");
    const wanted = $("ev-find").value.toLowerCase();
    if (!wanted) return;
    const text = box.value.toLowerCase();
    const next = text.indexOf(wanted, box.selectionStart + 1);
    const found = next < 0 ? text.indexOf(wanted) : next;
    if (found < 0) return say("Not found in this source.");
    box.setSelectionRange(found, found);
    box.blur(); // a box that takes the focus scrolls to its caret
    box.focus();
    box.setSelectionRange(found, found + wanted.length, "forward");
    $("ev-find").focus();
    say("Found and marked.");
  }

  // The run that is under way

  async function look() {
    if ($("ev")?.checkVisibility() && document.visibilityState === "visible") await looked();
    setTimeout(look, running ? every.running : every.idle);
  }

  async function looked() {
    try {
      const reply = await fetch($("ev").dataset.progress);
      if (reply.ok) await heard(await reply.json());
    } catch {
      // the next look tells more
    }
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
      if (onFirst && now.run) await show(`evaluate/run?run=${encodeURIComponent(now.run)}`, {});
      else if (onFirst) await show($("ev").dataset.first, {});
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
    const button = event.target.closest?.("#ev button");
    if (!button) return;
    if (button.dataset.go) show(button.dataset.go, {});
    else if (button.id === "ev-take") take();
    else if (button.dataset.drop !== undefined) {
      button.closest("li").remove();
      $("ev-source").focus();
    }
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest?.("#ev form");
    if (!form) return;
    event.preventDefault();
    if (form.dataset.get) return show(`${form.dataset.get}?${new URLSearchParams(fields(form))}`, {});
    const sending = fields(form);
    if (event.submitter?.name) sending[event.submitter.name] = event.submitter.value;
    if (form.classList.contains("draft")) sending.evidence = places();
    await show(form.dataset.post, sent(sending));
    await looked();
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "ev-source") load();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "ev-find") return;
    event.preventDefault(); // or it would send the form
    find();
  });

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
      show(asked_for(), {}, false);
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
