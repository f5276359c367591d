/* The Library tab: fills its parts, sorts and filters the table, sends files and follows how they
   are read, asks before a source is removed. Everything is delegated from the document, since
   gradio may draw its parts again at any time. Pieces of markup are made and escaped by our own
   server; what a browser says itself is put in as text. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const LOST = "Soundings could not be reached. Is it still running?";
  const EVERY = 500; // milliseconds between two looks at how the reading goes
  const order = { name: "Title", down: false };
  const ROWS = 20;
  let leaf = 0;
  let sending = false;
  let following = false;
  let removing = false;
  let asked = 0; // counts searches, so that a slow reply never replaces a later one

  // Asking the server

  async function ask(path, method = "GET") {
    try {
      const reply = await fetch(`library/${path}`, { method });
      return { ok: reply.ok, text: said(await reply.text(), reply.ok) };
    } catch {
      return { ok: false, text: LOST };
    }
  }

  function said(text, ok) {
    if (ok) return text;
    try {
      return JSON.parse(text).error ?? text;
    } catch {
      return text;
    }
  }

  const query = (values) => new URLSearchParams(values).toString();

  function tell(text) {
    $("library-status").textContent = text;
  }

  function make(tag, text, className) {
    const made = document.createElement(tag);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  async function fill(id, path) {
    const { ok, text } = await ask(path);
    const held = $(id).contains(document.activeElement) && document.activeElement;
    if (ok) $(id).innerHTML = text;
    else $(id).replaceChildren(make("p", text, "loss"));
    if (held) again(held, $(id));
    return ok;
  }

  // The keyboard stays where it was in what is written anew; where that has gone, at its heading
  function again(held, place) {
    const said = (one) => [one.className, one.dataset.id, one.firstChild?.textContent].join();
    const same = [...place.querySelectorAll(held.tagName)].find((one) => said(one) === said(held));
    const heading = place.closest("section").querySelector("h3");
    heading.tabIndex = -1;
    (same ?? heading).focus({ preventScroll: true });
  }

  async function refresh() {
    const [held] = await Promise.all([
      fill("library-sources", "sources"),
      fill("library-changes", "changes"),
      fill("library-bin", "bin"),
    ]);
    if (held) arrange();
  }

  // The table

  function arrange() {
    const body = $("library-rows");
    if (!body) return;
    const value = (row) => row.querySelector(`[data-name="${order.name}"]`).dataset;
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      const by = "number" in a ? a.sort - b.sort : a.sort.localeCompare(b.sort);
      return order.down ? -by : by;
    });
    body.append(...rows);
    for (const button of document.querySelectorAll("#library-table .sort")) {
      const mine = button.firstChild.textContent === order.name;
      const way = !mine ? "none" : order.down ? "descending" : "ascending";
      button.closest("th").setAttribute("aria-sort", way);
      button.querySelector(".shape").textContent = !mine ? "↕" : order.down ? "▼" : "▲";
    }
    filter();
  }

  function sort(button) {
    const name = button.firstChild.textContent;
    order.down = name === order.name && !order.down;
    order.name = name;
    leaf = 0;
    arrange();
  }

  function filter() {
    const rows = [...($("library-rows")?.rows ?? [])];
    const words = $("library-filter").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLocaleLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const found = rows.filter((row) => !row.hidden);
    $("library-count").textContent = words.length ? `${found.length} of ${rows.length} sources` : "";
    turn(found);
  }

  // Twenty rows a page; another order, or other words, begin at the first

  function turn(found) {
    const last = Math.max(0, Math.ceil(found.length / ROWS) - 1);
    leaf = Math.min(leaf, last);
    for (const [i, row] of found.entries()) row.hidden = Math.floor(i / ROWS) !== leaf;
    const place = $("library-pages");
    if (!place) return;
    const held = document.activeElement?.closest("#library-pages")?.querySelector(":focus")?.textContent;
    place.replaceChildren();
    if (!last) return;
    for (const [text, to] of [["‹ Previous", leaf - 1], ["Next ›", leaf + 1]]) {
      const button = make("button", text, "plain");
      button.type = "button";
      button.setAttribute("aria-disabled", to < 0 || to > last);
      button.addEventListener("click", () => {
        if (to < 0 || to > last) return;
        leaf = to;
        filter();
      });
      place.append(button);
      if (to < leaf) place.append(make("span", `page ${leaf + 1} of ${last + 1}`, "about"));
      if (text === held) button.focus();
    }
  }

  // Searching

  async function search() {
    const wanted = $("library-query").value.trim();
    const mine = ++asked;
    const place = $("library-hits");
    if (!wanted) {
      place.replaceChildren(make("p", "Type some words first.", "about"));
      return;
    }
    place.replaceChildren(make("p", "Looking …", "about"));
    const { ok, text } = await ask(`search?${query({ q: wanted })}`);
    if (mine !== asked) return;
    if (ok) place.innerHTML = text;
    else place.replaceChildren(make("p", text, "loss"));
    tell(place.querySelector("h3, p")?.textContent ?? "");
  }

  // Adding files

  // Files that were dropped, those in folders too; what is hidden is passed over
  async function dropped(transfer) {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!entries.length) return [...transfer.files];
    const found = [];
    for (const entry of entries) await walk(entry, found);
    return found;
  }

  async function walk(entry, found) {
    if (entry.name.startsWith(".")) return;
    if (entry.isFile) {
      found.push(await new Promise((take, fail) => entry.file(take, fail)));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((take, fail) => reader.readEntries(take, fail));
      if (!some.length) return;
      for (const inner of some) await walk(inner, found);
    }
  }

  function lineFor(file) {
    const line = make("li", "", "going");
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name}: being sent`);
    line.append(make("strong", file.name), " ", make("span", "waiting", "said"), bar);
    return line;
  }

  function failed(line, reason) {
    line.className = "failed";
    line.querySelector("progress").remove();
    const sign = make("span", "✕", "shape");
    sign.ariaHidden = "true";
    line.prepend(sign);
    line.querySelector(".said").textContent = `failed because ${reason.replace(/\.$/, "")}.`;
  }

  function send(file, batch, line) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", `library/file?${query({ batch, name: file.name })}`);
      request.upload.onprogress = (event) => {
        if (event.total) line.querySelector("progress").value = (100 * event.loaded) / event.total;
      };
      request.onload = () => {
        const text = said(request.responseText, request.status === 200);
        done({ ok: text === "", text }); // an empty reply: it was taken
      };
      request.onerror = () => done({ ok: false, text: "it could not be sent. Try it again" });
      line.querySelector(".said").textContent = "being sent";
      request.send(file);
    });
  }

  async function add(files) {
    if (!files.length) return;
    if (sending || following) {
      tell("Files are being read already. Add more when they are done.");
      return;
    }
    sending = true;
    try {
      await addAll(files);
    } finally {
      sending = false;
    }
  }

  async function addAll(files) {
    const list = make("ul", "", "files");
    const lines = files.map(lineFor);
    list.append(...lines);
    $("library-reading").replaceChildren();
    $("library-sent").replaceChildren(list);
    tell(`Sending ${files.length} ${files.length === 1 ? "file" : "files"}`);
    const begun = await ask("begin", "POST");
    if (!begun.ok) return later(files, begun.text);
    const most = Number($("library-files").dataset.most);
    for (const [i, file] of files.entries()) {
      const reply =
        file.size > most
          ? { ok: false, text: `the file has more than ${most / 1e6} MB, the most that is taken` }
          : await send(file, begun.text, lines[i]);
      if (reply.ok) lines[i].querySelector(".said").textContent = "sent";
      else failed(lines[i], reply.text);
    }
    if (lines.every((line) => line.className === "failed")) {
      tell("None of the files was taken.");
      return undefined;
    }
    const started = await ask(`read?${query({ batch: begun.text })}`, "POST");
    if (!started.ok) return later(files, started.text);
    for (const line of lines) if (line.className !== "failed") line.remove();
    if (!list.children.length) list.remove();
    return follow();
  }

  // Nothing was taken; the files are still chosen
  function later(files, reason) {
    const again = make("button", "Try again", "plain");
    again.type = "button";
    again.addEventListener("click", () => {
      $("library-files").focus();
      add(files);
    });
    const why = make("p", `${reason} `, "loss");
    why.append(again);
    $("library-sent").replaceChildren(why);
    tell(reason);
  }

  async function follow() {
    if (following) return;
    following = true;
    let watched = false;
    for (;;) {
      const { ok, text } = await ask("adding");
      if (ok) $("library-reading").innerHTML = text;
      const standing = $("library-reading").firstElementChild;
      const running = ok && standing?.hasAttribute("data-running");
      if (running && !watched) tell(standing.dataset.said);
      watched ||= running || sending;
      const held = document.activeElement === $("library-cancel");
      $("library-cancel").hidden = !running;
      if (held && !running) ($("library-reading").querySelector("summary") ?? $("library-files")).focus();
      if (!running) {
        following = false;
        if (!ok) tell(text);
        else if (watched) {
          tell(standing?.dataset.said ?? "");
          await refresh();
        }
        return;
      }
      await new Promise((go) => setTimeout(go, EVERY));
    }
  }

  async function cancel() {
    const { text } = await ask("cancel", "POST");
    tell(text);
  }

  async function dismiss() {
    const { ok, text } = await ask("dismiss", "POST");
    tell(text);
    if (!ok) return;
    await follow();
    $("library-files").focus();
  }

  // Removing

  const dialog = () => $("library-dialog");

  async function question(id) {
    const { ok, text } = await ask(`removal?${query({ id })}`);
    if (!ok) return notice(text, true);
    dialog().innerHTML = text;
    dialog().showModal();
    return undefined;
  }

  async function remove(id) {
    if (removing) return;
    removing = true;
    const progress = dialog().querySelector(".progress");
    progress.textContent = "Removing …";
    const { ok, text } = await ask(`remove?${query({ id })}`, "POST");
    removing = false;
    if (!ok) {
      progress.textContent = text;
      return;
    }
    dialog().close();
    $("library-notice").innerHTML = text;
    $("library-notice").querySelector("button").focus();
    tell($("library-notice").firstChild.firstChild.textContent);
    await refresh();
  }

  async function undo(button) {
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = "Putting it back …";
    const { ok, text } = await ask(`restore?${query({ id: button.dataset.id })}`, "POST");
    notice(text, !ok);
    await refresh(); // where it could not be done, for its button as it was
  }

  function notice(text, isLoss) {
    const line = make("p", text, isLoss ? "loss" : "");
    line.tabIndex = -1;
    $("library-notice").replaceChildren(line);
    line.focus();
    tell(text);
  }

  // Events

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#library button");
    if (!button) return;
    if (button.classList.contains("sort")) sort(button);
    else if (button.classList.contains("remove")) question(button.dataset.id);
    else if (button.classList.contains("keep") && !removing) dialog().close();
    else if (button.classList.contains("confirm")) remove(button.dataset.id);
    else if (button.classList.contains("undo")) undo(button);
    else if (button.classList.contains("dismiss")) dismiss();
    else if (button.id === "library-cancel") cancel();
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "library-search") return;
    event.preventDefault();
    search();
  });

  document.addEventListener("input", (event) => {
    if (event.target.id === "library-filter") {
      leaf = 0;
      filter();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.id !== "library-files") return;
    const files = [...event.target.files];
    event.target.value = ""; // the same file may be chosen again
    add(files);
  });

  // The dialog's Escape is its own: the source pane behind it stays open
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && dialog()?.open) event.stopImmediatePropagation();
    },
    true,
  );
  document.addEventListener(
    "cancel",
    (event) => {
      if (event.target === dialog() && removing) event.preventDefault();
    },
    true,
  );

  // A file that misses the drop area must not take the page's place
  for (const type of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(type, async (event) => {
      if (!event.dataTransfer?.types.includes("Files") || !$("library")) return;
      event.preventDefault();
      const area = event.target.closest?.("#library-drop");
      $("library-drop").classList.toggle("over", type === "dragover" && Boolean(area));
      if (type === "drop" && area) add(await dropped(event.dataTransfer));
    });
  }

  document.addEventListener("library-changed", refresh); // by its other scripts

  // The tab is filled each time that it comes into view
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    refresh();
    if (!sending) follow();
  });
  new MutationObserver(() => {
    const place = $("library");
    if (!place || place.dataset.watched) return;
    place.dataset.watched = "yes";
    seen.observe(place);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
