// Brings the exhibits, guesses, quizzes and stances of a page to life. Everything comes from the site itself.
import { address, addressed, precomputed, read } from "./precomputed.js";
import { beside, draw as drawGuess } from "./guess.js";
import { draw as drawQuiz } from "./quiz.js";
import { draw as drawStance } from "./stance.js";

const here = new URL(".", import.meta.url);
const file = (path) => new URL(path, here);

async function gunzip(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url.pathname.split("/").pop()} is not there`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  // Some servers undo the compression on the way.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return JSON.parse(new TextDecoder().decode(bytes));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const once = new Map();
const only = (url) => {
  if (!once.has(url.href)) {
    const promise = gunzip(url);
    promise.catch(() => once.delete(url.href));
    once.set(url.href, promise);
  }
  return once.get(url.href);
};

let plotly = null;
const library = () =>
  (plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = file("plotly.min.js").href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => ((plotly = null), reject(new Error("plotly.js did not load")));
    document.head.append(script);
  }));

const cards = new Map(); // place -> promise of {spec, backend}

async function bring(place) {
  const name = place.dataset.exhibit;
  const folder = file(`exhibits/${name}/`);
  const index = await only(new URL("index.json.gz", folder));
  const backend = precomputed(index, {
    library,
    chunk: (i) => only(new URL(`${i}.json.gz`, folder)),
    geometry: (key) => only(file(`geometry/${key}.json.gz`)),
    link: document.querySelector(".deck") ? undefined : (values) => address(name, values), // slides use the address themselves
    opening: JSON.parse(place.dataset.opening ?? "{}"),
  });
  const { mount } = await import(index.spec.form === 2 ? "./card.js" : "./exhibit.js");
  const live = document.createElement("div");
  live.className = "live";
  place.prepend(live);
  mount(live, index.spec, backend);
  place.classList.add("alive");
  return { spec: index.spec, backend };
}

const alive = (place) => {
  if (!cards.has(place)) cards.set(place, bring(place));
  return cards.get(place);
};

function watch(selector, start) {
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      Promise.resolve(start(entry.target)).catch((error) => {
        const note = document.createElement("p");
        note.setAttribute("role", "status");
        note.textContent = `The controls could not start (${error.message}); the picture and the table below are those of the opening state.`;
        entry.target.prepend(note);
      });
    }
  }, { rootMargin: "600px" });
  for (const place of document.querySelectorAll(selector)) seen.observe(place);
}

watch(".exhibit-place", alive);

// An address such as …#who_spoke_first?origin=China opens that state of that exhibit.
async function visit() {
  const { name, given } = addressed(location.hash);
  const place = [...document.querySelectorAll(".exhibit-place")].find((p) => p.dataset.exhibit === name);
  if (!place) return;
  place.scrollIntoView();
  const { spec, backend } = await alive(place);
  await backend.go(read(spec, given));
  place.scrollIntoView(); // cards above it may have come to life and moved it
}
const follow = () => visit().catch(() => {}); // the place says itself why its controls could not start
addEventListener("hashchange", follow);
follow();

// Patterns beside the colours: one switch for all cards, in the header and wherever a chapter opens.
const PATTERNS = "cyberdip-patterns";
function patterns() {
  try {
    return localStorage.getItem(PATTERNS) === "on";
  } catch {
    return false; // a page that may store nothing has them off
  }
}
function tellPatterns() {
  for (const box of document.querySelectorAll("[data-cdx-patterns]")) box.checked = patterns();
}
addEventListener("change", (event) => {
  if (!event.target.matches("[data-cdx-patterns]")) return;
  try {
    localStorage.setItem(PATTERNS, event.target.checked ? "on" : "off");
  } catch {
    event.target.checked = false;
  }
  tellPatterns();
  dispatchEvent(new Event(PATTERNS));
});
const header = document.querySelector(".article-header-buttons");
if (header && document.querySelector(".exhibit-place")) {
  const box = Object.assign(document.createElement("input"), { type: "checkbox" });
  box.dataset.cdxPatterns = "";
  const label = Object.assign(document.createElement("label"), { className: "patterns-switch", title: "Patterns in bars and areas, beside the colours" });
  label.append(box, " Patterns");
  header.prepend(label);
}
tellPatterns();
addEventListener("storage", (event) => event.key === PATTERNS && tellPatterns());

// A reader's own record, in this browser only; the same form as my_work/record.json.
const KEY = "cyberdip-record";
const SECTIONS = ["quizzes", "guesses", "checks", "stances", "games"];
const empty = () => ({ format: KEY, version: 1, ...Object.fromEntries(SECTIONS.map((s) => [s, {}])) });
function record() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    if (kept && kept.format === KEY && kept.version === 1) return { ...empty(), ...kept };
  } catch {
    // nothing kept, or not ours: begin anew
  }
  return empty();
}
function keep(section, key, change) {
  const all = record();
  all[section][key] = change(all[section][key] ?? {});
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
    return "";
  } catch {
    return "This browser keeps nothing for this site, so it is not saved.";
  }
}
const now = () => {
  const d = new Date();
  return new Date(d - d.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
};

// What the options of a quiz are shuffled by: the same for one reader each time.
function seed() {
  const fresh = String(crypto.getRandomValues(new Uint32Array(1))[0]);
  try {
    if (!localStorage.getItem("cyberdip-seed")) localStorage.setItem("cyberdip-seed", fresh);
    return localStorage.getItem("cyberdip-seed");
  } catch {
    return fresh;
  }
}

// An element in the static form's place, and what the page says of it.
function enliven(place) {
  const spec = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  const live = document.createElement("div");
  place.replaceChildren(live);
  return [live, spec];
}

for (const place of document.querySelectorAll(".quiz-place")) {
  const number = place.dataset.chapter;
  const [live, questions] = enliven(place);
  drawQuiz(live, questions, `quiz-${number}`, (q, option, right) => {
    keep("quizzes", number, (old) => {
      const answers = { ...old.answers };
      answers[q] ??= { first: option, right };
      return { ...old, answers, of: questions.length, on: now() };
    });
  }, seed());
}

for (const place of document.querySelectorAll(".guess-place")) {
  const [live, spec] = enliven(place);
  const key = `${spec.chapter} ${spec.name}`;
  spec.entry = record().guesses[key];
  if ("answer" in spec) beside(live, spec);
  else drawGuess(live, spec, (guess) => keep("guesses", key, (old) => ({ first: old.first ?? guess, guess, on: now() })));
}

for (const place of document.querySelectorAll(".stance-place")) {
  const number = place.dataset.debate;
  const [live, spec] = enliven(place);
  spec.entry = record().stances[number]?.[spec.when] ?? {};
  spec.note = "Kept in this browser only. Export it under Your record.";
  drawStance(live, spec, async (values) =>
    keep("stances", number, (old) => ({ ...old, [spec.when]: { ...values, on: now() } })) || "Saved in this browser only.");
}

for (const button of document.querySelectorAll("[data-record]")) {
  button.addEventListener("click", () => {
    if (button.dataset.record === "erase") {
      localStorage.removeItem(KEY);
      button.parentElement.querySelector("[role=status]").textContent = "Erased.";
      return;
    }
    const url = URL.createObjectURL(new Blob([JSON.stringify(record(), null, 1)], { type: "application/json" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: "record.json" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  });
}

// A term's meaning shows on hover and on focus; Escape hides it.
const tip = Object.assign(document.createElement("div"), { className: "term-tip", hidden: true, id: "term-tip" });
tip.setAttribute("role", "tooltip");
document.body.append(tip);
const hide = () => {
  tip.hidden = true;
  document.querySelector("[aria-describedby='term-tip']")?.removeAttribute("aria-describedby");
};
for (const term of document.querySelectorAll("a.term")) {
  const tell = () => {
    tip.textContent = term.dataset.meaning;
    tip.hidden = false;
    term.setAttribute("aria-describedby", "term-tip");
    const box = term.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(box.left + scrollX, scrollX + innerWidth - tip.offsetWidth - 16))}px`;
    tip.style.top = `${box.bottom + scrollY + 4}px`;
  };
  term.addEventListener("mouseenter", tell);
  term.addEventListener("focus", tell);
  term.addEventListener("mouseleave", hide);
  term.addEventListener("blur", hide);
}
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
