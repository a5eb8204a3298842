// A stance on a debate, before or after reading: a side, how sure, why, and what would change it.
// `draw` knows no notebook: `save` takes the values and gives back a sentence, so that a web page can call it too.

const make = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

// Lumino, which JupyterLab is made of, leaves keys alone on a focused element with this mark.
const own = (node) => (node.setAttribute("data-lm-suppress-shortcuts", "true"), node);

let copies = 0;

export function draw(root, spec, save) {
  copies += 1;
  const name = `stance-${copies}`;
  root.replaceChildren();
  root.classList.add("cyberdip-stance");
  const before = spec.when === "before";
  const status = make("p", { className: "cyberdip-stance-status" });
  status.setAttribute("role", "status");

  const radios = [...spec.sides, ["undecided", "Undecided"]].map(([id, text]) => {
    const input = own(make("input", { type: "radio", name, value: id, checked: spec.entry.side === id }));
    return make("label", {}, input, make("span", { textContent: text }));
  });
  const sure = own(make("input", { type: "range", min: 0, max: 100, step: 5, value: spec.entry.sure ?? 50 }));
  const shown = make("output", { textContent: `${sure.value} of 100` });
  sure.addEventListener("input", () => {
    shown.textContent = `${sure.value} of 100`;
  });
  const text = (label, value, rows) => {
    const area = own(make("textarea", { value: value ?? "", rows, maxLength: spec.longest }));
    return [area, make("label", { className: "cyberdip-stance-text" }, make("span", { textContent: label }), area)];
  };
  const [why, whyLabel] = text("Why, in a sentence or two", spec.entry.why, 2);
  const [change, changeLabel] = text(
    before ? "What would change your mind?" : "What changed your mind, or what would still change it?", spec.entry.change, 2);
  const button = own(make("button", { type: "button", textContent: "Save my stance" }));
  button.addEventListener("click", async () => {
    const side = root.querySelector(`input[name="${name}"]:checked`)?.value;
    if (!side) {
      status.textContent = "Choose a side, or Undecided, first.";
      return;
    }
    button.disabled = true;
    try {
      status.textContent = await save({ side, sure: Number(sure.value), why: why.value, change: change.value });
    } finally {
      button.disabled = false;
    }
  });
  status.textContent = spec.note;
  root.append(
    make("fieldset", {},
      make("legend", { textContent: before ? "Where do you stand before you read on?" : "Where do you stand now?" }),
      make("p", { textContent: spec.question }),
      ...radios,
      make("label", { className: "cyberdip-stance-sure" }, make("span", { textContent: "How sure are you? " }), sure, shown),
      whyLabel, changeLabel, make("p", {}, button), status));
}

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    let waiting = null;
    const told = (message) => {
      if (message.kind !== "saved" || !waiting) return;
      waiting(message.sentence);
      waiting = null;
    };
    model.on("msg:custom", told);
    draw(root, JSON.parse(model.get("spec")), (values) => new Promise((resolve) => {
      const late = setTimeout(() => {
        waiting = null;
        resolve("The kernel does not answer, so nothing was saved. Run the cell again.");
      }, 15000);
      waiting = (sentence) => (clearTimeout(late), resolve(sentence));
      model.send({ kind: "save", values });
    }));
    return () => model.off("msg:custom", told);
  },
};
