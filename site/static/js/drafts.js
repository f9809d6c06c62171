/* What is typed is not lost: the server keeps it first; what does not reach it is sealed here, under a key that only this
   user's sign-in brings. A form that was sent has no draft. Without JavaScript a form works as ever. */
document.addEventListener("DOMContentLoaded", async () => {
  const address = document.querySelector("script[data-desk-drafts]")?.dataset.deskDrafts;
  const form = document.querySelector("form[data-desk-draft]");
  const SENT = "desk-draft-sent";

  // The page before this one was a form that was sent, and this is another page: it was taken. Others who use this
  // browser keep what they typed into the same form.
  const sent = sessionStorage.getItem(SENT);
  if (sent && !(form && sent.endsWith(`:${form.dataset.deskDraft}`))) localStorage.removeItem(sent);
  sessionStorage.removeItem(SENT);
  if (!address || !form) return;

  const path = form.dataset.deskDraft;
  const url = `${address}?path=${encodeURIComponent(path)}`;
  const token = form.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const kept = () => Array.from(form.elements).filter((input) => input.name && !["hidden", "file", "submit", "button", "password"].includes(input.type));
  if (kept().length < 2 && !form.querySelector("textarea")) return;

  const note = document.createElement("p");
  note.className = "desk-draft";
  note.setAttribute("role", "status");
  form.querySelector(".desk-actions")?.after(note);
  const say = (text) => { note.textContent = text; };

  // Whoever types before the draft has come goes before it.
  let typed = false;
  form.addEventListener("input", () => { typed = true; });

  const read = () => {
    const fields = {};
    kept().forEach((input) => {
      if (["checkbox", "radio"].includes(input.type) && !input.checked) { fields[input.name] ??= []; return; }
      (fields[input.name] ??= []).push(input.value);
    });
    return fields;
  };
  const write = (fields) => {
    // Rows that were added by hand are added again first.
    form.querySelectorAll("[data-desk-add-row]").forEach((button) => {
      const first = button.closest("fieldset").querySelector("[data-desk-rows] [name]");
      const [begin] = first ? first.name.split(/-\d+-c\d+$/) : [];
      for (let more = 0; more < 60 && begin; more += 1) {
        const names = Object.keys(fields).filter((name) => name.startsWith(`${begin}-`) && !form.elements.namedItem(name));
        if (!names.length) break;
        button.click();
      }
    });
    kept().forEach((input) => {
      const values = fields[input.name];
      if (!values) return;
      if (["checkbox", "radio"].includes(input.type)) input.checked = values.includes(input.value);
      else input.value = values[0] ?? "";
    });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const hex = (text) => Uint8Array.from(text.match(/../g).map((pair) => parseInt(pair, 16)));
  const coded = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const decoded = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  let known = null;
  try {
    const answer = await fetch(url);
    if (answer.ok && !answer.redirected) known = await answer.json();
  } catch { /* the server is away; what is typed stays on the page */ }
  const place = known && `desk-draft:${known.whose}:${path}`;
  const key = known && window.crypto?.subtle && await crypto.subtle.importKey("raw", hex(known.key), "AES-GCM", false, ["encrypt", "decrypt"]);
  const seal = async (fields) => {
    if (!key) return false;
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify({ at: Date.now() / 1000, fields }));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, text);
    localStorage.setItem(place, `${coded(nonce)}.${coded(sealed)}`);
    return true;
  };
  const unseal = async () => {
    const stored = key && localStorage.getItem(place);
    if (!stored) return null;
    try {
      const [nonce, sealed] = stored.split(".").map(decoded);
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, sealed)));
    } catch { localStorage.removeItem(place); return null; }
  };

  // Only a form that is opened anew is filled in; one that came back with a remark carries what was sent.
  if (known && !typed && !form.hasAttribute("data-desk-given")) {
    const here = await unseal();
    const newest = here && here.at > known.saved ? here.fields : known.fields;
    if (newest) {
      write(newest);
      say("已恢复上次没有提交的内容。");
      const drop = document.createElement("button");
      drop.type = "button";
      drop.className = "button button-small button-secondary";
      drop.textContent = "清空重填";
      drop.addEventListener("click", async () => {
        localStorage.removeItem(place);
        await fetch(url, { method: "DELETE", headers: { "X-CSRFToken": token } });
        window.location.reload();
      });
      note.append(" ", drop);
    }
  }

  let timer = 0;
  const keep = async () => {
    const fields = read();
    try {
      const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token, "Content-Type": "application/json" }, body: JSON.stringify(fields), redirect: "manual" });
      if (answer.ok) {
        if (place) localStorage.removeItem(place);
        say(`草稿已保存，${(await answer.json()).saved_at}。`);
        return;
      }
    } catch { /* no line: sealed here */ }
    if (await seal(fields)) say("登录已经失效或者网络中断，已填内容加密保存在本机。请重新登录后打开本页，内容会自动恢复。");
    else say("登录已经失效或者网络中断，请不要关闭本页，另开一页重新登录后再提交。");
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(keep, 700); };
  form.addEventListener("input", soon);
  if (typed) soon();
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    if (place) sessionStorage.setItem(SENT, place);
  });
});
