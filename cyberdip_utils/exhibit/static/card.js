// One exhibit as a card: question, sentence, controls, picture, what it cannot show, actions.
//
// mount(root, spec, backend) draws it and returns a function that takes it away. Answers come from the backend: a kernel
// (notebook.js) or states made beforehand (a web page).
//   backend.open()        -> Promise of {values, payload}    the opening state
//   backend.view(values)  -> Promise of {values, payload}    the state for these values; `said` if it is another than asked
//   backend.csv(values)   -> Promise of text                 the whole table
//   backend.library()     -> plotly.js, or a promise of it
//   backend.geometry(key) -> Promise of GeoJSON
//   backend.onPush(f)     -> function that ends it           f({values, payload}) when Python or another view moved a control
//   backend.link(values)  -> address of this state           only where there is one
//   backend.note          -> text below the controls         optional
// No text of a reader or of the data is ever parsed as HTML here.

const WORDS = {
  table: "Table", data: "Data", code: "Code", image: "Image", cite: "Cite", link: "Link", reset: "Reset", picture: "Picture",
  cannot: "Cannot show: ", more: "more", less: "less", all: "all", copy: "Copy", copied: "Copied.", yes: "yes", no: "no",
  clear: "Choose all", find: "Find in this list", source: "Source: ", data_to: "data to ", book: "Cyber Diplomacy Handbook",
  loading: "Loading …",
  slow: "The kernel does not answer. Run this cell again.",
  chosen: (n, of) => `${n} of ${of}`,
  range: (a, b) => `${a} to ${b}`,
  between: (years) => (years ? ["first year", "last year"] : ["from", "to"]),
  example: (list) => `for example ${list[0]}`,
  more_controls: (n, open) => `${open ? "Hide " : ""}${n} more ${n === 1 ? "control" : "controls"}`,
  rows: (n, shown) => (n === shown ? `${n.toLocaleString("en")} ${n === 1 ? "row" : "rows"}`
    : `first ${shown} of ${n.toLocaleString("en")} rows, sorting works on these; Data saves all`),
  saved: (name) => `Saved ${name}.`,
  no_file: (why) => `The file could not be made (${why}).`,
  no_copy: (why) => `Not copied: ${why}. Select the text instead.`,
  no_answer: (why) => `No answer for this selection (${why}).`,
  no_picture: (why) => `The picture could not be drawn (${why}). The sentence and the table are complete.`,
};
const SLOW = 8000; // ms without an answer before the reader is told
const NEWS = 4000; // ms for which "Copied." stands
const TYPING = 250; // ms of quiet before a text is sent
const NARROW = 640; // px: a narrower card has two controls a row; the figure has layouts of its own below this and below
const MIDDLE = 800;
const HALF = 155; // px that half a row leaves for a control on a phone
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const LEAST = 312; // px: a picture is never narrower, its place then scrolls
const PAPER = 640; // px: width of a picture in print
let counter = 0;

// Lumino, JupyterLab's toolkit, takes arrows, letters and Escape from any element that its notebook shortcuts
// match. It stops looking at an element with this mark, but it starts at the focused element itself, so the mark
// must be on each one that can have focus: on an ancestor alone it comes too late (docs/decisions/0001).
const OWN_KEYS = "data-lm-suppress-shortcuts";
const FOCUSABLE = new Set(["input", "select", "button", "summary", "a", "textarea"]);

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (FOCUSABLE.has(tag) || "tabindex" in attributes) node.setAttribute(OWN_KEYS, "true");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const ICONS = {
  table: "M2 3h12v10H2zM2 6.5h12M2 9.8h12M6 6.5V13", data: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  code: "M5 4 1.5 8 5 12M11 4l3.5 4-3.5 4", image: "M2 3h12v10H2zM2 11l3.5-3.5L8 10l3-3.5 3 3M5.2 6h.1",
  cite: "M3 11.5c1.8 0 3-1.2 3-3v-4H2.5V8H6M10 11.5c1.8 0 3-1.2 3-3v-4H9.5V8H13",
  link: "M6.5 9.5l3-3M7 4.5l1.2-1.2a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5l-1.2 1.2a2.8 2.8 0 0 1-4-4L5 7.5",
  reset: "M3 5.5A5.5 5.5 0 1 1 2.5 9M3 2v3.5h3.5", picture: "M2.5 2v11.5H14M5.5 11V8M8.5 11V4.5M11.5 11V6.5",
};

const icon = (name) =>
  svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "cdx-icon" }, svg("path", { d: ICONS[name] }));

// A menu that opens below (or above) its button; Escape and a click elsewhere close it.
function popup(className, summary, ...content) {
  const details = make("details", { class: className }, summary, make("div", { class: "cdx-menu" }, ...content));
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    summary.focus();
    event.preventDefault();
  });
  details.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false;
  });
  return details;
}

// ---------------------------------------------------------------- controls

const withUnit = (value, unit) => (unit ? `${value} ${unit}` : String(value));
const longest = (options) => options.map((o) => o.label).reduce((a, b) => (b.length > a.length ? b : a), "");

// Pixels that a text takes in this reader's font.
function measured(text, size, weight = 600) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${weight} ${size}px ${FONT}`;
  return pen.measureText(text).width;
}

// Each builder returns {el, get, set, sample}: the box, its value, and the longest text in one line of it.
const builders = {
  choice(spec, id, changed) {
    const select = make("select", { id, oninput: () => changed() },
      ...spec.options.map((o, i) => make("option", { value: i }, o.label)));
    return {
      el: make("div", { class: "cdx-control cdx-choice" }, make("label", { for: id }, spec.label), select),
      sample: longest(spec.options),
      get: () => spec.options[select.selectedIndex].value,
      set: (v) => (select.selectedIndex = spec.options.findIndex((o) => o.value === v)),
    };
  },

  choices(spec, id, changed) {
    const shown = make("span", { class: "cdx-value" });
    const boxes = spec.options.map((_, i) => make("input", { type: "checkbox", id: `${id}-${i}`, oninput: () => tell(true) }));
    const lines = spec.options.map((o, i) => make("div", { class: "cdx-option" }, boxes[i], make("label", { for: `${id}-${i}` }, o.label)));
    const tell = (send) => {
      const on = spec.options.filter((_, i) => boxes[i].checked);
      shown.textContent = on.length === 0 ? WORDS.all : on.length <= 2 ? on.map((o) => o.label).join(", ")
        : WORDS.chosen(on.length, spec.options.length);
      if (send) changed();
    };
    const clear = make("button", { type: "button", class: "cdx-quiet", onclick: () => {
      for (const b of boxes) b.checked = false;
      tell(true);
    } }, WORDS.clear);
    const find = make("input", { type: "search", id: `${id}-find`, "aria-label": WORDS.find, placeholder: WORDS.find, autocomplete: "off",
      oninput: () => {
        const word = find.value.trim().toLowerCase();
        lines.forEach((line, i) => (line.hidden = !spec.options[i].label.toLowerCase().includes(word)));
      } });
    const menu = popup("cdx-multi", make("summary", {}, make("span", { class: "cdx-label", id: `${id}-label` }, spec.label), " ", shown),
      spec.options.length > 12 ? find : null, make("div", { class: "cdx-options" }, ...lines), clear);
    return {
      el: make("div", { class: "cdx-control cdx-choice", role: "group", "aria-labelledby": `${id}-label` }, menu),
      sample: longest(spec.options).slice(0, 24),
      get: () => spec.options.filter((_, i) => boxes[i].checked).map((o) => o.value),
      set: (v) => {
        spec.options.forEach((o, i) => (boxes[i].checked = v.includes(o.value)));
        tell(false);
      },
    };
  },

  span(spec, id, changed) {
    const words = WORDS.between(spec.years);
    const shown = make("span", { class: "cdx-value", "aria-hidden": "true" });
    const rail = make("div", { class: "cdx-rail" });
    const thumbs = words.map((word, i) => make("input", { type: "range", id: `${id}-${i}`, "aria-label": `${spec.label}: ${word}`,
      min: spec.lo, max: spec.hi, step: spec.step, oninput: () => tell(true) }));
    const pair = () => thumbs.map((t) => Number(t.value)).sort((a, b) => a - b);
    const tell = (send) => {
      const [a, b] = pair();
      const width = spec.hi - spec.lo || 1;
      rail.style.setProperty("--a", (a - spec.lo) / width);
      rail.style.setProperty("--b", (b - spec.lo) / width);
      shown.textContent = a === b ? withUnit(a, spec.unit) : WORDS.range(a, withUnit(b, spec.unit));
      thumbs.forEach((t) => t.setAttribute("aria-valuetext", withUnit(t.value, spec.unit)));
      // Of two thumbs on one spot the one that can still move must be on top.
      thumbs[0].style.zIndex = a === b && a > (spec.lo + spec.hi) / 2 ? 3 : 1;
      if (send) changed();
    };
    rail.addEventListener("pointerdown", (event) => {
      if (event.target !== rail) return;
      const box = rail.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (event.clientX - box.left - 12) / (box.width - 24)));
      const value = spec.lo + Math.round((share * (spec.hi - spec.lo)) / spec.step) * spec.step;
      const near = thumbs.map((t) => Math.abs(Number(t.value) - value));
      const thumb = thumbs[near[0] <= near[1] ? 0 : 1];
      thumb.value = value;
      thumb.focus();
      event.preventDefault();
      tell(true);
    });
    rail.append(...thumbs);
    return {
      el: make("div", { class: "cdx-control cdx-scale", role: "group", "aria-labelledby": `${id}-label` },
        make("span", { class: "cdx-label", id: `${id}-label` }, spec.label), shown, rail),
      sample: `${spec.label}  ${WORDS.range(spec.hi, withUnit(spec.hi, spec.unit))}`,
      get: pair,
      set: (v) => {
        thumbs.forEach((t, i) => (t.value = v[i]));
        tell(false);
      },
    };
  },

  number(spec, id, changed) {
    const shown = make("span", { class: "cdx-value", "aria-hidden": "true" });
    const input = make("input", { type: "range", id, min: spec.lo, max: spec.hi, step: spec.step, oninput: () => tell(true) });
    const rail = make("div", { class: "cdx-rail cdx-one" }, input);
    const tell = (send) => {
      rail.style.setProperty("--a", 0);
      rail.style.setProperty("--b", (Number(input.value) - spec.lo) / (spec.hi - spec.lo || 1));
      shown.textContent = withUnit(input.value, spec.unit);
      input.setAttribute("aria-valuetext", shown.textContent);
      if (send) changed();
    };
    return {
      el: make("div", { class: "cdx-control cdx-scale" }, make("label", { for: id }, spec.label), shown, rail),
      sample: `${spec.label}  ${withUnit(spec.hi, spec.unit)}`,
      get: () => Number(input.value),
      set: (v) => {
        input.value = v;
        tell(false);
      },
    };
  },

  switch(spec, id, changed) {
    const shown = make("span", { class: "cdx-value", "aria-hidden": "true" });
    const box = make("input", { type: "checkbox", role: "switch", id, oninput: () => (tell(), changed()) });
    const tell = () => (shown.textContent = box.checked ? WORDS.yes : WORDS.no);
    return {
      el: make("label", { class: "cdx-control cdx-switch", for: id }, make("span", { class: "cdx-label" }, spec.label), shown, box),
      sample: spec.label,
      get: () => box.checked,
      set: (v) => {
        box.checked = v;
        tell();
      },
    };
  },

  search(spec, id, changed) {
    const input = make("input", { type: "search", id, autocomplete: "off", spellcheck: "false",
      placeholder: spec.examples?.length ? WORDS.example(spec.examples) : null,
      oninput: () => changed(TYPING), onkeydown: (event) => event.key === "Enter" && changed(0) });
    return {
      el: make("div", { class: "cdx-control cdx-search" }, make("label", { for: id }, spec.label), input),
      sample: WORDS.example(spec.examples ?? [""]).slice(0, 30),
      get: () => input.value,
      set: (v) => (input.value = v),
    };
  },
};

function control(spec, id, changed) {
  const built = builders[spec.kind](spec, id, changed);
  const letters = Math.min(34, Math.max(14, spec.label.length, built.sample.length));
  built.el.dataset.control = spec.name;
  built.el.style.setProperty("--n", letters);
  const scale = built.el.classList.contains("cdx-scale");
  built.el.classList.toggle("cdx-long", measured(built.sample, scale ? 12 : 13) + (scale ? 20 : 34) > HALF);
  if (spec.help) {
    built.el.title = spec.help;
    const help = make("span", { class: "cdx-hidden", id: `${id}-help` }, spec.help);
    for (const field of built.el.querySelectorAll("select, summary, input:not(.cdx-menu input)")) field.setAttribute("aria-describedby", help.id);
    built.el.append(help);
  }
  return { name: spec.name, more: spec.more, ...built };
}

// ---------------------------------------------------------------- the figure

// As figures/style.py has them (a test holds the two together): what each light colour becomes on dark paper, and what
// stands for a colour in bars, in lines and in keys where a reader wants patterns.
export const PALETTE = {
  dark: {
    "#ffffff": "#1a1e23", "#f4f6f8": "#23282f", "#e3e8ed": "#30363e", "#c9d1d9": "#454e58", "#18232e": "#e8ecf0", "#53606d": "#a9b3be",
    "#1e5e91": "#5b9fdb", "#cc7d27": "#eda05f", "#2d9270": "#8adfbf", "#6b2a4e": "#e0b4d8", "#7f8b98": "#8591a0", "#1e5e92": "#74b4ec",
    "#96560b": "#eda05f", "#1e7153": "#8adfbf", "#b9521c": "#e2703a", "#ebcb7a": "#f1dfa6", "#8a6a12": "#f1dfa6", "#97a2ad": "#6c7783",
    "#e3e8ec": "#2c3239", "#fffffe": "#0c1116", "#0c1117": "#0c1116", "#18232d": "#ffffff", "#18232f": "#18232e", "#b7d1e6": "#2b567d",
    "#84afd3": "#3a7bb3", "#4f87b8": "#5b9fdb", "#1e5e90": "#94c4ee", "#0e3a5e": "#d3e7f8", "#1e5e93": "#74b4ec", "#8fb4d3": "#3a6a93",
    "#eeebe3": "#3a3f46", "#e3a86b": "#9a5a35", "#b9521d": "#ef8a57",
  },
  patterns: { "#cc7d27": ".", "#2d9270": "/", "#6b2a4e": "-", "#7f8b98": "x", "#b9521c": "/", "#ebcb7a": ".", "#97a2ad": "x" },
  dashes: { ".": "dot", "/": "dash", "-": "dashdot", "x": "longdash" },
  chips: { ".": "▒", "/": "▨", "-": "▤", "x": "▩" },
};

const patternsWanted = () => {
  let on = false;
  try {
    on = localStorage.getItem("cyberdip-patterns") === "on";
  } catch {
    // a page that may store nothing has the switch off
  }
  return on || matchMedia("(forced-colors: active)").matches || matchMedia("(monochrome)").matches;
};

function luminance(colour) {
  const [r, g, b] = (colour.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

const isDark = (node) => luminance(getComputedStyle(node).color) > 0.5;

export function shapesOf(figure) {
  return [...new Set((figure.data ?? []).map((t) => t.geojson).filter((g) => typeof g === "string"))];
}

const isObject = (v) => v !== null && typeof v === "object" && !Array.isArray(v);

// Objects join, other values replace, null removes.
function merged(base, over) {
  const result = { ...base };
  for (const [key, value] of Object.entries(over ?? {})) {
    if (value === null) delete result[key];
    else result[key] = isObject(value) ? merged(isObject(base?.[key]) ? base[key] : {}, value) : value;
  }
  return result;
}

const layoutFor = (width) => (width < NARROW ? "narrow" : width < MIDDLE ? "middle" : "wide");

// The figure as plotly.js gets it: the layout for this width of card, patterns, colours of dark paper.
export function dressed(figure, dark, width, patterns = false) {
  let fresh = JSON.parse(JSON.stringify(figure ?? {})); // plotly.js writes into what it is given
  const meta = fresh.layout?.meta ?? {};
  const form = layoutFor(width);
  fresh = { data: (fresh.data ?? []).map((trace, i) => merged(trace, meta[`${form}_data`]?.[i])), layout: merged(fresh.layout, meta[form]) };
  if (patterns) fresh = patterned(fresh);
  if (dark) fresh = darkened(fresh);
  Object.assign(fresh.layout, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" });
  for (const key of ["width", "height", "autosize", "transition"]) delete fresh.layout[key];
  for (const trace of fresh.data) {
    const geo = trace.geo ?? (["choropleth", "scattergeo"].includes(trace.type) ? "geo" : null);
    if (geo) fresh.layout[geo] = { ...fresh.layout[geo], resolution: 50 };
  }
  return fresh;
}

function patterned(figure) {
  const shape = (colour) => (typeof colour === "string" ? PALETTE.patterns[colour.toLowerCase()] ?? "" : "");
  for (const trace of figure.data) {
    const fill = trace.marker?.color;
    if (trace.type === "bar") {
      const pattern = { shape: Array.isArray(fill) ? fill.map(shape) : shape(fill), fillmode: "overlay", fgcolor: "#ffffff", fgopacity: 0.85, size: 6, solidity: 0.28 };
      trace.marker = { ...trace.marker, pattern };
    }
    const dash = PALETTE.dashes[shape(trace.line?.color)];
    if (trace.type === "scatter" && dash && (trace.line.dash ?? "solid") === "solid") trace.line.dash = dash;
  }
  const text = JSON.stringify(figure).replace(/(<span style=\\"color:(#[0-9a-f]{6})\\">)\u25a0/gi,
    (whole, span, colour) => (shape(colour) ? span + PALETTE.chips[shape(colour)] : whole));
  return JSON.parse(text);
}

function darkened(figure) {
  const text = JSON.stringify(figure)
    .replace(/#[0-9a-f]{6}\b/gi, (hex) => PALETTE.dark[hex.toLowerCase()] ?? hex)
    .replace(/(rgba?\()(\d+), ?(\d+), ?(\d+)/g, (whole, head, ...rgb) => {
      const to = PALETTE.dark["#" + rgb.slice(0, 3).map((n) => Number(n).toString(16).padStart(2, "0")).join("")];
      return to ? head + [1, 3, 5].map((i) => parseInt(to.slice(i, i + 2), 16)).join(",") : whole;
    });
  return JSON.parse(text);
}

// plotly.js asks a server for base maps unless they are on the page. Ours come as GeoJSON, so an empty one will do.
// Only the 50 m set is filled, which our maps name: other plotly figures on the page keep the usual 110 m set.
export function noBaseMaps() {
  const objects = {};
  for (const name of ["coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits"]) {
    objects[name] = { type: "GeometryCollection", geometries: [] };
  }
  const assets = (window.PlotlyGeoAssets ??= {});
  const topojson = (assets.topojson ??= {});
  for (const scope of ["world", "usa", "europe", "asia", "africa", "north-america", "south-america", "oceania", "antarctica"]) {
    topojson[`${scope}_50m`] ??= { type: "Topology", objects, arcs: [] };
  }
  return assets;
}

// The picture and the place that it fills. `show(payload)` draws when there is room; nothing is drawn while hidden.
function pictureOf(card, title, backend) {
  const plot = make("div", { class: "cdx-plot", role: "img", "aria-label": title });
  const frame = make("div", { class: "cdx-picture" }, plot);
  let payload = null;
  let drawn = null; // the figure on the page
  let size = ""; // for which it was drawn
  let form = ""; // the layout that this took
  let dark = false; // and the paper
  let printing = false;
  let latest = 0;

  async function ready(figure) {
    const Plotly = await backend.library();
    const assets = noBaseMaps();
    for (const name of shapesOf(figure)) assets[name] ??= await backend.geometry(name);
    return Plotly;
  }

  // Draws at once, without waiting for anything: printing does not wait either.
  function paint(answers) {
    const wide = printing ? PAPER + 32 : card.clientWidth;
    dark = !printing && isDark(card);
    const figure = dressed(payload.figure, dark, wide, patternsWanted());
    if (drawn && form !== layoutFor(wide)) drawn = window.Plotly.purge(plot) ?? null; // it keeps margins of the other layout
    form = layoutFor(wide);
    const tall = figure.layout.meta?.tall ?? 0;
    const room = printing ? 380 : frame.clientHeight;
    const scrolls = !printing && (tall > room || frame.clientWidth < LEAST);
    frame.classList.toggle("cdx-beyond", scrolls);
    for (const [key, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", title], [OWN_KEYS, "true"]]) {
      if (scrolls) frame.setAttribute(key, value);
      else frame.removeAttribute(key);
    }
    Object.assign(figure.layout, { width: printing ? PAPER : Math.max(LEAST, frame.clientWidth), height: Math.max(tall, room) });
    plot.classList.toggle("cdx-moving", answers && drawn !== null); // bars and dots move as an answer, never on load
    drawn = figure;
    size = `${frame.offsetWidth} ${frame.offsetHeight}`;
    return window.Plotly.react(plot, figure.data, figure.layout, { displayModeBar: false, responsive: false, typesetMath: false, scrollZoom: false, showTips: false });
  }

  async function draw(answers = false) {
    const mine = ++latest;
    if (!payload || !frame.clientWidth) return; // not on the page yet: the observer below calls again
    await ready(payload.figure);
    if (mine === latest && frame.clientWidth) await paint(answers);
  }

  const again = () => draw().catch(() => {});
  const sized = new ResizeObserver(() => {
    if (frame.clientWidth && size !== `${frame.offsetWidth} ${frame.offsetHeight}`) again();
  });
  sized.observe(frame);
  const print = (on) => {
    if (on === printing) return;
    printing = on;
    if (drawn && payload) paint(false);
  };
  const media = ["print", "(prefers-color-scheme: dark)", "(forced-colors: active)", "(monochrome)"].map((q) => matchMedia(q));
  const switched = (event) => (event.media === "print" ? print(event.matches) : again());
  for (const query of media) query.addEventListener("change", switched);
  const [before, after] = [() => print(true), () => print(false)];
  const onWindow = { beforeprint: before, afterprint: after, "cyberdip-patterns": again, storage: (e) => e.key === "cyberdip-patterns" && again() };
  for (const [name, f] of Object.entries(onWindow)) window.addEventListener(name, f);
  const themed = new MutationObserver(() => setTimeout(() => drawn && dark !== isDark(card) && again(), 100));
  for (const node of [document.documentElement, document.body]) {
    themed.observe(node, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "data-theme", "data-mode", "class"] });
  }

  return {
    el: frame,
    show: async (next, seq) => {
      payload = next;
      plot.setAttribute("aria-label", payload.alt);
      await draw(true);
      plot.dataset.seq = seq;
    },
    close: () => {
      latest += 1;
      sized.disconnect();
      themed.disconnect();
      for (const query of media) query.removeEventListener("change", switched);
      for (const [name, f] of Object.entries(onWindow)) window.removeEventListener(name, f);
      if (drawn) window.Plotly?.purge(plot);
    },
  };
}

// ---------------------------------------------------------------- table and texts, in the picture's place

function cellText(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") {
    if (Math.abs(value) >= 10000) return Math.round(value).toLocaleString("en"); // years stand without a comma
    return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
  }
  if (typeof value === "boolean") return value ? WORDS.yes : WORDS.no;
  return String(value);
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

function sorted(rows, [column, direction]) {
  return rows.toSorted((a, b) => { // missing last, either way
    if (a[column] === null || b[column] === null) return (a[column] === null) - (b[column] === null);
    return direction * compare(a[column], b[column]);
  });
}

function tableView(title) {
  const el = make("div", { class: "cdx-scroll", role: "region", tabindex: "0", "aria-label": `${WORDS.table}: ${title}` });
  let data = null;
  let order = null; // [column, direction]
  const header = (name, i) => {
    const way = order?.[0] === i ? order[1] : 0;
    const button = make("button", { type: "button", onclick: () => {
      order = [i, way > 0 ? -1 : 1];
      draw();
      el.querySelectorAll("th button")[i].focus();
    } }, name, make("span", { "aria-hidden": "true" }, way > 0 ? " ▲" : way < 0 ? " ▼" : " ↕"));
    return make("th", { scope: "col", "aria-sort": way > 0 ? "ascending" : way < 0 ? "descending" : "none" }, button);
  };
  const draw = () => {
    const rows = order && order[0] < data.columns.length ? sorted(data.rows, order) : data.rows;
    const numeric = data.columns.map((_, i) => rows.length > 0 && rows.every((r) => r[i] === null || typeof r[i] === "number"));
    const cell = (v, i) => (i === 0 ? make("th", { scope: "row" }, cellText(v)) : make("td", { class: numeric[i] && "cdx-number" }, cellText(v)));
    const head = make("tr", {}, ...data.columns.map(header));
    head.childNodes.forEach((th, i) => th.classList.toggle("cdx-number", numeric[i] && i > 0));
    const [top, left] = [el.scrollTop, el.scrollLeft];
    el.replaceChildren(make("table", {}, make("caption", {}, WORDS.rows(data.total, data.shown)), make("thead", {}, head),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell))))));
    el.scrollTo(left, top);
  };
  return {
    el,
    fill: (payload) => {
      data = payload.table;
      draw();
    },
  };
}

const joined = (text) => (Array.isArray(text) ? text.join("") : text ?? "");

function textView(name, text, say) {
  const label = WORDS[name];
  const pre = make("pre", { class: `cdx-scroll cdx-${name}`, tabindex: "0", role: "region", "aria-label": label });
  const button = make("button", { type: "button", class: "cdx-quiet", onclick: () =>
    navigator.clipboard.writeText(pre.textContent).then(() => say(WORDS.copied, NEWS), (error) => say(WORDS.no_copy(error.message))) }, WORDS.copy);
  return { el: make("div", { class: "cdx-text" }, pre, button), fill: (payload, values) => (pre.textContent = text(payload, values)) };
}

function save(content, type, name) {
  const url = URL.createObjectURL(new Blob(content, { type }));
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// ---------------------------------------------------------------- the picture as a file

const IMAGE = { width: 1000, height: 400, edge: 24, ink: "#18232e", soft: "#53606d" };

// Runs of [text, weight] as lines no wider than `width`; each line is a list of such runs.
function lined(runs, size, width) {
  const lines = [[]];
  let used = 0;
  for (const [text, weight] of runs) {
    for (const word of text.match(/\s*\S+/g) ?? []) {
      const length = measured(word, size, weight);
      if (used && used + length > width && /^\s/.test(word)) {
        lines.push([]);
        used = 0;
      }
      lines.at(-1).push([used ? word : word.trimStart(), weight]);
      used += length;
    }
  }
  return lines;
}

// An SVG document with title, sentence, evidence, picture, caveat and source: it can leave the page on its own.
async function poster(spec, payload, backend) {
  const Plotly = await backend.library();
  const figure = dressed(payload.figure, false, IMAGE.width, patternsWanted());
  const height = Math.max(IMAGE.height, figure.layout.meta?.tall ?? 0);
  const inner = IMAGE.width - 2 * IMAGE.edge;
  const picture = await Plotly.toImage({ data: figure.data, layout: figure.layout }, { format: "svg", width: inner, height });
  const drawing = decodeURIComponent(picture.slice(picture.indexOf(",") + 1)); // an SVG document of its own, put in as text
  const page = svg("svg", { xmlns: SVG, width: IMAGE.width, "font-family": FONT }, svg("title", {}, spec.title), svg("desc", {}, payload.claim + payload.rest));
  const paper = page.appendChild(svg("rect", { width: IMAGE.width, fill: "#ffffff" }));
  let y = IMAGE.edge - 6;
  const write = (runs, size, step, fill) => {
    for (const line of lined(runs, size, inner)) {
      y += step;
      page.append(svg("text", { x: IMAGE.edge, y: y - step * 0.25, "font-size": size, fill, "xml:space": "preserve" },
        ...line.map(([text, weight]) => svg("tspan", { "font-weight": weight }, text))));
    }
  };
  write([[spec.title, 600]], 20, 26, IMAGE.ink);
  write([[payload.claim, 600], [payload.rest, 400]], 16, 23, IMAGE.ink);
  write([[payload.evidence, 400]], 13, 18, IMAGE.soft);
  y += 8;
  page.append(svg("g", { transform: `translate(${IMAGE.edge} ${y})` }, document.createComment("picture")));
  y += height + 4;
  if (payload.caveat) write([[WORDS.cannot.trim(), 600], [` ${payload.caveat}`, 400]], 13, 20, IMAGE.ink);
  write([[[WORDS.source + spec.source_line, spec.as_of && WORDS.data_to + spec.as_of, WORDS.book, spec.place].filter(Boolean).join(" · "), 400]], 12, 20, IMAGE.soft);
  for (const node of [page, paper]) node.setAttribute("height", y + IMAGE.edge - 8);
  return new XMLSerializer().serializeToString(page).replace("<!--picture-->", () => drawing);
}

async function png(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const image = new Image();
  try {
    image.src = url;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 2 * image.width, height: 2 * image.height });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

// ---------------------------------------------------------------- the card

// Title, sentence, evidence, caveat: what of a state is text.
function textsOf(spec, id) {
  const claim = make("strong");
  const rest = make("span");
  const evidence = make("p", { class: "cdx-evidence" });
  const said = make("div", { class: "cdx-say", "aria-live": "polite", "aria-atomic": "true" }, make("p", { class: "cdx-sentence" }, claim, rest), evidence);
  const head = make("div", { class: "cdx-head" }, make("h3", { class: "cdx-title", id: `${id}-title` }, spec.title),
    make("p", { class: "cdx-place" }, [spec.place, spec.as_of && WORDS.data_to + spec.as_of].filter(Boolean).join(" · ")));
  const short = make("span");
  const long = make("p", { class: "cdx-rest", id: `${id}-rest`, hidden: true });
  const more = make("button", { type: "button", class: "cdx-more", "aria-controls": long.id, "aria-expanded": "false", onclick: () => {
    long.hidden = !long.hidden;
    more.setAttribute("aria-expanded", `${!long.hidden}`);
    more.textContent = long.hidden ? WORDS.more : WORDS.less;
  } }, WORDS.more);
  const line = make("p", {}, make("strong", {}, WORDS.cannot), short, " ", more);
  return {
    head, said, line,
    caveat: make("div", { class: "cdx-caveat" }, line, long),
    fill: (payload) => {
      claim.textContent = payload.claim;
      rest.textContent = payload.rest;
      evidence.textContent = payload.evidence;
      short.textContent = payload.caveat;
      long.textContent = payload.more;
      more.hidden = !payload.more;
      if (!payload.more) long.hidden = true;
      line.hidden = !payload.caveat;
    },
  };
}

// Boxes in sight, and the button that opens the others.
function controlsOf(spec, id, changed) {
  const built = spec.controls.map((c) => control(c, `${id}-${c.name}`, (wait) => changed(c.name, wait)));
  const others = built.filter((c) => c.more);
  const extra = make("div", { class: "cdx-controls cdx-extra", id: `${id}-extra`, hidden: true }, ...others.map((c) => c.el));
  const button = others.length ? make("button", { type: "button", class: "cdx-others", "aria-controls": extra.id, "aria-expanded": "false", onclick: () => {
    extra.hidden = !extra.hidden;
    button.setAttribute("aria-expanded", `${!extra.hidden}`);
    button.textContent = WORDS.more_controls(others.length, !extra.hidden);
  } }, WORDS.more_controls(others.length, false)) : null;
  const row = make("div", { class: "cdx-controls" }, ...built.filter((c) => !c.more).map((c) => c.el), button);
  const fields = make("fieldset", { disabled: true }, make("legend", { class: "cdx-hidden" }, spec.title), row, others.length ? extra : null);
  return {
    el: make("form", { autocomplete: "off", onsubmit: (event) => event.preventDefault() }, built.length ? fields : null),
    row,
    get: () => Object.fromEntries(built.map((c) => [c.name, c.get()])),
    set: (values) => built.forEach((c) => c.name in values && c.set(values[c.name])),
    enable: () => (fields.disabled = false),
  };
}

// The picture's place, where table, code, citation and link open too: the page never jumps.
function stageOf(spec, picture, backend, say) {
  const views = {
    table: tableView(spec.title),
    code: textView("code", (p) => joined(p.code), say),
    cite: textView("cite", (p) => joined(p.cite), say),
    link: textView("link", (p, values) => backend.link?.(values) ?? joined(p.link), say),
  };
  const place = make("div", { class: "cdx-panel", hidden: true });
  const buttons = {};
  let open = "picture";
  let current = null;
  const turn = (name) => {
    open = name;
    for (const [key, button] of Object.entries(buttons)) {
      button.replaceChildren(icon(key === open ? "picture" : key), make("span", {}, WORDS[key === open ? "picture" : key]));
    }
    picture.classList.toggle("cdx-away", open !== "picture");
    place.hidden = open === "picture";
    if (open === "picture") return;
    place.replaceChildren(views[open].el);
    if (current) views[open].fill(current.payload, current.values);
  };
  for (const key of Object.keys(views)) {
    buttons[key] = make("button", { type: "button", "data-action": key, onclick: () => turn(open === key ? "picture" : key) });
  }
  turn("picture");
  return {
    el: make("div", { class: "cdx-stage" }, picture, place),
    buttons,
    fill: (answer) => {
      current = answer;
      if (open !== "picture") views[open].fill(answer.payload, answer.values);
    },
  };
}

// The quiet buttons below the picture. `now()` gives the answer that is shown.
function actionsOf(spec, stage, backend, say, now, reset) {
  const plain = (key, act) => make("button", { type: "button", "data-action": key, onclick: act }, icon(key), make("span", {}, WORDS[key]));
  const file = async (ending, content, type) => {
    const name = `${spec.name}.${ending}`;
    try {
      save(await content(), type, name);
      say(WORDS.saved(name), NEWS);
    } catch (error) {
      say(WORDS.no_file(error.message));
    }
  };
  const drawing = () => poster(spec, now().payload, backend);
  const data = plain("data", () => file("csv", async () => ["\ufeff", await backend.csv(now().values)], "text/csv;charset=utf-8"));
  const choose = (ending, content, type) => make("button", { type: "button", onclick: () => {
    image.open = false;
    image.querySelector("summary").focus();
    return file(ending, content, type);
  } }, ending.toUpperCase());
  const image = popup("cdx-image", make("summary", { "data-action": "image" }, icon("image"), make("span", {}, WORDS.image)),
    choose("png", async () => [await png(await drawing())], "image/png"), choose("svg", async () => [await drawing()], "image/svg+xml"));
  const { table, code, cite, link } = stage.buttons;
  const el = make("div", { class: "cdx-actions" }, table, data, code, image, cite, link, spec.controls.length ? plain("reset", reset) : null);
  return make("div", { class: "cdx-foot" }, el, make("p", { class: "cdx-source" }, WORDS.source + spec.source_line));
}

export function mount(root, spec, backend) {
  const id = `cdx${++counter}-${spec.name}`;
  const card = make("div", { class: "cdx", role: "group", "aria-labelledby": `${id}-title`, [OWN_KEYS]: "true" });
  const status = make("p", { class: "cdx-status", role: "status" });
  let fleeting;
  const say = (text, ms = 0) => { // `ms` for news that need not stand on the picture for long
    clearTimeout(fleeting);
    if (status.textContent !== text) status.textContent = text;
    if (ms) fleeting = setTimeout(() => say(""), ms);
  };
  const texts = textsOf(spec, id);
  const picture = pictureOf(card, spec.title, backend);
  const stage = stageOf(spec, picture.el, backend, say);
  const timers = {};
  let opening = null; // the values that it opened with
  let current = null; // what is shown: {values, payload}
  let asked = 0;
  let busy = false;
  let wanted = false;
  let gone = false;

  const controls = controlsOf(spec, id, (name, wait = 0) => {
    clearTimeout(timers[name]);
    if (wait) timers[name] = setTimeout(request, wait);
    else request();
  });
  const foot = actionsOf(spec, stage, backend, say, () => current, () => {
    Object.values(timers).forEach(clearTimeout);
    texts.said.style.minHeight = "";
    controls.set(opening);
    request();
  });

  // The words above never take less room than before, so that the page stays where it is while a control moves; what they
  // take beyond the usual the picture gives up, so that the card fits the screen.
  function settle() {
    if (!card.clientWidth) return;
    const tall = texts.said.offsetHeight;
    texts.said.style.minHeight = `${tall}px`;
    const beyond = [[texts.head, 26], [texts.said, 66], [controls.row, 44], [texts.line, 24], [foot, 32]].map(([el, usual]) => el.offsetHeight - usual);
    card.style.setProperty("--beyond", `${Math.max(0, beyond.reduce((a, b) => a + b))}px`);
  }

  async function show(answer, done = "") {
    current = answer;
    texts.fill(answer.payload);
    card.classList.toggle("cdx-error", Boolean(answer.payload.error));
    stage.fill(answer);
    settle();
    try {
      await picture.show(answer.payload, asked);
      say(done);
    } catch (error) {
      say(WORDS.no_picture(error.message));
    }
  }

  // Latest wins: one question at a time; while it is out only the newest values count.
  async function request() {
    if (busy) {
      wanted = true;
      return;
    }
    busy = true;
    card.setAttribute("aria-busy", "true");
    const seq = ++asked;
    const slow = setTimeout(() => say(WORDS.slow), SLOW);
    try {
      const answer = await (opening ? backend.view(controls.get()) : backend.open());
      if (gone) return;
      if (!opening) {
        opening = answer.values;
        controls.set(opening);
        controls.enable();
      }
      if (seq === asked) {
        if (answer.said) controls.set(answer.values); // a page without a kernel shows the nearest state that it has
        await show(answer, answer.said);
      }
    } catch (error) {
      say(WORDS.no_answer(error.message));
    } finally {
      clearTimeout(slow);
      busy = false;
      card.removeAttribute("aria-busy");
    }
    if (wanted) {
      wanted = false;
      request();
    }
  }

  card.append(texts.head, texts.said, controls.el, backend.note ? make("p", { class: "cdx-note" }, backend.note) : "", stage.el, texts.caveat, foot);
  stage.el.append(status);
  root.append(card);
  const elsewhere = (event) => {
    for (const open of card.querySelectorAll("details[open]")) if (!open.contains(event.target)) open.open = false;
  };
  document.addEventListener("pointerdown", elsewhere);
  let width = 0;
  const sized = new ResizeObserver(() => {
    if (width === card.clientWidth) return;
    width = card.clientWidth;
    texts.said.style.minHeight = "";
    settle();
  });
  sized.observe(card);
  const endPush = backend.onPush?.((answer) => {
    if (!opening || gone) return; // the opening state is on its way and is newer
    controls.set(answer.values);
    asked += 1; // an answer still on its way is older than this
    show(answer);
  });
  say(WORDS.loading);
  request();

  return () => {
    gone = true;
    document.removeEventListener("pointerdown", elsewhere);
    sized.disconnect();
    endPush?.();
    picture.close();
    card.remove();
  };
}
