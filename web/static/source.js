/* The source pane: a button with `data-source`, on whatever tab, opens its source here, as does an
   address that ends in #source=…; Back closes it. Everything is delegated from the document, since
   gradio may draw its parts again at any time. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const narrow = window.matchMedia("(max-width: 64rem)");
  const root = document.documentElement;
  let shown = null; // what is open: source, start, end, sha256
  let from = null; // the id of the button that opened it, where one did
  let asked = 0; // counts requests, so that a slow reply never replaces a later one

  const group = (button) => [...button.closest(".answer, .opens").querySelectorAll("[data-source]")];
  const text = () => $("source-shown").querySelector(".text");

  async function open(wanted, focus) {
    shown = wanted;
    const mine = ++asked;
    const place = $("source-shown");
    let markup = null;
    try {
      const reply = await fetch(`source?${new URLSearchParams(wanted)}`);
      if (reply.ok) markup = await reply.text();
    } catch {
      // told below
    }
    if (mine !== asked) return;
    if (markup === null) notice("The source could not be fetched. Is Soundings still running?");
    else place.innerHTML = markup; // made and escaped by our own server
    $("source-heading").textContent = "Source";
    controls();
    settle(mine);
    print(0);
    if (!$("source-quote") && text()) summary(wanted.id, mine);
    if (focus) place.querySelector("[tabindex]")?.focus({ preventScroll: true });
    complete = text()?.dataset.part === undefined ? null : whole(wanted, mine);
  }

  // A source that is opened whole says first what it is
  async function summary(id, mine) {
    const reply = await fetch(`in-short?${new URLSearchParams({ id })}`).catch(() => null);
    if (reply?.ok && mine === asked) text().insertAdjacentHTML("afterbegin", await reply.text());
  }

  // What stands before and after, of a long source: it comes once the quote is there, and moves
  // nothing
  let complete = null;

  async function whole(wanted, mine) {
    await new Promise((next) => setTimeout(next, 100));
    for (const rest of ["after", "before"]) {
      const reply = await fetch(`source?${new URLSearchParams({ ...wanted, rest })}`).catch(() => null);
      const markup = reply?.ok ? await reply.text() : "";
      if (mine !== asked) return;
      const around = text();
      const fixed = $("source-quote") ?? around.firstElementChild;
      const top = fixed.getBoundingClientRect().top;
      around.insertAdjacentHTML(rest === "after" ? "beforeend" : "afterbegin", markup);
      around.scrollTop += fixed.getBoundingClientRect().top - top;
    }
    delete text().dataset.part;
  }

  // A page as it is printed, beside the text; what is opened next is shown so, too. One page is
  // asked for at a time: who turns on meanwhile gets the last that they came to

  let printing = false;
  let turned = 0;
  let drawing = false;

  async function print(page) {
    const [place, button] = [$("source-page"), $("source-printed")];
    root.classList.toggle("page-printed", printing && Boolean(place));
    turned += 1;
    if (!place) return;
    button.setAttribute("aria-pressed", printing);
    place.hidden = !printing;
    if (!printing) return place.replaceChildren();
    place.dataset.page = page;
    if (drawing) return;
    drawing = true;
    try {
      for (let last = 0; last !== turned; ) {
        last = turned;
        await draw(last);
      }
    } finally {
      drawing = false;
    }
  }

  async function draw(mine) {
    const place = $("source-page");
    if (!place || !printing) return;
    const { page } = place.dataset;
    const reply = await fetch(`printed?${new URLSearchParams({ ...shown, page })}`).catch(() => null);
    const markup = reply?.ok ? await reply.text() : "";
    if (mine !== turned || !place.isConnected) return;
    const held = [...place.querySelectorAll(".turn")].indexOf(document.activeElement);
    if (markup) place.innerHTML = markup; // made and escaped by our own server
    else leafed(place, page, "This page cannot be shown now.");
    if (held >= 0) (place.querySelectorAll(".turn")[held] ?? place).focus({ preventScroll: true });
    const spot = place.querySelector(".spot");
    const down = spot ? spot.getBoundingClientRect().top - place.getBoundingClientRect().top : 0;
    place.scrollTop += down - place.clientHeight / 3;
  }

  // What is said and where the buttons lead, before the page itself is there
  function leafed(place, page, said) {
    const figure = place.querySelector("figure");
    if (!figure) return (place.textContent = said);
    for (const [i, button] of place.querySelectorAll(".turn").entries()) {
      const to = Number(page) + (i ? 1 : -1);
      button.dataset.page = to;
      button.ariaDisabled = to < 1 || to > figure.dataset.pages ? "true" : null;
    }
    figure.querySelector('[role="status"]').textContent = said;
  }

  function turn(button) {
    const { page } = button.dataset;
    leafed($("source-page"), page, `turning to page ${page} …`);
    print(Number(page));
  }

  function opened(button, focus) {
    from = button.id;
    const { source, start, end, sha256 } = button.dataset;
    name({ source, start, end, text: sha256.slice(0, 12) });
    return open({ id: source, start, end, sha256 }, focus);
  }

  // Pieces that are laid out only now may have another height than was assumed
  async function settle(mine) {
    for (let frame = 0; frame < 5 && mine === asked; frame++) {
      back();
      await new Promise(requestAnimationFrame);
    }
  }

  // To the mark, a third down: in view, with what leads up to it
  function back() {
    const mark = $("source-quote");
    if (mark) bring(mark, 1 / 3);
  }

  // What is in a piece that is not laid out yet would be sought where that piece is not
  function bring(element, down) {
    const around = text();
    const inside = element.closest ? element : element.startContainer.parentElement;
    inside.closest(".piece").style.contentVisibility = "visible";
    if (around.scrollHeight <= around.clientHeight) {
      return element.scrollIntoView({ block: narrow.matches ? "center" : "nearest" });
    }
    const below = element.getBoundingClientRect().top - around.getBoundingClientRect().top;
    around.scrollTop += below - around.clientHeight * down;
  }

  function controls() {
    for (const other of document.querySelectorAll("[data-source][aria-current]")) {
      other.removeAttribute("aria-current");
    }
    const button = from && $(from);
    const all = button ? group(button) : [];
    const place = all.indexOf(button);
    const classes = button?.classList;
    const what = !classes ? "" : classes.contains("whole") ? "source" : classes.contains("near") ? "passage" : "quote";
    button?.setAttribute("aria-current", "true");
    $("source-count").textContent = button ? `${what} ${place + 1} of ${all.length}` : "";
    $("source-previous").setAttribute("aria-disabled", place <= 0);
    $("source-next").setAttribute("aria-disabled", place === all.length - 1);
    for (const id of ["source-previous", "source-next"]) $(id).hidden = !button;
    $("source-whole").textContent = `To the ${what || "quote"}`;
    $("source-whole").hidden = !$("source-quote");
    $("source-controls").hidden = false;
    root.classList.add("pane-open");
    screen(narrow.matches);
  }

  function notice(said) {
    const p = document.createElement("p");
    p.className = "notice";
    p.tabIndex = -1;
    p.textContent = said;
    $("source-shown").replaceChildren(p);
  }

  // While the pane covers the page, the page behind it is out of reach
  function screen(covered) {
    const isOpen = root.classList.contains("pane-open");
    for (const part of document.querySelectorAll("#page-main, #page-head")) {
      part.inert = covered && isOpen;
    }
  }

  function close(focus = true, step = true) {
    if (shown === null) return;
    const id = from;
    const inPane = $("source-pane").contains(document.activeElement);
    shown = from = null;
    asked += 1;
    root.classList.remove("pane-open", "page-printed");
    screen(false);
    $("source-controls").hidden = true;
    rest();
    for (const each of document.querySelectorAll("[data-source][aria-current]")) {
      each.removeAttribute("aria-current");
    }
    name(null, step);
    const marker = id && $(id);
    if (marker && focus) marker.focus();
    else if (inPane) document.querySelector('[role="tab"][aria-selected="true"]')?.focus();
  }

  // The address says what is open. The first source that is opened is a step that Back takes back

  const named = () => new URLSearchParams(location.hash.slice(1));

  function name(place, step) {
    if (!place) {
      if (!named().has("source")) return;
      if (history.state?.source && step) history.back();
      else history.replaceState(history.state, "", location.pathname + location.search);
      return;
    }
    const hash = `#${new URLSearchParams(place)}`;
    const state = { ...history.state, source: true };
    if (named().has("source")) history.replaceState(history.state, "", hash_of(hash));
    else history.pushState(state, "", hash_of(hash));
  }

  // With a base element, a bare fragment would be one of the base
  const hash_of = (hash) => location.pathname + location.search + hash;

  function read() {
    const place = named();
    if (!place.has("source")) return close();
    const wanted = { id: place.get("source"), start: place.get("start") ?? 0, end: place.get("end") ?? 0, sha256: place.get("text") ?? "" };
    const same = shown && ["id", "start", "end"].every((key) => String(shown[key]) === String(wanted[key]));
    if (!same) open(wanted, false);
  }

  // What the pane shows while nothing is open: the library at a glance, once it is known. A narrow
  // window has no pane then; there it stands on the first page

  let glance = null;

  function rest() {
    if (shown !== null || !$("source-shown")) return;
    const inPage = narrow.matches && $("glance-place");
    if (!glance) return notice("Choose a quote's number to read it in its place.");
    const place = inPage || $("source-shown");
    if (glance.parentElement === place) return;
    place.replaceChildren(glance);
    $("source-heading").textContent = inPage ? "Source" : "The library";
  }

  async function look() {
    try {
      const reply = await fetch("glance");
      if (!reply.ok) return;
      glance = document.createElement("div");
      glance.className = "glance opens";
      glance.innerHTML = await reply.text(); // made and escaped by our own server
      rest();
    } catch {
      // the pane does without
    }
  }

  // Within a source

  let hits = [];
  let hit = -1;

  async function find(by) {
    await complete;
    const wanted = $("source-find").value.trim().toLowerCase();
    if (by === 0) {
      hits = wanted ? matches(wanted) : [];
      hit = -1;
    }
    if (hits.length) {
      hit = (hit + (by || 1) + hits.length) % hits.length;
      hits[hit].startContainer.parentElement.closest("details")?.setAttribute("open", "");
      bring(hits[hit], 1 / 3);
    }
    $("source-found").textContent = !wanted ? "" : hits.length ? `${hit + 1} of ${hits.length}` : "not found";
    if (!window.CSS?.highlights) return;
    CSS.highlights.set("found", new Highlight(...hits));
    CSS.highlights.set("found-now", new Highlight(...hits.slice(Math.max(hit, 0), hit + 1)));
  }

  function matches(wanted) {
    const found = [];
    const walker = document.createTreeWalker(text(), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement.closest(".in-short")) continue;
      const words = node.data.toLowerCase();
      for (let at = words.indexOf(wanted); at >= 0; at = words.indexOf(wanted, at + 1)) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, Math.min(at + wanted.length, node.length));
        found.push(range);
      }
    }
    return found;
  }

  async function jump(button) {
    await complete;
    const heading = $(`at-${button.dataset.at}`);
    if (!heading) return;
    if (narrow.matches) button.closest("details").open = false;
    bring(heading, 0);
    requestAnimationFrame(() => bring(heading, 0));
    text().focus({ preventScroll: true });
  }

  // Events

  const TURNS = { ArrowLeft: 0, ArrowRight: 1 };

  function step(by) {
    const marker = from && $(from);
    const next = marker && group(marker)[group(marker).indexOf(marker) + by];
    if (next) opened(next, false);
  }

  narrow.addEventListener("change", () => { screen(narrow.matches); rest(); });
  window.addEventListener("popstate", read);

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    if (button.dataset.source !== undefined) opened(button, true);
    else if (button.classList.contains("jump")) jump(button);
    else if (button.id === "source-close") close();
    else if (button.id === "source-printed") {
      printing = !printing;
      print(0);
    } else if (button.classList.contains("turn")) turn(button);
    else if (button.id === "source-previous") step(-1);
    else if (button.id === "source-next") step(1);
    else if (button.id === "source-whole") back();
    else if (button.role === "tab" && event.isTrusted) close(false, false);
  });

  document.addEventListener("input", (event) => {
    if (event.target.id === "source-find") find(0);
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.id === "source-find" && event.key === "Enter") {
      event.preventDefault();
      find(event.shiftKey ? -1 : 1);
    } else if (event.target.closest?.("#source-page") && TURNS[event.key] !== undefined && !(event.altKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      $("source-page").querySelectorAll(".turn")[TURNS[event.key]]?.click();
    } else if (event.key === "Escape" && shown !== null && !document.querySelector(":popover-open")) {
      event.preventDefault();
      close();
    }
  });

  // Where the marker has gone, so has the reason to show its quote; one drawn again is marked again
  let begun = false;
  new MutationObserver(() => {
    if (!begun && $("source-shown")) {
      begun = true;
      read();
      look();
    }
    if (glance) rest();
    if (shown === null || from === null) return;
    const marker = $(from);
    if (!marker && glance?.querySelector(`#${CSS.escape(from)}`)) return; // it comes back at rest
    if (!marker) close(true, false);
    else if (!marker.hasAttribute("aria-current")) marker.setAttribute("aria-current", "true");
  }).observe(root, { childList: true, subtree: true });
})();
