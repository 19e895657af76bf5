// The quiz in the page: draws the questions, scores the answers, tells Python.
//
// The module is loaded once for all quizzes of a notebook, and one quiz may be shown twice. So
// nothing here counts or remembers outside render(): ids are random, and the state of the answers
// is the model's. Text becomes text nodes, never HTML.

const KERNEL_PATIENCE = 4000; // ms until the page says that no kernel has answered

function render({ model, el }) {
  const uid = randomId();
  const questions = model.get("questions");
  const root = h("div", {
    class: "dealab-quiz",
    role: "group",
    "aria-label": questions.length === 1 ? "Quiz" : `Quiz with ${questions.length} questions`,
  });
  const views = questions.map((question, index) =>
    questionView(model, question, `dq-${uid}-${index}`, index, questions.length),
  );
  const summary = h("p", { class: "dq-summary", role: "status" });
  root.append(...views.map((view) => view.element));
  if (questions.length > 1) root.append(summary);

  const show = () => {
    const answers = model.get("answers");
    for (const view of views) view.show(answers[view.id]);
    say(summary, summaryText(questions, answers));
  };
  const hear = (message) => {
    if (message.kind !== "kept") return;
    views.find((view) => view.id === message.question)?.kept(message);
  };
  for (const kind of ["keydown", "keypress", "keyup"]) root.addEventListener(kind, keepKeys);
  show();
  model.on("change:answers", show);
  model.on("msg:custom", hear);
  el.append(root);
  return () => {
    model.off("change:answers", show);
    model.off("msg:custom", hear);
    for (const view of views) view.close();
  };
}

function questionView(model, question, uid, index, total) {
  const right = question.options.filter((option) => option.correct).map((option) => option.key);
  const options = new Map(
    question.options.map((option) => [option.key, optionView(question, option, uid)]),
  );
  const inputs = [...options.values()].map((option) => option.input);

  const earlier = h("p", { class: "dq-earlier" });
  if (question.before) {
    const verdict = question.before.correct ? "right" : "wrong";
    earlier.append(`You answered this ${verdict} on ${question.before.date}.`);
  }
  const list = h("div", { class: "dq-options" });
  const check = h("button", { class: "dq-check", type: "submit" }, "Check answer");
  const retry = h("button", { class: "dq-retry", type: "button", hidden: "" }, "Try again");
  const result = h("p", { class: "dq-result", role: "status" });
  const note = h("p", { class: "dq-note", role: "status" });
  const sources = sourcesView(question);
  const form = h(
    "form",
    { class: "dq-question", "data-question": question.id },
    h(
      "p",
      { class: "dq-meta" },
      h("span", {}, total > 1 ? `Question ${index + 1} of ${total}` : "Question"),
      h("span", {}, question.multiple ? "Multiple response" : "Multiple choice"),
      h("span", {}, `${question.skills.length > 1 ? "Skills" : "Skill"} ${question.skills.join(", ")}`),
    ),
    h("fieldset", {}, h("legend", {}, ...phrases(question.stem)), list),
    earlier,
    h("details", { class: "dq-hint" }, h("summary", {}, "Hint"), ...blocks(question.hint)),
    h("div", { class: "dq-actions" }, check, retry, result),
    note,
    sources,
  );

  let seenAt = null; // when the learner first had the question before their eyes
  const watcher = new IntersectionObserver((entries) => {
    if (seenAt === null && entries.some((entry) => entry.isIntersecting)) seenAt = performance.now();
  });
  watcher.observe(list);
  let patience = 0;

  const state = () => model.get("answers")[question.id] ?? EMPTY;
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  const keep = (changes) => {
    const next = { ...state(), ...changes };
    model.set("answers", { ...model.get("answers"), [question.id]: next });
  };

  const submit = () => {
    if (state().checked) return;
    const keys = chosen();
    const problem = cannotCheck(keys.length, question);
    if (problem) {
      // Emptied first: the same text a second time would not be read out.
      say(result, "");
      setTimeout(() => state().checked || say(result, cannotCheck(chosen().length, question)), 50);
      return;
    }
    // A radio that is switched off loses the focus; the button next to the result keeps it.
    if (inputs.includes(form.getRootNode().activeElement)) check.focus({ preventScroll: true });
    keep({ chosen: keys, checked: true });
    const seconds = seenAt === null ? null : (performance.now() - seenAt) / 1000;
    const message = { kind: "answer", question: question.id, chosen: keys, seconds };
    tell({ ...message, attempt: state().attempt });
  };

  const tell = (message) => {
    clearTimeout(patience);
    patience = setTimeout(() => say(note, UNANSWERED), KERNEL_PATIENCE);
    try {
      model.save_changes();
      model.send(message);
    } catch {
      clearTimeout(patience);
      say(note, UNANSWERED);
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("change", () => {
    say(result, "");
    keep({ chosen: chosen() });
  });
  form.addEventListener("keydown", (event) => {
    // Enter anywhere on an option checks the answer, with Shift, Ctrl or Alt too: in Lab those run
    // the cell, which would throw the answer away.
    if (event.key !== "Enter" || !inputs.includes(event.target)) return;
    event.preventDefault();
    if (!event.repeat) submit();
  });
  retry.addEventListener("click", () => {
    clearTimeout(patience);
    seenAt = performance.now();
    keep({ chosen: [], checked: false, attempt: state().attempt + 1 });
    try {
      model.save_changes();
    } catch {
      // Without a kernel the answer lives in the page alone.
    }
    list.querySelector("input").focus();
  });

  let shownOrder = null;
  return {
    id: question.id,
    element: form,
    close: () => {
      watcher.disconnect();
      clearTimeout(patience);
    },
    kept: (message) => {
      if (message.attempt !== state().attempt) return;
      clearTimeout(patience);
      say(note, message.note);
    },
    show: (answer = EMPTY) => {
      const order = question.orders[answer.attempt % question.orders.length];
      if (order !== shownOrder) {
        list.append(...order.map((key) => options.get(key).element));
        order.forEach((key, place) => options.get(key).letter(String.fromCharCode(65 + place)));
        shownOrder = order;
      }
      for (const [key, option] of options) {
        option.show(answer.chosen.includes(key), answer.checked);
      }
      form.classList.toggle("dq-checked", answer.checked);
      check.setAttribute("aria-disabled", String(answer.checked));
      retry.hidden = sources.hidden = !answer.checked;
      earlier.hidden = answer.checked || !question.before;
      if (answer.checked) {
        result.dataset.right = String(isRight(answer.chosen, right));
        say(result, resultText(answer.chosen, right));
      } else if (result.dataset.right) {
        delete result.dataset.right;
        say(result, "");
        say(note, "");
      }
    },
  };
}

function optionView(question, option, uid) {
  const id = `${uid}-${option.key}`;
  const input = h("input", {
    type: question.multiple ? "checkbox" : "radio",
    name: uid,
    id,
    value: option.key,
  });
  const letter = h("span", { class: "dq-letter", "aria-hidden": "true" });
  const verdict = h("p", { class: "dq-verdict" });
  const why = h("div", { class: "dq-why", id: `${id}-why`, hidden: "" }, verdict, ...blocks(option.why));
  const label = h("label", { for: id }, letter, h("span", { class: "dq-text" }, ...phrases(option.text)));
  const element = h("div", { class: "dq-option" }, h("div", { class: "dq-choice" }, input, label), why);
  return {
    input,
    element,
    letter: (text) => {
      letter.textContent = text;
    },
    show: (chosen, checked) => {
      input.checked = chosen;
      input.disabled = checked;
      why.hidden = !checked;
      element.classList.toggle("dq-right", checked && option.correct);
      element.classList.toggle("dq-wrong", checked && chosen && !option.correct);
      if (checked) {
        input.setAttribute("aria-describedby", why.id);
        const mark = option.correct ? TICK : CROSS;
        verdict.replaceChildren(icon(mark), verdictText(option.correct, chosen));
      } else {
        input.removeAttribute("aria-describedby");
        verdict.replaceChildren();
      }
    },
  };
}

function sourcesView(question) {
  const links = question.sources.map((address) =>
    h(
      "li",
      {},
      h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address.replace("https://", "")),
    ),
  );
  const title = question.sources.length > 1 ? "Sources" : "Source";
  return h(
    "div",
    { class: "dq-sources", hidden: "" },
    h("p", {}, `${title}, checked ${question.checked}`),
    h("ul", {}, ...links),
  );
}

// What the learner reads

const EMPTY = Object.freeze({ chosen: [], checked: false, attempt: 0 });
const UNANSWERED = "Not kept in your progress yet: no Python kernel has answered.";
const NUMBERS = ["no", "one", "two", "three", "four", "five", "six"];

function isRight(chosen, right) {
  return chosen.length === right.length && right.every((key) => chosen.includes(key));
}

function cannotCheck(count, question) {
  if (!question.multiple) return count ? "" : "Choose an option first.";
  if (count === question.select) return "";
  const wanted = `Choose ${NUMBERS[question.select]} options`;
  return count ? `${wanted}. You have chosen ${NUMBERS[count] ?? count}.` : `${wanted} first.`;
}

function resultText(chosen, right) {
  if (isRight(chosen, right)) return "Right.";
  const hits = right.filter((key) => chosen.includes(key)).length;
  if (!hits) return "Not right.";
  return `Not right: ${NUMBERS[hits]} of ${NUMBERS[right.length]} found. The exam gives no credit for a part.`;
}

function verdictText(correct, chosen) {
  if (correct) return chosen ? "Right, and you chose it" : "Right, not chosen";
  return chosen ? "Wrong, but you chose it" : "Wrong";
}

function summaryText(questions, answers) {
  const checked = questions.filter((question) => answers[question.id]?.checked);
  const good = checked.filter((question) => {
    const right = question.options.filter((option) => option.correct).map((option) => option.key);
    return isRight(answers[question.id].chosen, right);
  });
  if (checked.length === questions.length) return `${good.length} of ${questions.length} right`;
  const done = `${checked.length} of ${questions.length} answered`;
  return checked.length ? `${done}, ${good.length} right` : done;
}

// Keys

// Lab's command mode acts on single keys wherever the focus is: x cuts this quiz's cell, a and b
// insert cells, Shift+Enter runs the cell. Keys pressed in the quiz belong to the quiz. Let through:
// Escape, and Ctrl or Cmd with a letter (save, search, palette), but not those that select all cells
// (A) or merge them (M).
function keepKeys(event) {
  const accelerator = (event.ctrlKey || event.metaKey) && /^[b-ln-z]$/i.test(event.key);
  if (accelerator || event.key === "Escape") return;
  event.stopPropagation();
}

// Small tools

function randomId() {
  // crypto.randomUUID() would need https; a classroom's hub may not have it.
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// A live region speaks when its text changes, and only then.
function say(region, text) {
  if (region.textContent !== text) region.textContent = text;
}

function phrases(list) {
  return list.map(({ pre, runs }) => h("span", { class: pre ? "dq-pre" : "dq-p" }, ...runs.map(run)));
}

function blocks(list) {
  return list.map(({ pre, runs }) => h(pre ? "pre" : "p", { class: pre ? "dq-pre" : "dq-p" }, ...runs.map(run)));
}

function run([text, style]) {
  return style
    .split(" ")
    .filter(Boolean)
    .reduceRight((inner, mark) => h(mark === "bold" ? "strong" : "code", {}, inner), text);
}

const TICK = "M3.5 8.5 6.5 11.5 12.5 4.5";
const CROSS = "M4.5 4.5 11.5 11.5 M11.5 4.5 4.5 11.5";

function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" }))
    svg.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export default { render };
