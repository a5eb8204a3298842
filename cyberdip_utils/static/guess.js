// A guess before the evidence, and the same guess beside the answer. A question needs quiz.css.
// `draw` and `beside` know no notebook, so that a web page can call them too.

const SAID = "cyberdip-guess"; // the window's event: a guess was saved on this page

export const words = (spec, guess) =>
  spec.kind === "number" ? `${guess}${spec.unit === "%" ? "%" : spec.unit ? ` ${spec.unit}` : ""}` : `“${guess}”`;

// save(guess) keeps it and returns what to say; it may be a promise.
export function draw(root, spec, save) {
  root.replaceChildren();
  root.className = "cyberdip-quiz cyberdip-guess";
  const form = element("form");
  const box = element("fieldset");
  const reply = element("p", "cyberdip-quiz-reply");
  reply.setAttribute("role", "status");
  const button = quiet(element("button", "", "Save my guess"));
  const foot = element("div", "cyberdip-quiz-foot");
  foot.append(button, reply);
  const asked = spec.kind === "number" ? number(spec) : choice(spec);
  box.append(element("legend", "", spec.text), ...asked.nodes, foot);
  form.append(box);
  form.noValidate = true;
  root.append(form);
  const tell = (guess, more = "") => {
    reply.textContent = `Your guess: ${words(spec, guess)}. The answer comes later in this chapter.${more ? ` ${more}` : ""}`;
    button.textContent = "Change my guess";
  };
  if (spec.entry && "guess" in spec.entry) {
    asked.set(spec.entry.guess);
    tell(spec.entry.guess);
  }
  enters(form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const guess = asked.get();
    if (guess === null) {
      reply.textContent = asked.none;
      return;
    }
    const said = await save(guess);
    tell(guess, said);
    window.dispatchEvent(new CustomEvent(SAID, { detail: { chapter: spec.chapter, name: spec.name, guess } }));
  });
}

function number(spec) {
  const label = element("label", "cyberdip-guess-number");
  const input = quiet(element("input"));
  Object.assign(input, { type: "number", min: spec.low, max: spec.high, step: "any", inputMode: "decimal" });
  input.setAttribute("aria-label", `Your guess, from ${spec.low} to ${spec.high}${spec.unit ? `, in ${spec.unit}` : ""}`);
  label.append(input, element("span", "", spec.unit ?? ""));
  const get = () => {
    const value = input.value.trim() === "" ? NaN : Number(input.value);
    return value >= spec.low && value <= spec.high ? value : null;
  };
  return { nodes: [label], get, set: (value) => (input.value = value), none: `Give a number from ${spec.low} to ${spec.high}.` };
}

let groups = 0;

function choice(spec) {
  groups += 1;
  const inputs = [];
  const nodes = spec.options.map((option) => {
    const label = element("label");
    const input = quiet(element("input"));
    Object.assign(input, { type: "radio", name: `guess-${spec.chapter}-${spec.name}-${groups}`, value: option });
    inputs.push(input);
    label.append(input, element("span", "", option));
    return label;
  });
  return {
    nodes,
    get: () => inputs.find((input) => input.checked)?.value ?? null,
    set: (value) => inputs.forEach((input) => (input.checked = input.value === value)),
    none: "Choose one first.",
  };
}

// The guess beside the answer. Without a guess the answer waits behind a click. Returns what ends it.
export function beside(root, spec) {
  const show = (guess) => {
    root.replaceChildren();
    root.className = "cyberdip-quiz cyberdip-guess";
    const box = element("fieldset");
    const answer = [element("p", "", spec.answer), element("p", "cyberdip-guess-evidence", spec.evidence)].filter((p) => p.textContent);
    if (guess === undefined) {
      const folded = element("details");
      folded.append(quiet(element("summary", "", "Show the answer")), ...answer);
      box.append(element("p", "cyberdip-guess-said", `You have not guessed yet: ${spec.text}`), folded);
    } else {
      box.append(element("p", "cyberdip-guess-said", `You said ${words(spec, guess)}.`), ...answer);
    }
    root.append(box);
  };
  const heard = ({ detail }) => {
    if (detail.chapter === spec.chapter && detail.name === spec.name) show(detail.guess);
  };
  show(spec.entry?.guess);
  window.addEventListener(SAID, heard);
  return () => window.removeEventListener(SAID, heard);
}

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

export default {
  render({ model, el }) {
    const root = element("div");
    const hidden = element("style");
    const still = `.cdx-static[data-cdx="${CSS.escape(model.get("still"))}"]`;
    hidden.textContent = `${still}, .jp-OutputArea-child:has(${still}) { display: none !important; }`;
    el.append(hidden, root);
    const spec = JSON.parse(model.get("spec"));
    if ("answer" in spec) return beside(root, spec);
    draw(root, spec, (guess) => {
      model.send({ kind: "guess", guess });
      return "";
    });
    return undefined;
  },
};
