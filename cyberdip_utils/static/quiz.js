// One quiz: a fieldset for each question, native radio buttons, feedback for the option chosen.
// `draw` knows no notebook, so that a web page can call it too.

export function draw(root, questions, name, onAnswer = () => {}) {
  root.replaceChildren();
  root.classList.add("cyberdip-quiz");
  const score = element("p", "cyberdip-quiz-score");
  score.setAttribute("role", "status");
  const answered = new Map();

  questions.forEach((question, q) => {
    const box = element("fieldset");
    const legend = element("legend", "", `${q + 1}. ${question.text}`);
    const reply = element("p", "cyberdip-quiz-reply");
    reply.setAttribute("role", "status");
    box.append(legend);
    question.options.forEach((option, o) => {
      const label = element("label");
      const input = document.createElement("input");
      input.type = "radio";
      input.name = `${name}-${q}`;
      // Lumino, which JupyterLab is made of, leaves keys alone on a focused element with this mark:
      // without it the arrow keys would move between cells instead of between answers.
      input.setAttribute("data-lm-suppress-shortcuts", "true");
      input.addEventListener("change", () => {
        const right = option.right === true;
        reply.textContent = (right ? "✓ Right. " : "✗ Not quite. ") + option.feedback;
        box.dataset.state = right ? "right" : "wrong";
        if (!answered.has(q)) answered.set(q, right);
        const first = [...answered.values()].filter(Boolean).length;
        score.textContent =
          `${answered.size} of ${questions.length} answered; ${first} right at the first try.`;
        onAnswer(q, o, right);
      });
      label.append(input, element("span", "", option.text));
      box.append(label);
    });
    box.append(reply);
    root.append(box);
  });
  score.textContent = `${questions.length} questions. Choose an answer to see why it is right or not.`;
  root.append(score);
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
    const root = document.createElement("div");
    el.append(root);
    draw(root, JSON.parse(model.get("questions")), `${model.get("name")}-${copies}`, (question, option) =>
      model.send({ kind: "answer", question, option }));
  },
};
