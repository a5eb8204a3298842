// The crisis game: draws one screen, sends what the reader chose, draws the next screen.
// The kernel keeps the state (deterrence/crisis_widget.py). No text is ever parsed as HTML here.

const SLOW = 8000; // ms without an answer before the reader is told
// Lumino leaves keys alone on a focused element with this mark (docs/decisions/0001).
const OWN_KEYS = "data-lm-suppress-shortcuts";
const FOCUSABLE = new Set(["input", "select", "button", "summary"]);
let copies = 0;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (FOCUSABLE.has(tag) || "tabindex" in attributes) node.setAttribute(OWN_KEYS, "true");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
}

const heading = (text, more = {}) => make("h3", more, text);
const line = (label, text) => make("span", { class: "cg-line" }, make("b", {}, `${label}: `), text);

function select(id, label, options, chosen, changed = () => {}) {
  const box = make("select", { id, onchange: () => changed(box.value) });
  for (const [value, text] of options) box.append(make("option", { value }, text));
  if (chosen !== undefined) box.value = chosen;
  return [make("div", { class: "cg-field" }, make("label", { for: id }, label), box), box];
}

// ---------------------------------------------------------------- parts of a screen

function bars(rows) {
  const list = make("ul", { class: "cg-bars" });
  for (const r of rows) {
    const bar = make("span", { class: "cg-bar", "aria-hidden": "true" },
      make("span", { class: "cg-fill" }), make("span", { class: "cg-range" }));
    bar.firstChild.style.width = `${100 * r.p}%`;
    bar.lastChild.style.left = `${100 * r.low}%`;
    bar.lastChild.style.width = `${Math.max(0.6, 100 * (r.high - r.low))}%`;
    list.append(make("li", {}, make("b", {}, r.name), ` ${r.text}.`, bar, make("span", { class: "cg-about" }, r.about)));
  }
  return list;
}

function clues(rows) {
  const list = make("ul", { class: "cg-clues" });
  for (const c of rows) {
    list.append(make("li", {}, make("b", {}, `${c.new ? "New: " : ""}${c.title}. `), c.text, make("span", { class: "cg-marks" }, ` (${c.marks})`)));
  }
  return list;
}

function draws(rows) {
  return make("details", { class: "cg-draws" }, make("summary", {}, `Where these numbers come from (${rows.length} draws)`),
    ...rows.map((d) => make("div", { class: "cg-draw" },
      make("p", {}, make("b", {}, `${d.asks} `), d.outcome),
      make("p", {}, line(d.kind, d.source)),
      make("p", {}, d.how),
      make("p", { class: "cg-small" }, `${d.rule} Tables: ${d.tables}.`))));
}

const turn = (t) => [
  make("p", {}, make("b", {}, `Round ${t.round}, ${t.when}: `), `${t.decision}.`),
  make("ul", {}, ...t.events.map((e) => make("li", {}, e))),
  draws(t.draws),
];

function measures(rows) {
  return make("table", { class: "cg-measures" }, make("caption", {}, "Outcomes so far. They are not added up."),
    make("thead", {}, make("tr", {}, ...["Outcome", "Count", "What it counts"].map((h) => make("th", { scope: "col" }, h)))),
    make("tbody", {}, ...rows.map((m) => make("tr", {}, make("th", { scope: "row" }, m.label),
      make("td", {}, `${m.value} ${m.unit}`), make("td", {}, m.note)))));
}

// ---------------------------------------------------------------- the whole

function draw(root, s, id, send, kept) {
  const status = make("p", { class: "cg-status", role: "status" });
  const parts = [];

  // which game
  const [scenarioBox, scenario] = select(`${id}-scenario`, "Scenario", s.setup.scenarios, s.setup.scenario);
  const [worldBox, world] = select(`${id}-world`, "How the world answers", s.setup.worlds, s.setup.world);
  const seed = make("input", { id: `${id}-seed`, type: "number", min: 0, max: 999999, step: 1, value: s.setup.seed });
  const setup = make("details", { class: "cg-setup", open: kept.setup }, make("summary", {}, "Scenario, seed and world"),
    make("form", { onsubmit: (e) => {
      e.preventDefault();
      send({ kind: "start", scenario: scenario.value, seed: seed.value === "" ? null : Number(seed.value), world: world.value }, "start");
    } }, make("div", { class: "cg-fields" }, scenarioBox,
      make("div", { class: "cg-field" }, make("label", { for: seed.id }, "Seed (0 to 999999)"), seed), worldBox),
    make("p", { class: "cg-small" }, s.setup.note), make("button", { type: "submit" }, "Start this game")));
  setup.addEventListener("toggle", () => (kept.setup = setup.open));
  parts.push(heading(s.title, { class: "cg-title", id: `${id}-title` }), setup, make("p", {}, s.story));

  // what happened
  const last = s.turns.at(-1);
  const place = s.over ? "Debrief" : `Round ${s.round} of ${s.rounds}: ${s.when}`;
  const now = heading(place, { tabindex: "-1", class: "cg-now" });
  parts.push(now, status);
  if (last && !s.over) parts.push(make("div", { class: "cg-last" }, ...turn(last)));
  if (!s.over) {
    parts.push(make("p", {}, s.text));
    parts.push(heading("Who did it? Your assessment"), bars(s.picture));
    parts.push(make("p", { class: "cg-small" },
      "Blue bar and first number: Bayes' rule with all that you know. Black line: every clue doubted by the same factor in either direction. Outsiders know only what is public or was shown."));
    parts.push(heading("What you know"), clues(s.clues));
    parts.push(decisionForm(s, id, send, kept));
  } else {
    parts.push(debrief(s, id, send, kept));
  }
  parts.push(measures(s.measures));

  // saving and loading
  const name = make("input", { id: `${id}-name`, type: "text", maxlength: 40, value: s.name, autocomplete: "off", oninput: () => (kept.name = name.value) });
  const [fileBox, file] = select(`${id}-file`, "Saved games in my_work", [["", "choose …"], ...s.saved.map((f) => [f, f])]);
  const upload = make("input", { id: `${id}-upload`, type: "file", accept: ".json,application/json", onchange: async () => {
    if (!upload.files.length) return;
    if (upload.files[0].size > 64000) status.textContent = "Not done. This is not a saved game of the crisis exercise: it is too large.";
    else send({ kind: "read", text: await upload.files[0].text() }, "load");
  } });
  const store = make("details", { class: "cg-store", open: kept.store }, make("summary", {}, "Save or load"),
    make("div", { class: "cg-fields" },
      make("div", { class: "cg-field" }, make("label", { for: name.id }, "Your team's name"), name,
        make("button", { type: "button", onclick: () => send({ kind: "save", name: name.value }, "save") }, "Save"),
        make("button", { type: "button", onclick: () => download(s.file) }, "Download")),
      make("div", { class: "cg-field" }, fileBox,
        make("button", { type: "button", onclick: () => file.value && send({ kind: "load", file: file.value }, "load") }, "Load")),
      make("div", { class: "cg-field" }, make("label", { for: upload.id }, "Load a file from elsewhere"), upload)));
  store.addEventListener("toggle", () => (kept.store = store.open));
  parts.push(store);

  const el = make("div", { class: "cg", role: "group", "aria-labelledby": `${id}-title`, [OWN_KEYS]: "true" }, ...parts);
  root.replaceChildren(el);
  if (kept.sent === "save") el.querySelector(`#${id}-name`).focus();
  else if (kept.sent === "whatif") el.querySelector(".cg-whatif h4")?.focus();
  else if (kept.sent) now.focus();
  // filled after it is on the page, so that it is read out
  setTimeout(() => (status.textContent = s.message), 50);
  return status;
}

function download(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = make("a", { href: url, download: "crisis-game.json" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function radios(id, group, legend, rows) {
  const box = make("fieldset", { class: "cg-radios" }, make("legend", {}, legend));
  for (const r of rows) {
    const input = make("input", { type: "radio", name: `${id}-${group}`, id: `${id}-${group}-${r.id}`, value: r.id, disabled: Boolean(r.blocked), "aria-describedby": r.more ? `${id}-${group}-${r.id}-more` : undefined });
    box.append(make("div", { class: "cg-choice" }, input, make("div", {}, make("label", { for: input.id }, r.name),
      r.more ? make("div", { class: "cg-more", id: `${id}-${group}-${r.id}-more` }, ...r.more) : null)));
  }
  return box;
}

function decisionForm(s, id, send, kept) {
  const rows = s.options.map((o) => ({ id: o.id, name: o.name, blocked: o.blocked, more: [
    make("span", { class: "cg-line" }, o.says), o.blocked ? line("Not now", o.blocked) : null,
    line("Law", o.law), line("Allies", o.allies), line("At home", o.home)] }));
  const options = radios(id, "option", "What do you propose?", rows);
  const more = make("div", { class: "cg-fields" });
  const chosen = (group) => form.querySelector(`input[name="${id}-${group}"]:checked`)?.value ?? "";
  const decide = make("button", { type: "submit", class: "cg-decide", disabled: true }, "Decide");
  const form = make("form", { onsubmit: (e) => {
    e.preventDefault();
    send({ kind: "decide", option: chosen("option"), target: chosen("target"), reveal: chosen("reveal") }, "decide");
  } }, options, more, decide);
  const ready = () => {
    const o = s.options.find((x) => x.id === chosen("option"));
    decide.disabled = !o || (o.target && !chosen("target")) || (o.reveals.length > 0 && !chosen("reveal"));
  };
  options.addEventListener("change", () => {
    const o = s.options.find((x) => x.id === chosen("option"));
    more.replaceChildren(
      ...(o.target ? [radios(id, "target", "Whom do you hold responsible?", s.targets.map(([k, name]) => ({ id: k, name })))] : []),
      ...(o.reveals.length ? [radios(id, "reveal", "Which evidence do you show?", o.reveals.map(([k, name]) => ({ id: k, name })))] : []),
      ...(o.reveals.length ? [make("p", { class: "cg-small" }, `${s.threshold} What is shown makes its source useless afterwards.`)] : []));
    ready();
  });
  more.addEventListener("change", ready);
  return form;
}

function debrief(s, id, send, kept) {
  const result = s.whatif.result;
  const box = make("div", {}, make("ul", {}, ...s.hidden.map((t) => make("li", {}, t))), heading("The path"),
    ...s.turns.flatMap(turn), make("details", { class: "cg-draws" }, make("summary", {}, "The evidence, all of it"), clues(s.clues), bars(s.picture)));
  const [choiceBox, choice] = select(`${id}-other`, "Another choice", []);
  const fill = (n) => {
    const round = s.whatif.rounds.find((r) => String(r.round) === String(n));
    choice.replaceChildren(...round.options.map((o, i) => make("option", { value: i }, o.words)));
    const same = result && result.round === round.round
      ? round.options.findIndex((o) => JSON.stringify(o.decision) === JSON.stringify(result.decision)) : -1;
    choice.value = Math.max(0, same);
  };
  const [roundBox, round] = select(`${id}-round`, "In which round", s.whatif.rounds.map((r) => [r.round, `${r.round}: ${r.taken}`]), result?.round, fill);
  fill(round.value);
  const ask = make("button", { type: "button", onclick: () => {
    const there = s.whatif.rounds.find((r) => String(r.round) === round.value);
    send({ kind: "whatif", round: there.round, decision: there.options[Number(choice.value)].decision }, "whatif");
  } }, "Compare");
  const whatif = make("div", { class: "cg-whatif" }, heading("The road not taken"),
    make("p", {}, "The same seed, so the same luck, with one other choice."), make("div", { class: "cg-fields" }, roundBox, choiceBox), ask);
  if (result) {
    whatif.append(make("h4", { tabindex: "-1" }, result.title),
      make("table", { class: "cg-measures" }, make("caption", {}, result.note),
        make("thead", {}, make("tr", {}, ...["Outcome", "Your game", "The other", "Unit"].map((h) => make("th", { scope: "col" }, h)))),
        make("tbody", {}, ...result.rows.map(([label, mine, other, unit]) => make("tr", {}, make("th", { scope: "row" }, label),
          make("td", {}, String(mine)), make("td", {}, String(other)), make("td", {}, unit))))),
      make("p", {}, `What happened in round ${result.round} there:`), make("ul", {}, ...result.events.map((e) => make("li", {}, e))));
  }
  box.append(whatif);
  return box;
}

export default {
  render({ model, el }) {
    copies += 1;
    const id = `cg${copies}`;
    const root = make("div");
    el.append(root);
    const kept = { setup: false, store: false, sent: "" };
    let status = null;
    let late = null;
    const send = (message, what) => {
      kept.sent = what;
      if (kept.name !== undefined && !("name" in message) && message.kind !== "load" && message.kind !== "read") message.name = kept.name;
      if (what === "load") delete kept.name;
      clearTimeout(late);
      late = setTimeout(() => (status.textContent = "The kernel does not answer. Run this cell again."), SLOW);
      model.send(message);
    };
    const show = () => {
      clearTimeout(late);
      const screen = JSON.parse(model.get("screen"));
      status = draw(root, screen, id, send, kept);
      kept.sent = "";
      root.firstChild.dataset.count = screen.count;
    };
    model.on("change:screen", show);
    show();
    return () => {
      clearTimeout(late);
      model.off("change:screen", show);
    };
  },
};
