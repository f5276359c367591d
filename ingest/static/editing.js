/* The form for what a source is called and what it is, in the Library tab's dialog. */
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const LOST = "Soundings could not be reached. Is it still running?";
  let saving = false;

  async function ask(path, options) {
    try {
      const reply = await fetch(`library/${path}`, options);
      const text = await reply.text();
      return { ok: reply.ok, text: reply.ok ? text : reason(text) };
    } catch {
      return { ok: false, text: LOST };
    }
  }

  function reason(text) {
    try {
      return JSON.parse(text).error ?? text;
    } catch {
      return text;
    }
  }

  function notice(text, isLoss) {
    const line = document.createElement("p");
    line.textContent = text;
    line.className = isLoss ? "loss" : "";
    line.tabIndex = -1;
    $("library-notice").replaceChildren(line);
    line.focus();
    $("library-status").textContent = text;
  }

  async function open(id) {
    const { ok, text } = await ask(`editing?${new URLSearchParams({ id })}`);
    if (!ok) return notice(text, true);
    $("library-dialog").innerHTML = text;
    $("library-dialog").showModal();
    return undefined;
  }

  async function save(form) {
    if (saving) return;
    saving = true;
    const progress = form.querySelector(".progress");
    progress.textContent = "Saving …";
    const { ok, text } = await ask(`edit?${new URLSearchParams({ id: form.dataset.id })}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    saving = false;
    if (!ok) {
      progress.textContent = text;
      return;
    }
    $("library-dialog").close();
    document.dispatchEvent(new Event("library-changed"));
    notice(text, false);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#library button.source-details");
    if (button) open(button.dataset.id);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "library-edit") return;
    event.preventDefault();
    save(event.target);
  });
})();
