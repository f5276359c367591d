/* The source pane: a button with `data-source`, on whatever tab, opens its quote here. Everything is
   delegated from the document, since gradio may draw its parts again at any time. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const narrow = window.matchMedia("(max-width: 64rem)");
  let opened = null; // the id of the marker whose quote is shown
  let whole = false;
  let asked = 0; // counts requests, so that a slow reply never replaces a later one

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
    if (mark) {
      bring(mark, mark.closest(".text"));
      // Pieces above that are laid out only now may have another height than was assumed
      requestAnimationFrame(() => mark.isConnected && bring(mark, mark.closest(".text")));
    }
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
    const classes = button.classList;
    const what = classes.contains("whole") ? "source" : classes.contains("near") ? "passage" : "quote";
    for (const other of document.querySelectorAll("[data-source][aria-current]")) {
      other.removeAttribute("aria-current");
    }
    button.setAttribute("aria-current", "true");
    $("source-count").textContent = `${what} ${place + 1} of ${all.length}`;
    $("source-previous").setAttribute("aria-disabled", place === 0);
    $("source-next").setAttribute("aria-disabled", place === all.length - 1);
    $("source-whole").textContent = whole ? `Back to the ${what}` : "Whole source";
    $("source-whole").hidden = what === "source";
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
    for (const part of document.querySelectorAll("#page-main, #page-head")) {
      part.inert = covered && isOpen;
    }
  }

  function close(back = true) {
    if (opened === null) return;
    const marker = $(opened);
    const inPane = $("source-pane").contains(document.activeElement);
    opened = null;
    asked += 1;
    document.documentElement.classList.remove("pane-open");
    screen(false);
    $("source-controls").hidden = true;
    notice("Choose a quote's number to read it in its place.");
    marker?.removeAttribute("aria-current");
    if (marker && back) marker.focus();
    else if (inPane) document.querySelector('[role="tab"][aria-selected="true"]')?.focus();
  }

  function step(by) {
    const marker = $(opened);
    const next = marker && group(marker)[group(marker).indexOf(marker) + by];
    if (next) open(next, next.classList.contains("whole"), false);
  }

  narrow.addEventListener("change", () => screen(narrow.matches));

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    if (button.dataset.source !== undefined) open(button, button.classList.contains("whole"), true);
    else if (button.id === "source-close") close();
    else if (button.id === "source-previous") step(-1);
    else if (button.id === "source-next") step(1);
    else if (button.id === "source-whole" && $(opened)) open($(opened), !whole, true);
    else if (button.role === "tab") close(false);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opened !== null) {
      event.preventDefault();
      close();
    }
  });

  // Where the marker has gone, so has the reason to show its quote; one drawn again is marked again
  new MutationObserver(() => {
    if (opened === null) return;
    const marker = $(opened);
    if (!marker) close();
    else if (!marker.hasAttribute("aria-current")) marker.setAttribute("aria-current", "true");
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
