/* The Discuss tab: puts themes into the form, opens what the address names, sends what a pack's
   buttons do, opens the boxes for its wording and its run sheet, and leads the keyboard and screen
   readers on when a pack is drawn again. Everything is delegated from the document, since gradio
   may draw its parts again at any time. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const drafts = new Map(); // wordings that are being typed, by their prompt's key
  const fields = ["question", "why", "probes"];

  function put(field, text) {
    const kind = Object.getPrototypeOf(field);
    Object.getOwnPropertyDescriptor(kind, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function submit(field) {
    const options = { key: "Enter", code: "Enter", bubbles: true, cancelable: true };
    field.dispatchEvent(new KeyboardEvent("keypress", options));
  }

  const say = (text) => {
    const status = $("discuss-status");
    if (status && text) status.textContent = text;
  };

  let orders = 0; // so that an order that is given twice is sent twice

  function send(order) {
    const field = document.querySelector("#discuss-act :is(textarea, input)");
    const pack = document.querySelector("#discuss-pack .pack");
    if (!field || pack?.getAttribute("aria-busy") === "true") return;
    pack?.setAttribute("aria-busy", "true"); // until the next one is drawn in its place
    say("One moment …");
    put(field, JSON.stringify({ pack: pack?.dataset.pack, ...order, turn: ++orders }));
    submit(field);
  }

  // The form

  function take(button) {
    const box = document.querySelector("#discuss-topic :is(textarea, input)");
    put(box, button.dataset.topic);
    if (button.dataset.go) document.querySelector("#discuss-make").click();
    else box.focus();
    say(`The topic is now: ${button.dataset.topic}`);
  }

  // Which pack is open: its address says so

  const named = () => {
    const base = new URL(document.baseURI).pathname;
    const [tab, id = ""] = location.pathname.slice(base.length).split("/");
    return tab === "discuss" ? id : "";
  };
  const open = (id) => send({ do: "open", pack: id });

  document.addEventListener("soundings-back", (event) => {
    const shown = document.querySelector("#discuss-pack .pack")?.dataset.pack ?? "";
    if (event.detail === "discuss" && shown !== named()) open(named());
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#discuss a.kept");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link.dataset.pack);
  });

  function find(box) {
    const list = box.closest(".kept-packs");
    for (const one of list.querySelectorAll("li")) {
      one.hidden = !one.textContent.toLowerCase().includes(box.value.toLowerCase());
    }
    for (const day of list.querySelectorAll(".day")) {
      day.hidden = !day.querySelector("li:not([hidden])");
    }
  }

  // The run sheet

  const sheet = () => $("sheet");

  function times(open) {
    sheet().hidden = !open;
    $("act-times-0").setAttribute("aria-expanded", open);
    (open ? sheet().querySelector("input") : $("act-times-0")).focus();
  }

  function leave() {
    for (const box of sheet().querySelectorAll("input, textarea")) box.value = box.defaultValue;
    forget(sheet().closest(".pack"));
    together();
    times(false);
  }

  const rows = () => [...sheet().querySelectorAll(".step")].map((step) =>
    [step.dataset.part, step.querySelector("input").value, step.querySelector("textarea").value]);

  function together() {
    const said = rows().filter(([, , text]) => text.trim());
    const minutes = said.reduce((sum, [, number]) => sum + Number(number), 0);
    sheet().querySelector("output").textContent = minutes === 1 ? "1 minute" : `${minutes} minutes`;
  }

  // What is being typed into the run sheet, or after the session, is there again when the pack was
  // drawn anew: by its pack, and by the part and step of its box

  const unsaved = new Map();
  const BOXES = "#sheet :is(input, textarea), #ran-why";

  function place(box) {
    const step = box.closest(".step");
    if (!step) return box.id;
    const steps = [...step.parentElement.querySelectorAll(".step")];
    return `sheet ${step.dataset.part} ${steps.indexOf(step)} ${box.type}`;
  }

  function keep(box) {
    unsaved.set(`${box.closest(".pack").dataset.pack} ${place(box)}`, box.value);
  }

  function forget(pack) {
    for (const key of unsaved.keys()) {
      if (key.startsWith(`${pack.dataset.pack} sheet `)) unsaved.delete(key);
    }
  }

  function again(pack) {
    for (const box of pack.querySelectorAll(BOXES)) {
      const was = unsaved.get(`${pack.dataset.pack} ${place(box)}`);
      if (was === undefined || was === box.defaultValue) continue;
      box.value = was;
      if (!box.closest("#sheet")) continue;
      sheet().hidden = false;
      $("act-times-0").setAttribute("aria-expanded", true);
      together();
    }
  }

  // The wording of a prompt

  const promptOf = (inside) => inside.closest(".prompt");
  const boxes = (prompt) => fields.map((name) => prompt.querySelector(`[data-field="${name}"]`));

  function edit(prompt, open) {
    prompt.querySelector(".editor").hidden = !open;
    prompt.querySelector(".wording").hidden = open;
    prompt.querySelector('[data-act="edit"]').setAttribute("aria-expanded", open);
  }

  function cancel(prompt) {
    drafts.delete(prompt.dataset.key);
    for (const box of boxes(prompt)) box.value = box.defaultValue;
    edit(prompt, false);
    prompt.querySelector('[data-act="edit"]').focus();
  }

  function save(prompt) {
    const order = { do: "save", prompt: Number(prompt.dataset.prompt) };
    for (const box of boxes(prompt)) order[box.dataset.field] = box.value;
    if (!order.question.trim()) {
      say("A prompt needs a question.");
      boxes(prompt)[0].focus();
      return;
    }
    drafts.delete(prompt.dataset.key);
    send(order);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#discuss button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const { act, topic } = button.dataset;
    if (topic !== undefined) take(button);
    else if (act === "shelf") open("");
    else if (act === "times") (sheet().hidden ? times(true) : leave());
    else if (act === "leave") leave();
    else if (act === "sheet") send({ do: act, rows: rows() });
    else if (act === "ran") {
      send({ do: act, worked: button.dataset.prompt === "1", reason: $("ran-why").value });
    } else if (button.dataset.pack) send({ do: act, pack: button.dataset.pack });
    else if (act === "edit") {
      const prompt = promptOf(button);
      const open = prompt.querySelector(".editor").hidden;
      if (open) {
        edit(prompt, true);
        boxes(prompt)[0].focus();
      } else cancel(prompt);
    } else if (act === "cancel") cancel(promptOf(button));
    else if (act === "save") save(promptOf(button));
    else if (act !== undefined) send({ do: act, prompt: Number(button.dataset.prompt) });
  });

  document.addEventListener("input", (event) => {
    if (event.target.closest?.(".kept-packs [type=search]")) find(event.target);
    if (event.target.closest?.("#sheet")) together();
    if (event.target.matches?.(BOXES)) keep(event.target);
    const box = event.target.closest?.("#discuss-pack [data-field]");
    if (!box) return;
    const prompt = promptOf(box);
    drafts.set(prompt.dataset.key, boxes(prompt).map((one) => one.value));
  });

  // Escape leaves a box, and what is asked before a pack is deleted, without losing the pane's own
  // use of it
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest?.("#discuss-pack :is(.editor, .kept-packs details[open])");
    if (event.key === "Escape" && box) {
      event.preventDefault();
      event.stopPropagation();
      if (box.id === "sheet") leave();
      else if (box.localName === "details") {
        box.open = false;
        box.querySelector("summary").focus();
      } else cancel(promptOf(box));
    }
  }, true);

  // What was drawn again: said once, gone on from, and with the boxes open that were open

  function drawn(shown) {
    say(shown.dataset.said);
    const { pack, title } = shown.dataset;
    if (pack || shown.classList.contains("shelf")) {
      window.soundings.at("discuss", pack ? `/${pack}` : "", title);
    }
    for (const prompt of shown.querySelectorAll(".prompt")) {
      const typed = drafts.get(prompt.dataset.key);
      if (!typed) continue;
      boxes(prompt).forEach((box, i) => { box.value = typed[i]; });
      edit(prompt, true);
    }
    if (shown.dataset.focus === "act-times-0") forget(shown); // it was saved
    again(shown);
    const next = shown.dataset.focus && $(shown.dataset.focus);
    if (shown.classList.contains("under-way")) shown.scrollIntoView({ block: "nearest" });
    if (next) {
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    }
  }

  function watch(panel) {
    let last = null;
    new MutationObserver(() => {
      const shown = panel.querySelector("[data-said]");
      if (shown && shown !== last) drawn(shown);
      last = shown;
    }).observe(panel, { childList: true, subtree: true });
    // What the address names, or all there is, is fetched when the tab is seen for the first time
    new IntersectionObserver((_, observer) => {
      if (!panel.checkVisibility()) return;
      observer.disconnect();
      if (!panel.querySelector("[data-said]")) open(named());
    }).observe(panel);
  }

  const waiting = new MutationObserver(() => {
    const panel = $("discuss-pack");
    if (!panel || panel.dataset.watched) return;
    panel.dataset.watched = "yes";
    watch(panel);
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
})();
