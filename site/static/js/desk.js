/* Small helps for the desk; every page also works without them. */
document.addEventListener("DOMContentLoaded", () => {
  const focus = document.querySelector("[data-desk-focus]");
  // What was looked for last is selected, so that the next scan takes its place.
  if (focus) { focus.focus(); focus.select(); }

  // Begin where something is wrong, otherwise at the first field of the form: nobody should tab through the menu.
  const fields = ["input:not([type=hidden])", "select", "textarea"];
  const wrong = [".desk-field--error", ".desk-row--error"].flatMap((part) => fields.map((field) => `${part} ${field}`));
  const begin = document.querySelector(wrong.join(", ")) || document.querySelector("[data-desk-begin]")
    || document.querySelector(fields.map((field) => `form[data-desk-once] ${field}`).join(", "));
  // A page without a form begins at the first thing to do: the next step of the case, then its print.
  const next = focus ? null : document.querySelector(".desk-actions a.button:not(.button-secondary)");
  if (begin || next) (begin || next).focus();

  // Enter goes on to the next field and from the last one to the button, as after every scan; it never sends half a form.
  document.querySelectorAll("form[data-desk-once]").forEach((form) => {
    form.addEventListener("keydown", (event) => {
      const here = event.target;
      if (event.key !== "Enter" || event.isComposing || event.ctrlKey || !here.matches("input:not([type=file]), select")) return;
      event.preventDefault();
      const stops = Array.from(form.querySelectorAll([...fields, "button[type=submit]"].join(", ")))
        .filter((stop) => stop.offsetParent && !stop.disabled && (stop.type !== "radio" || stop.name !== here.name));
      const after = stops.find((stop) => here.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING);
      if (after) after.focus();
    });
  });

  // A scanner types wherever the focus is. What it types outside of any field opens the slip of that code.
  const scans = document.querySelector("script[data-desk-scans]");
  if (scans) {
    let typed = "";
    document.addEventListener("keydown", (event) => {
      if (event.target.matches("input, select, textarea, [contenteditable]") || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key.length === 1) { typed += event.key; return; }
      const code = typed.toUpperCase().match(/JD\d{11,12}$/);
      if (event.key !== "Enter") { if (event.key !== "Shift") typed = ""; return; }
      if (typed.length > 3) event.preventDefault(); // the Enter of a scan presses no button that has the focus
      typed = "";
      if (!code) return;
      window.location.assign(`${scans.dataset.deskScans}?q=${code[0]}`);
    }, true);
  }

  // Alt with a letter presses what says so of itself; `accesskey` is another pair of keys in every browser.
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !event.code.startsWith("Key")) return;
    const target = document.querySelector(`[aria-keyshortcuts="Alt+${event.code.slice(3)}"]`);
    if (!target || !target.offsetParent) return;
    event.preventDefault();
    target.click();
  });

  // Wagtail starts its date pickers by inline scripts, which our Content-Security-Policy forbids.
  document.querySelectorAll("[data-desk-chooser]").forEach((mark) => {
    const begin = window[mark.dataset.deskChooser];
    if (begin && document.getElementById(mark.dataset.for)) begin(mark.dataset.for, JSON.parse(mark.dataset.config));
  });

  // A second click on a form that is under way does nothing; the server would not act twice either.
  document.querySelectorAll("form[data-desk-once]").forEach((form) => {
    form.addEventListener("submit", () => {
      form.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = true; });
    });
  });

  const finder = document.querySelector("[data-desk-finder]");
  const items = document.getElementById("finder-items");
  if (finder && items) {
    const input = finder.querySelector("input[name=q]");
    let timer = 0;
    let latest = 0;
    const look = async () => {
      const turn = ++latest;
      const answer = await fetch(`?q=${encodeURIComponent(input.value)}`, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok && turn === latest) items.innerHTML = await answer.text();
    };
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 180); });
    // Down goes into the list, up and down walk in it, up from its first goes back.
    document.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const stops = [input, ...items.querySelectorAll("a")];
      const here = stops.indexOf(document.activeElement);
      if (!step || here < 0 || !stops[here + step]) return;
      event.preventDefault();
      stops[here + step].focus();
    });
  }

  const rows = document.querySelectorAll("[data-desk-checklist] tbody tr");
  rows.forEach((row) => {
    const received = row.querySelector("input[type=checkbox]");
    const verdict = row.querySelector("select[name$=-verdict]");
    if (!received || !verdict) return;
    verdict.addEventListener("change", () => { if (verdict.value) received.checked = true; });
    received.addEventListener("change", () => { if (!received.checked) verdict.value = ""; });
  });
  // One key for a complete application: what is ticked is in and sound, and the next key saves.
  document.querySelectorAll("[data-desk-all-good], [data-desk-all-in]").forEach((button) => {
    const necessary = button.hasAttribute("data-desk-all-good");
    button.hidden = false;
    button.addEventListener("click", () => {
      rows.forEach((row) => {
        if (row.hidden || (necessary && !row.hasAttribute("data-desk-required"))) return;
        row.querySelector("input[type=checkbox]").checked = true;
        row.querySelector("select[name$=-verdict]").value = "good";
      });
      const form = button.closest("form");
      form.dispatchEvent(new Event("input", { bubbles: true }));
      form.querySelector("button[type=submit]").focus();
    });
  });

  // What the answers so far rule out is hidden; the server decides by itself what is asked.
  const conditional = document.querySelectorAll("[data-desk-when]");
  const given = (name) => Array.from(document.querySelectorAll(`[name="${name}"]`))
    .filter((input) => !input.closest("[hidden]") && (input.tagName === "SELECT" || input.checked))
    .map((input) => input.value);
  const holds = (when) => given(when.of).some((value) => when.values.includes(value));
  const follow = () => conditional.forEach((part) => {
    part.hidden = !JSON.parse(part.dataset.deskWhen).every(holds);
  });
  if (conditional.length) {
    // Twice: what a field hides may be what another field waits for.
    document.addEventListener("change", () => { follow(); follow(); });
    follow();
    follow();
  }

  document.querySelectorAll("[data-desk-add-row]").forEach((button) => {
    const body = button.closest("fieldset").querySelector("[data-desk-rows] tbody");
    button.hidden = false;
    button.addEventListener("click", () => {
      const number = body.rows.length;
      const row = body.rows[number - 1].cloneNode(true);
      row.querySelectorAll("input, select, textarea").forEach((input) => {
        input.name = input.name.replace(/-\d+-(c\d+)$/, `-${number}-$1`);
        input.id = `id_${input.name}`;
        input.value = "";
      });
      row.querySelectorAll(".desk-error").forEach((error) => error.remove());
      body.appendChild(row);
      row.querySelector("input, select, textarea").focus();
    });
  });

  // Work in the background is looked at again until it has ended; then the page shows what came of it.
  document.querySelectorAll("[data-desk-refresh]").forEach((part) => {
    const look = async () => {
      try {
        const answer = await fetch(part.dataset.deskRefresh, { headers: { "X-Requested-With": "fetch" } });
        if (answer.redirected) { window.location.reload(); return; }
        if (answer.ok) part.innerHTML = await answer.text();
        if (part.querySelector("[data-desk-ended]")) { window.location.reload(); return; }
      } catch { /* the server is away for a moment; the next look tells more */ }
      setTimeout(look, 2000);
    };
    setTimeout(look, 2000);
  });
});
