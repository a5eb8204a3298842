// One quiz: a form for each question, native radio buttons, a Check button, feedback on what was checked.
// `draw` knows no notebook, so that a web page can call it too.

// Each reader finds the options in an order of their own, the same each time: shuffled by the reader's seed and the question.
export function order(count, seed) {
  let state = 2166136261;
  for (const letter of seed) state = Math.imul(state ^ letter.codePointAt(0), 16777619);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const places = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(next() * (i + 1));
    [places[i], places[j]] = [places[j], places[i]];
  }
  return places;
}

// onAnswer(question, option, right): numbers from 0 as the chapter's file lists them.
export function draw(root, questions, name, onAnswer = () => {}, seed = "") {
  root.replaceChildren();
  root.classList.add("cyberdip-quiz");
  const score = element("p", "cyberdip-quiz-score");
  score.setAttribute("role", "status");
  const first = new Map(); // question -> right at the first try
  const tell = () => {
    const right = [...first.values()].filter(Boolean).length;
    score.textContent = first.size
      ? `${first.size} of ${questions.length} answered; ${right} right at the first try.`
      : `${questions.length} questions. Choose an answer, then press Check to see why it is right or not.`;
  };
  questions.forEach((question, q) => {
    const answered = (option, right) => {
      if (!first.has(q)) first.set(q, right);
      tell();
      onAnswer(q, option, right);
    };
    root.append(ask(question, q, `${name}-${q}`, order(question.options.length, `${seed}|${question.text}`), answered));
  });
  tell();
  root.append(score);
}

function ask(question, q, group, places, answered) {
  const form = element("form");
  const box = element("fieldset");
  const reply = element("p", "cyberdip-quiz-reply");
  reply.setAttribute("role", "status");
  const notes = new Map();
  const inputs = places.map((o) => {
    const label = element("label");
    const input = quiet(element("input"));
    Object.assign(input, { type: "radio", name: group, value: String(o) });
    const words = element("span");
    const note = element("span", "cyberdip-quiz-note");
    note.hidden = true;
    notes.set(o, note);
    words.append(element("span", "", question.options[o].text), note);
    label.append(input, words);
    input.addEventListener("change", () => {
      delete box.dataset.state;
      reply.textContent = "";
    });
    return [label, input];
  });
  const check = quiet(element("button", "cyberdip-quiz-check", "Check"));
  check.type = "submit";
  const foot = element("div", "cyberdip-quiz-foot");
  foot.append(check, reply);
  box.append(element("legend", "", `${q + 1}. ${question.text}`), ...inputs.map(([label]) => label), foot);
  form.append(box);
  enters(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = inputs.find(([, input]) => input.checked)?.[1];
    if (!chosen) {
      reply.textContent = "Choose an answer first.";
      return;
    }
    const option = question.options[Number(chosen.value)];
    const right = option.right === true;
    reply.textContent = `${right ? "✓ Right." : "✗ Not quite."} ${option.feedback}`;
    box.dataset.state = right ? "right" : "wrong";
    if (right) {
      // the question is settled: say of the other options, too, why they are not right
      for (const [o, note] of notes) {
        note.textContent = o === Number(chosen.value) ? "" : question.options[o].feedback;
        note.hidden = !note.textContent;
      }
    }
    answered(Number(chosen.value), right);
  });
  return form;
}

// Lumino, which JupyterLab is made of, leaves keys alone on a focused element with this mark: without it the arrow keys
// would move between cells instead of between answers, and Enter would open the cell for writing.
function quiet(node) {
  node.setAttribute("data-lm-suppress-shortcuts", "true");
  return node;
}

// Enter in a field answers; inside JupyterLab a browser does not submit a form by itself.
function enters(form) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    form.requestSubmit();
  });
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

let copies = 0;

export default {
  render({ model, el }) {
    copies += 1;
    const root = element("div");
    // the static form of this quiz, for where nothing runs, is not needed where this runs
    const hidden = element("style");
    const still = `.cdx-static[data-cdx="${CSS.escape(model.get("still"))}"]`;
    hidden.textContent = `${still}, .jp-OutputArea-child:has(${still}) { display: none !important; }`;
    el.append(hidden, root);
    const send = (question, option) => model.send({ kind: "answer", question, option });
    draw(root, JSON.parse(model.get("questions")), `${model.get("name")}-${copies}`, send, model.get("seed"));
  },
};
