/* The proof comes first: scanned or typed, Enter asks whose it is, fills in who was here before, and goes on to what is
   still empty. Without JavaScript the form is filled in as ever. */
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-desk-recall]");
  if (!form) return;
  const { identity_number: number, same_contact: same, kind, name, contact_name: contact } = form.elements;
  const kept = same.closest(".desk-field");
  const note = document.createElement("p");
  note.className = "desk-help desk-recalled";
  note.setAttribute("role", "status");
  number.closest(".desk-grid").before(note);

  const show = () => { kept.hidden = !same.checked && !kept.querySelector(".desk-error"); };
  form.addEventListener("change", show);
  show();

  // Who applies for themselves is the one to be called.
  name.addEventListener("change", () => { if (kind.value === "person" && !contact.value) contact.value = name.value; });

  const filled = ["name", "legal_representative", "address", "contact_name", "same_contact"];
  let recalled = false;
  const put = (field, value) => {
    if (typeof value === "boolean") form.elements[field].checked = value;
    else form.elements[field].value = value;
  };
  const take = (told) => {
    if (recalled && !told.known) filled.forEach((field) => put(field, field === "same_contact" ? false : ""));
    recalled = Boolean(told.known);
    Object.entries(told.fields).forEach(([field, value]) => put(field, value));
    note.textContent = told.note;
    form.dispatchEvent(new Event("change", { bubbles: true }));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // What must be filled in and is not, then the checklist.
  const isEmpty = (field) => {
    const inputs = Array.from(field.querySelectorAll("input, select, textarea"));
    return field.offsetParent && field.querySelector(".desk-required")
      && !inputs.some((input) => (["radio", "checkbox"].includes(input.type) ? input.checked : input.value.trim()));
  };
  const goOn = () => {
    const empty = Array.from(form.querySelectorAll(".desk-field")).find(isEmpty);
    (empty?.querySelector("input, select, textarea") || form.querySelector("[data-desk-all-good]")).focus();
  };

  number.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || !number.value.trim()) return;
    event.preventDefault();
    event.stopPropagation();
    const body = new URLSearchParams({ number: number.value, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    try {
      const answer = await fetch(form.dataset.deskRecall, { method: "POST", body });
      take(await answer.json());
    } catch { /* no line, or signed out: the form is filled in by hand */ }
    goOn();
  });
});
