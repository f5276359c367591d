/* The page as a whole: its addresses and titles, the theme, the keys of its tabs, and what is said
   while the server is away. It runs before gradio does. `soundings.at(tab, id, title)` says what a
   tab shows; `soundings.path` is what an address asks for. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const NAMES = ["ask", "discuss", "library", "evaluate"];
  const base = new URL(document.baseURI).pathname;
  const shown = {}; // by tab, what it shows: the rest of its address, and a title

  // Addresses: /ask/ID, /discuss/ID, /library, /evaluate?view=…; gradio itself asks for a
  // conversation by its query, so an address on its way in is put that way first

  function read() {
    const [tab, id = ""] = location.pathname.slice(base.length).split("/");
    const query = new URLSearchParams(location.search);
    if (tab === "") return { tab: "ask", id: query.get("conversation") ?? "", bare: true };
    return { tab: NAMES.includes(tab) ? tab : "ask", id: id || (query.get("conversation") ?? "") };
  }

  const asked = read();
  if (asked.tab === "ask" && asked.id) {
    const query = new URLSearchParams({ conversation: asked.id });
    history.replaceState(history.state, "", `${base}ask?${query}${location.hash}`);
  }

  const chosen = () => document.querySelector('[role="tab"][aria-selected="true"]')?.id.split("-")[1];
  const address = (tab) => `${base}${tab}${shown[tab]?.id ?? ""}`;

  function title(tab) {
    const said = shown[tab]?.title || (tab === "ask" ? "" : tab[0].toUpperCase() + tab.slice(1));
    document.title = said ? `${said} · Soundings` : "Soundings";
  }

  function at(tab, id = "", name = "") {
    const before = shown[tab]?.id;
    shown[tab] = { id, title: name };
    if (tab !== chosen()) return;
    title(tab);
    if (location.pathname + location.search === address(tab) || (!id && !before)) return;
    const same = tab === "ask" ? `/${read().id}` === id : before === undefined;
    if (same) history.replaceState(history.state, "", address(tab) + location.hash);
    else history.pushState(null, "", address(tab));
  }

  function choose(tab) {
    if (tab && tab !== chosen()) $(`tab-${tab}-button`)?.click();
    title(tab);
  }

  window.addEventListener("popstate", () => {
    const { tab, id } = read();
    choose(tab);
    if (tab === "ask" && (shown.ask?.id ?? "") !== (id ? `/${id}` : "")) location.reload();
    document.dispatchEvent(new CustomEvent("soundings-back", { detail: tab }));
  });

  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.('[role="tab"]')?.id.split("-")[1];
    if (!tab || !event.isTrusted) return;
    title(tab);
    if (location.pathname + location.search !== address(tab)) history.pushState(null, "", address(tab));
  });

  // The tabs' keys: one stop for Tab, arrows from one to the next

  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.('[role="tab"]');
    if (!tab) return;
    const all = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
    const place = all.indexOf(tab);
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    next.click();
    next.focus();
    history.pushState(null, "", address(next.id.split("-")[1]));
    title(next.id.split("-")[1]);
  });

  // The theme: as the system has it, unless one was chosen

  const store = { get: () => { try { return localStorage.getItem("theme") ?? ""; } catch { return ""; } } };

  function theme() {
    const wanted = store.get();
    if (wanted && document.body && document.body.classList.contains("dark") !== (wanted === "dark")) {
      document.body.classList.toggle("dark", wanted === "dark");
    }
    if ($("page-theme") && $("page-theme").value !== wanted) $("page-theme").value = wanted;
  }

  document.addEventListener("change", (event) => {
    if (event.target.id !== "page-theme") return;
    const { value } = event.target;
    try {
      if (value) localStorage.setItem("theme", value);
      else localStorage.removeItem("theme");
    } catch {
      // then it holds for this page
    }
    const dark = value ? value === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.body.classList.toggle("dark", dark);
  });

  // While the server is away, that is said in our words, and tried again

  const ask = window.fetch.bind(window);
  let away = false;

  window.fetch = async (...wanted) => {
    try {
      return await ask(...wanted);
    } catch (wrong) {
      if (wrong.name !== "AbortError") gone();
      throw wrong;
    }
  };

  async function gone() {
    if (away || document.visibilityState === "hidden") return;
    away = true;
    document.documentElement.classList.add("away");
    say("Soundings cannot be reached. Trying again …");
    for (;;) {
      await new Promise((next) => setTimeout(next, 2000));
      const reply = await ask("gradio_api/app_id").catch(() => null);
      if (reply?.ok) break;
    }
    away = false;
    document.documentElement.classList.remove("away");
    say("Soundings is back. ", true);
  }

  function say(text, again = false) {
    const place = $("page-away");
    if (!place) return;
    place.textContent = text;
    place.parentElement.hidden = false;
    if (!again) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "plain", textContent: "Load the page again" });
    button.addEventListener("click", () => location.reload());
    place.append(button);
  }

  // Times are told by the reader's own clock

  const DAY = { day: "numeric", month: "long", year: "numeric" };
  const CLOCK = { hour: "2-digit", minute: "2-digit" };

  function clocks() {
    for (const each of document.querySelectorAll("time[datetime]:not([data-told])")) {
      const when = new Date(each.dateTime);
      each.dataset.told = "";
      if (Number.isNaN(when.getTime())) continue;
      const day = when.toLocaleDateString("en-GB", DAY);
      each.textContent = "day" in each.dataset ? day : `${day}, ${when.toLocaleTimeString("en-GB", CLOCK)}`;
    }
  }

  // When the page is there

  document.addEventListener("click", (event) => {
    const skip = event.target.closest?.(".skip");
    if (!skip) return;
    event.preventDefault();
    const box = document.querySelector("#ask-question textarea");
    (box?.checkVisibility() ? box : document.querySelector('[role="tab"][aria-selected="true"]')).focus();
  });

  let begun = false;
  new MutationObserver(() => {
    theme();
    clocks();
    for (const tab of document.querySelectorAll('[role="tab"]')) {
      const stop = tab.getAttribute("aria-selected") === "true" ? 0 : -1;
      if (tab.tabIndex !== stop) tab.tabIndex = stop;
    }
    const box = document.querySelector("#ask-question textarea");
    if (begun || !box || !$("tab-ask-button")) return;
    begun = true;
    if (asked.tab !== "ask") choose(asked.tab);
    else if (document.activeElement === document.body && !location.hash && matchMedia("(pointer: fine)").matches) {
      box.focus({ preventScroll: true });
    }
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "aria-selected"] });

  window.soundings = { at };
})();
