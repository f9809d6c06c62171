/* Conditions (适用情形, 显示条件) are chosen: a question of this item, whether its answer is or is not, the answers.
   What is chosen is kept in the two fields of the form, which also work without this script. */
(function () {
  "use strict";

  var NAME = /^(materials|form_fields|stages)-.*when-\d+-value-question$/;
  var SEPARATOR = "；";

  function value(name) {
    var field = document.querySelector('[name="' + name + '"]');
    return field ? field.value.trim() : "";
  }

  /* The parts of a stream or list that stand on the form, without those that were taken away. */
  function parts(place) {
    var count = Number(value(place + "-count")) || 0;
    var found = [];
    for (var number = 0; number < count; number += 1) {
      if (!value(place + "-" + number + "-deleted")) found.push(place + "-" + number + "-value");
    }
    return found;
  }

  function texts(place, name) {
    return parts(place).map(function (part) { return value(part + "-" + name); }).filter(Boolean);
  }

  /* Everything that may be asked of: questions always, fields with choices only of other fields. */
  function asked(field) {
    var found = parts("questions").map(function (part) {
      var several = document.querySelector('[name="' + part + '-multiple"]');
      return { name: value(part + "-text"), answers: texts(part + "-choices", "text"), several: several && several.checked };
    });
    if (field.name.indexOf("form_fields-") !== 0) return named(found);
    var own = field.name.split("-when-")[0];
    parts("form_fields").forEach(function (part) {
      var kind = value(part + "-kind");
      if (part === own || (kind !== "choice" && kind !== "choices")) return;
      found.push({ name: value(part + "-label"), answers: texts(part + "-choices", "text"), several: kind === "choices" });
    });
    return named(found);
  }

  function named(questions) {
    return questions.filter(function (question) { return question.name; });
  }

  function make(tag, words, inside) {
    var made = document.createElement(tag);
    if (words) made.textContent = words;
    if (inside) inside.appendChild(made);
    return made;
  }

  function option(select, key, words) {
    var made = make("option", words, select);
    made.value = key;
  }

  function row(field) {
    return field.closest("[data-contentpath]") || field.closest(".w-field__wrapper") || field.parentNode;
  }

  function keep(field, text) {
    if (field.value === text) return;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function draw(box, field, answers) {
    var all = asked(field);
    var chosen = answers.value.split(/[；;\n]/).map(function (word) { return word.trim(); }).filter(Boolean);
    var question = all.filter(function (one) { return one.name === field.value; })[0];
    box.textContent = "";
    var which = make("select", "", box);
    which.setAttribute("aria-label", "问题");
    which.dataset.when = "question";
    option(which, "", all.length ? "请选择问题" : "还没有可以选的问题，请先在“情形引导”里添加");
    all.forEach(function (one) { option(which, one.name, one.name); });
    if (field.value && !question) option(which, field.value, field.value + "（已经没有这个问题）");
    which.value = field.value;
    which.addEventListener("change", function () {
      keep(field, which.value);
      keep(answers, "");
      draw(box, field, answers);
    });
    if (question) drawAnswers(box, answers, question, chosen);
  }

  function drawAnswers(box, answers, question, chosen) {
    var is = make("select", "", box);
    is.setAttribute("aria-label", "怎样比较");
    is.dataset.when = "operator";
    option(is, "is", question.several ? "选了其中任何一个" : "是其中之一");
    if (!question.several) option(is, "not", "不是其中任何一个");
    var list = make("div", "", box);
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", "答案");
    var known = question.answers.concat(chosen.filter(function (one) { return question.answers.indexOf(one) < 0; }));
    known.forEach(function (text) {
      var label = make("label", "", list);
      var tick = make("input", "", label);
      tick.type = "checkbox";
      tick.value = text;
      tick.checked = chosen.indexOf(text) >= 0;
      make("span", question.answers.indexOf(text) < 0 ? text + "（已经没有这个答案）" : text, label);
    });
    if (!known.length) make("p", "这个问题还没有答案，请先填写。", list);
    var said = make("p", "", box);
    said.setAttribute("aria-live", "polite");
    function say() {
      var ticked = Array.from(list.querySelectorAll("input")).filter(function (tick) { return tick.checked === (is.value === "is"); });
      var any = list.querySelector("input:checked");
      keep(answers, any ? ticked.map(function (tick) { return tick.value; }).join(SEPARATOR) : "");
      said.textContent = answers.value ? "回答“" + answers.value.split(SEPARATOR).join("”或者“") + "”的适用。" : "请勾选答案。";
    }
    is.addEventListener("change", say);
    list.addEventListener("change", say);
    say();
  }

  function dress(field) {
    var answers = document.querySelector('[name="' + field.name.replace(/question$/, "answers") + '"]');
    if (!answers || field.dataset.chosen) return;
    field.dataset.chosen = "yes";
    var box = make("div", "");
    box.className = "portal-when-chosen";
    box.dataset.whenFor = field.name.replace(/-question$/, "");
    row(field).before(box);
    row(field).hidden = true;
    row(answers).hidden = true;
    draw(box, field, answers);
    box.addEventListener("pointerenter", function () { redraw(box, field, answers); });
    box.addEventListener("focusin", function (event) { if (!event.target.dataset.when) return; redraw(box, field, answers); });
  }

  /* Questions change while the page is edited; what is offered is brought up to date before somebody chooses. */
  function redraw(box, field, answers) {
    var now = JSON.stringify(asked(field));
    if (box.dataset.asked === now) return;
    box.dataset.asked = now;
    draw(box, field, answers);
  }

  /* A question or an answer that gets another name keeps its conditions. */
  function follow(form) {
    var before = new WeakMap();
    form.addEventListener("focusin", function (event) { if (event.target.name) before.set(event.target, event.target.value.trim()); });
    form.addEventListener("change", function (event) {
      var field = event.target, was = before.get(field);
      if (!was || !/^(questions-\d+-value-text|form_fields-\d+-value-label)$/.test(field.name || "")) return;
      before.set(field, field.value.trim());
      form.querySelectorAll("[data-chosen]").forEach(function (one) { if (one.value === was) keep(one, field.value.trim()); });
    });
  }

  function look(form) {
    form.querySelectorAll("input[name$='-question']").forEach(function (field) { if (NAME.test(field.name)) dress(field); });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var form = document.getElementById("page-edit-form") || document.querySelector("form[data-edit-form]");
    if (!form) return;
    look(form);
    follow(form);
    new MutationObserver(function () { look(form); }).observe(form, { childList: true, subtree: true });
  });
})();
