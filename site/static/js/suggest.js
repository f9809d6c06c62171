/* Suggestions under a search box (ARIA combobox with a list). Without this file the form simply shows its results. */
(function () {
  "use strict";
  const WAIT = 180;

  document.querySelectorAll("form[data-suggest]").forEach((form, number) => {
    const input = form.querySelector("input[type=search]");
    const list = document.createElement("ul");
    const said = document.createElement("p");
    let timer = null;
    let asking = null;
    let active = -1;

    list.id = `suggestions-${number}`;
    list.className = "find-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "可能要办的事项");
    list.hidden = true;
    said.className = "hidden";
    said.setAttribute("role", "status");
    input.after(list, said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    function close() {
      window.clearTimeout(timer);
      if (asking) asking.abort();
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(place) {
      const options = [...list.children];
      active = place;
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
      if (place < 0) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      input.setAttribute("aria-activedescendant", options[place].id);
      options[place].scrollIntoView({ block: "nearest" });
    }

    function option(item, place) {
      const row = document.createElement("li");
      const name = document.createElement("span");
      const department = document.createElement("small");
      row.id = `${list.id}-${place}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.dataset.url = item.url;
      name.textContent = item.name;
      department.textContent = item.dept;
      row.append(name, department);
      return row;
    }

    function show(items) {
      list.replaceChildren(...items.map(option));
      list.hidden = items.length === 0;
      active = -1;
      input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-expanded", String(items.length > 0));
      said.textContent = items.length ? `有${items.length}个建议，用上下箭头选择。` : "没有建议，按回车查找。";
    }

    async function ask() {
      if (asking) asking.abort();
      asking = new AbortController();
      const own = asking;
      const address = `${form.dataset.suggest}?q=${encodeURIComponent(input.value)}`;
      try {
        const answer = await fetch(address, { signal: own.signal, credentials: "same-origin" });
        if (!answer.ok) return;
        const found = await answer.json();
        if (own === asking && !own.signal.aborted) show(found.items);
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    }

    input.addEventListener("input", (event) => {
      window.clearTimeout(timer);
      if (event.isComposing) return;
      if (!input.value.trim()) close();
      else timer = window.setTimeout(ask, WAIT);
    });
    input.addEventListener("compositionend", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, WAIT);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const count = list.children.length;
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden && count) {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark(((active + 1 + step + count + 1) % (count + 1)) - 1);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        window.location.assign(list.children[active].dataset.url);
      }
    });
    list.addEventListener("mousedown", (event) => {
      const row = event.target.closest("[role=option]");
      event.preventDefault();
      if (row) window.location.assign(row.dataset.url);
    });
    input.addEventListener("blur", close);
    form.addEventListener("submit", close);
  });
})();
