// One exhibit: labelled controls, figure, takeaway, caveat, sources, table twin, buttons.
//
// mount(root, spec, backend) draws it and returns a function that takes it away. The backend is where the
// answers come from: a kernel (notebook.js) or states made beforehand on a web page (site/_static/precomputed.js).
//   backend.open()        -> Promise of {values, payload}    the opening state
//   backend.view(values)  -> Promise of {values, payload}    the state for these values
//   backend.csv(values)   -> Promise of text                 the full table with its citation
//   backend.library()     -> plotly.js, or a promise of it
//   backend.geometry(key) -> Promise of GeoJSON
//   backend.onPush(f)     -> function that ends it           f({values, payload}) when Python moved a control
// No text of a user or of the data is ever parsed as HTML here.

const SLOW = 8000; // ms without an answer before the reader is told
const TYPING = 250; // ms of quiet before a text is sent
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

// ---------------------------------------------------------------- controls

const withUnit = (value, unit) => (unit ? `${value} ${unit}` : String(value));

function helpText(spec, id) {
  const parts = [spec.help];
  if (spec.kind === "search" && spec.examples?.length) parts.push(`For example: ${spec.examples.join(", ")}`);
  const text = parts.filter(Boolean).join(" ");
  return text ? make("span", { class: "cdx-help", id: `${id}-help` }, text) : null;
}

const described = (help) => (help ? help.id : undefined);

const builders = {
  choice(spec, id, changed) {
    const help = helpText(spec, id);
    const select = make("select", { id, "aria-describedby": described(help), oninput: () => changed() });
    spec.options.forEach((o, i) => select.append(make("option", { value: i }, o.label)));
    const el = make("div", { class: "cdx-control" }, make("label", { for: id }, spec.label), select, help);
    return {
      el,
      get: () => spec.options[select.selectedIndex].value,
      set: (v) => (select.selectedIndex = spec.options.findIndex((o) => o.value === v)),
    };
  },

  choices(spec, id, changed) {
    const help = helpText(spec, id);
    const count = make("span", { class: "cdx-count" });
    const boxes = spec.options.map((o, i) => make("input", { type: "checkbox", id: `${id}-${i}`, oninput: () => tell(true) }));
    const lines = spec.options.map((o, i) =>
      make("div", { class: "cdx-option" }, boxes[i], make("label", { for: `${id}-${i}` }, o.label)),
    );
    const tell = (send) => {
      const chosen = spec.options.filter((_, i) => boxes[i].checked);
      count.textContent = chosen.length === 0 ? "none chosen"
        : chosen.length <= 2 ? chosen.map((o) => o.label).join(", ")
        : `${chosen.length} of ${spec.options.length} chosen`;
      if (send) changed();
    };
    const clear = make("button", { type: "button", class: "cdx-small", onclick: () => {
      for (const b of boxes) b.checked = false;
      tell(true);
    } }, "Clear all");
    let filter = null;
    if (spec.options.length > 12) {
      const input = make("input", { type: "search", id: `${id}-filter`, autocomplete: "off", oninput: () => {
        const word = input.value.trim().toLowerCase();
        lines.forEach((line, i) => (line.hidden = !spec.options[i].label.toLowerCase().includes(word)));
      } });
      filter = make("div", { class: "cdx-filter" }, make("label", { for: `${id}-filter` }, "Find in this list"), input);
    }
    const summary = make("summary", {}, count);
    const details = make("details", { class: "cdx-multi" }, summary,
      make("div", { class: "cdx-menu" }, filter, make("div", { class: "cdx-options" }, ...lines), clear));
    details.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && details.open) {
        details.open = false;
        summary.focus();
        event.preventDefault();
      }
    });
    details.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false;
    });
    const el = make("fieldset", { class: "cdx-control", "aria-describedby": described(help) },
      make("legend", {}, spec.label), details, help);
    return {
      el,
      get: () => spec.options.filter((_, i) => boxes[i].checked).map((o) => o.value),
      set: (v) => {
        spec.options.forEach((o, i) => (boxes[i].checked = v.includes(o.value)));
        tell(false);
      },
    };
  },

  span(spec, id, changed) {
    const help = helpText(spec, id);
    const words = spec.years ? ["first year", "last year"] : ["from", "to"];
    const shown = make("span", { class: "cdx-shown", "aria-hidden": "true" });
    const rail = make("div", { class: "cdx-rail" });
    const thumbs = words.map((word, i) =>
      make("input", { type: "range", id: `${id}-${i}`, min: spec.lo, max: spec.hi, step: spec.step, oninput: () => tell(true) }),
    );
    const pair = () => thumbs.map((t) => Number(t.value)).sort((a, b) => a - b);
    const tell = (send) => {
      const [a, b] = pair();
      const width = spec.hi - spec.lo || 1;
      rail.style.setProperty("--a", (a - spec.lo) / width);
      rail.style.setProperty("--b", (b - spec.lo) / width);
      shown.textContent = a === b ? withUnit(a, spec.unit) : `${a} to ${withUnit(b, spec.unit)}`;
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
    rail.append(...thumbs.flatMap((t, i) => [make("label", { for: t.id, class: "cdx-hidden" }, `${spec.label}: ${words[i]}`), t]));
    const el = make("fieldset", { class: "cdx-control", "aria-describedby": described(help) },
      make("legend", {}, spec.label, " ", shown), rail, help);
    return {
      el,
      get: pair,
      set: (v) => {
        thumbs.forEach((t, i) => (t.value = v[i]));
        tell(false);
      },
    };
  },

  number(spec, id, changed) {
    const help = helpText(spec, id);
    const shown = make("span", { class: "cdx-shown", "aria-hidden": "true" });
    const rail = make("div", { class: "cdx-rail cdx-one" });
    const input = make("input", { type: "range", id, min: spec.lo, max: spec.hi, step: spec.step,
      "aria-describedby": described(help), oninput: () => tell(true) });
    const tell = (send) => {
      rail.style.setProperty("--a", 0);
      rail.style.setProperty("--b", (Number(input.value) - spec.lo) / (spec.hi - spec.lo || 1));
      shown.textContent = withUnit(input.value, spec.unit);
      input.setAttribute("aria-valuetext", shown.textContent);
      if (send) changed();
    };
    rail.append(input);
    const el = make("div", { class: "cdx-control" }, make("label", { for: id }, spec.label, " ", shown), rail, help);
    return {
      el,
      get: () => Number(input.value),
      set: (v) => {
        input.value = v;
        tell(false);
      },
    };
  },

  switch(spec, id, changed) {
    const help = helpText(spec, id);
    const box = make("input", { type: "checkbox", role: "switch", id, "aria-describedby": described(help), oninput: () => changed() });
    const el = make("div", { class: "cdx-control cdx-switch" }, make("div", { class: "cdx-option" }, box, make("label", { for: id }, spec.label)), help);
    return { el, get: () => box.checked, set: (v) => (box.checked = v) };
  },

  search(spec, id, changed) {
    const help = helpText(spec, id);
    const input = make("input", { type: "search", id, autocomplete: "off", spellcheck: "false",
      "aria-describedby": described(help), oninput: () => changed(TYPING), onkeydown: (event) => {
        if (event.key === "Enter") changed(0);
      } });
    const el = make("div", { class: "cdx-control" }, make("label", { for: id }, spec.label), input, help);
    return { el, get: () => input.value, set: (v) => (input.value = v) };
  },
};

// ---------------------------------------------------------------- figure

// House colours of figures.py on light paper, and what they become on dark paper.
const DARK = { "#1f2933": "#e4e7eb", "#d5dae0": "#454c55", "#c3c9d0": "#565d66", "#ffffff": "#16191d", "#5f6b76": "#aab4be" };

function luminance(colour) {
  const [r, g, b] = (colour.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

const isDark = (node) => luminance(getComputedStyle(node).color) > 0.5;

export function shapesOf(figure) {
  return [...new Set((figure.data ?? []).map((t) => t.geojson).filter((g) => typeof g === "string"))];
}

const NARROW = 640; // px: a colour bar then lies under the figure, where it takes no width

// What a figure of the second edition, quoted by a debate, says of itself: its layout for this width and its dark colours.
const joined = (base, over) => Object.entries(over ?? {}).reduce(
  (all, [key, value]) => ({ ...all, [key]: value?.constructor === Object ? joined(all[key], value) : value }), { ...base });
function quoted({ data, layout }, dark, width) {
  const form = width < NARROW ? "narrow" : width < 800 ? "middle" : "wide";
  const fitted = { data: data.map((trace, i) => joined(trace, layout.meta[`${form}_data`]?.[i])), layout: joined(layout, layout.meta[form]) };
  const text = JSON.stringify(fitted);
  return JSON.parse(dark ? text.replace(/#[0-9a-f]{6}\b/gi, (hex) => layout.meta.dark[hex.toLowerCase()] ?? hex) : text);
}

export function dressed(figure, dark, width) {
  let text = JSON.stringify(figure.layout?.meta?.dark ? quoted(figure, dark, width) : figure);
  if (dark) for (const [light, other] of Object.entries(DARK)) text = text.replaceAll(`"${light}"`, `"${other}"`);
  const fresh = JSON.parse(text); // plotly.js writes into what it is given
  fresh.data ??= [];
  fresh.layout = { ...fresh.layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true };
  delete fresh.layout.width;
  delete fresh.layout.transition;
  for (const trace of fresh.data) {
    const geo = trace.geo ?? (["choropleth", "scattergeo"].includes(trace.type) ? "geo" : null);
    if (geo) fresh.layout[geo] = { ...fresh.layout[geo], resolution: 50 };
  }
  // A map as high as the page would leave it in the middle of nothing on a narrow one.
  const isMap = fresh.data.length > 0 && fresh.data.every((t) => ["choropleth", "scattergeo"].includes(t.type));
  if (isMap && width < 800) fresh.layout.height = Math.min(fresh.layout.height ?? 440, Math.round(width * 0.5) + (width < NARROW ? 150 : 60));
  if (width < NARROW) {
    const taller = fresh.layout.meta?.narrow_height;
    if (taller) {
      fresh.layout.height = Math.round((fresh.layout.height ?? 420) * taller);
      if (fresh.layout.yaxis) delete fresh.layout.yaxis.scaleanchor;
    }
    const room = fresh.layout.meta?.narrow_room;
    if (room && fresh.layout.xaxis?.range) fresh.layout.xaxis.range = fresh.layout.xaxis.range.map((v) => v * room);
    for (const trace of fresh.data) if (trace.type === "scattergeo" && trace.marker?.size === 8) trace.marker.size = 5;
    const flat = { orientation: "h", x: 0.5, xanchor: "center", y: 0, yanchor: "top", len: 0.95, lenmode: "fraction" };
    const axes = Object.keys(fresh.layout).filter((k) => /^coloraxis\d*$/.test(k)).map((k) => fresh.layout[k]);
    for (const owner of [...axes, ...fresh.data.filter((t) => t.type === "heatmap")]) {
      if (owner.showscale === false) continue;
      owner.colorbar = { ...owner.colorbar, ...flat, title: { ...owner.colorbar?.title, side: "top" } };
      if (owner.colorbar.title.text) owner.colorbar.title.text = owner.colorbar.title.text.replaceAll("<br>", " ");
    }
  }
  return fresh;
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

// ---------------------------------------------------------------- texts and tables

// Plain text with blank-line paragraphs, "- " lists and **bold**: built as nodes, never parsed as HTML.
function prose(text) {
  const inline = (line) => line.split(/\*\*(.+?)\*\*/).map((part, i) => (i % 2 ? make("strong", {}, part) : part));
  return text.split(/\n\s*\n/).filter((b) => b.trim()).map((block) => {
    const lines = block.trim().split("\n");
    if (lines.every((l) => /^(  )?- /.test(l))) {
      const list = make("ul", {});
      for (const line of lines) {
        const item = make("li", {}, ...inline(line.replace(/^ *- /, "")));
        if (line.startsWith("  ") && list.lastElementChild) {
          const last = list.lastElementChild;
          if (last.lastElementChild?.tagName !== "UL") last.append(make("ul", {}));
          last.lastElementChild.append(item);
        } else list.append(item);
      }
      return list;
    }
    return make("p", {}, ...lines.flatMap((l, i) => (i ? [make("br"), ...inline(l)] : inline(l))));
  });
}

function cellText(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

function compare(a, b) {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1; // missing last
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

function tableView(title) {
  const el = make("div", { class: "cdx-table", hidden: true });
  let data = null;
  let order = null; // [column, direction]
  const draw = () => {
    if (!data || el.hidden) return;
    const rows = [...data.rows];
    if (order && order[0] < data.columns.length) {
      const [column, direction] = order;
      rows.sort((a, b) => {
        const d = compare(a[column], b[column]);
        return a[column] === null || b[column] === null ? d : direction * d;
      });
    }
    const numeric = data.columns.map((_, i) => rows.length > 0 && rows.every((r) => r[i] === null || typeof r[i] === "number"));
    const head = make("tr", {}, ...data.columns.map((name, i) => {
      const sorted = order?.[0] === i ? (order[1] > 0 ? "ascending" : "descending") : "none";
      const button = make("button", { type: "button", onclick: () => {
        order = [i, sorted === "ascending" ? -1 : 1];
        draw();
        el.querySelectorAll("th button")[i].focus();
      } }, name, make("span", { "aria-hidden": "true" }, sorted === "ascending" ? " ▲" : sorted === "descending" ? " ▼" : " ↕"));
      return make("th", { scope: "col", "aria-sort": sorted }, button);
    }));
    const body = rows.map((row) =>
      make("tr", {}, ...row.map((v, i) =>
        i === 0 ? make("th", { scope: "row" }, cellText(v)) : make("td", { class: numeric[i] ? "cdx-number" : null }, cellText(v)))),
    );
    const n = data.total.toLocaleString("en");
    const size = data.total === data.shown ? `${n} ${data.total === 1 ? "row" : "rows"}`
      : `first ${data.shown} of ${n} rows, sorting works on these; the CSV file has all`;
    const scroller = make("div", { class: "cdx-scroll", role: "region", tabindex: "0", "aria-label": `Table: ${title}` },
      make("table", {}, make("caption", {}, `${title} (${size})`), make("thead", {}, head), make("tbody", {}, ...body)));
    const before = el.firstElementChild;
    const [top, left] = [before?.scrollTop ?? 0, before?.scrollLeft ?? 0];
    el.replaceChildren(scroller);
    scroller.scrollTop = top;
    scroller.scrollLeft = left;
  };
  return {
    el,
    update: (table) => {
      data = table;
      draw();
    },
    toggle: () => {
      el.hidden = !el.hidden;
      draw();
      return !el.hidden;
    },
  };
}

function save(text, name) {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

async function copy(text, place) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "cdx-hidden", "aria-hidden": "true" });
    area.value = text;
    place.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("the browser does not allow copying");
  }
}

function citationText(spec, sources) {
  const lines = [`${spec.title} ${spec.cite}`];
  for (const s of sources) lines.push(`Data (${s.name}): ${s.citation}`);
  const bibtex = [...new Set(sources.map((s) => s.bibtex).filter(Boolean))];
  return [lines.join("\n"), ...bibtex].join("\n\n") + "\n";
}

// ---------------------------------------------------------------- the exhibit

export function mount(root, spec, backend) {
  const id = `cdx${++counter}-${spec.name}`;
  const status = make("p", { class: "cdx-status", role: "status" });
  const plot = make("div", { class: "cdx-plot", role: "img", "aria-label": spec.title });
  const takeaway = make("p", { class: "cdx-takeaway", "aria-live": "polite", "aria-atomic": "true" });
  const caveat = make("p", { class: "cdx-caveat", hidden: true });
  const detail = make("div", { class: "cdx-detail", hidden: true });
  const sources = make("p", { class: "cdx-sources", hidden: true });
  const table = tableView(spec.title);
  const changedBy = {};
  const controls = spec.controls.map((c) => {
    const built = builders[c.kind](c, `${id}-${c.name}`, (wait = 0) => {
      clearTimeout(changedBy[c.name]);
      if (wait) changedBy[c.name] = setTimeout(request, wait);
      else request();
    });
    built.el.dataset.control = c.name;
    return { name: c.name, ...built };
  });
  const getValues = () => Object.fromEntries(controls.map((c) => [c.name, c.get()]));
  const setValues = (values) => controls.forEach((c) => c.name in values && c.set(values[c.name]));

  let opening = null; // the values it opened with
  let current = null; // what is shown: {values, payload}
  let asked = 0;
  let busy = false;
  let wanted = false;
  let height = 0;
  let gone = false;

  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };

  function texts(payload) {
    takeaway.textContent = payload.takeaway;
    caveat.textContent = payload.caveat ? `What this cannot show: ${payload.caveat}` : "";
    caveat.hidden = !payload.caveat;
    sources.textContent = payload.sources.length ? `Sources: ${payload.sources.map((s) => `${s.title} (${s.name}, as of ${s.as_of})`).join("; ")}.` : "";
    sources.hidden = !payload.sources.length;
    const links = payload.links.filter(([, url]) => /^https?:\/\//.test(url))
      .map(([text, url]) => make("li", {}, make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text)));
    detail.replaceChildren(...prose(payload.detail), ...(links.length ? [make("ul", {}, ...links)] : []));
    detail.hidden = !detail.hasChildNodes();
    plot.setAttribute("aria-label", payload.alt);
    el.classList.toggle("cdx-error", Boolean(payload.error));
    table.update(payload.table);
  }

  async function draw() {
    if (!current || gone || !plot.clientWidth) return; // not on the page yet: the observer below calls again
    const payload = current.payload;
    const Plotly = await backend.library();
    const assets = noBaseMaps();
    for (const name of shapesOf(payload.figure)) assets[name] ??= await backend.geometry(name);
    if (gone || payload !== current.payload) return; // something newer is on its way
    const figure = dressed(payload.figure, isDark(el), plot.clientWidth);
    // The place never shrinks while the reader moves a control, so the page does not jump.
    figure.layout.height ??= 420;
    height = Math.max(height, figure.layout.height);
    plot.style.minHeight = `${height}px`;
    await Plotly.react(plot, figure.data, figure.layout, { displayModeBar: false, responsive: false, typesetMath: false, scrollZoom: false, showTips: false });
    plot.dataset.seq = asked;
  }

  async function show(answer, done = "") {
    current = answer;
    texts(answer.payload);
    try {
      await draw();
      say(done);
    } catch (error) {
      say(`The figure could not be drawn (${error.message}). The table and the sentence below are complete.`);
    }
  }

  // Latest wins: one question at a time; while it is out only the newest values are kept.
  async function request() {
    if (busy) {
      wanted = true;
      return;
    }
    busy = true;
    const seq = ++asked;
    const slow = setTimeout(() => say("The kernel does not answer. Run this cell again."), SLOW);
    try {
      const answer = await (opening ? backend.view(getValues()) : backend.open());
      if (gone) return;
      if (!opening) {
        opening = answer.values;
        setValues(opening);
        fields.disabled = false;
      }
      if (seq === asked) {
        if (answer.said) setValues(answer.values); // a page without a kernel shows the nearest state that it holds
        await show(answer, answer.said);
      }
    } catch (error) {
      say(`No answer for this selection (${error.message}).`);
    } finally {
      clearTimeout(slow);
      busy = false;
    }
    if (wanted) {
      wanted = false;
      request();
    }
  }

  const showTable = make("button", { type: "button", "aria-expanded": "false", onclick: () => {
    showTable.setAttribute("aria-expanded", String(table.toggle()));
  } }, "Table");
  const download = make("button", { type: "button", onclick: async () => {
    try {
      save(await backend.csv(current.values), `${spec.name}.csv`);
      say(`Saved ${spec.name}.csv`);
    } catch (error) {
      say(`The file could not be made (${error.message}).`);
    }
  } }, "Download CSV");
  const copyButton = make("button", { type: "button", onclick: async () => {
    try {
      await copy(citationText(spec, current.payload.sources), el);
      say("Copied");
      copyButton.focus();
    } catch (error) {
      say(`Not copied: ${error.message}.`);
    }
  } }, "Copy citation");
  const reset = make("button", { type: "button", onclick: () => {
    Object.values(changedBy).forEach(clearTimeout);
    height = 0;
    setValues(opening);
    request();
  } }, "Reset");

  const fields = make("fieldset", { class: "cdx-all", disabled: true }, make("legend", { class: "cdx-hidden" }, `Controls: ${spec.title}`),
    make("div", { class: "cdx-controls" }, ...controls.map((c) => c.el)),
    backend.note ? make("p", { class: "cdx-help" }, backend.note) : null);
  const buttons = make("div", { class: "cdx-buttons" }, showTable, download, copyButton, reset);
  const form = make("form", { autocomplete: "off", onsubmit: (event) => event.preventDefault() }, controls.length ? fields : null);
  const el = make("div", { class: "cdx cdx-first", role: "group", "aria-labelledby": `${id}-title`, [OWN_KEYS]: "true" },
    make("p", { class: "cdx-title", id: `${id}-title` }, spec.title),
    form, make("div", { class: "cdx-stage" }, plot, status), takeaway, caveat, detail, buttons, table.el, sources);
  root.append(el);
  el.addEventListener("pointerdown", (event) => {
    for (const open of el.querySelectorAll("details[open]")) if (!open.contains(event.target)) open.open = false;
  });

  let width = 0;
  const sized = new ResizeObserver(() => {
    const now = plot.clientWidth;
    if (!now || now === width) return;
    const redraw = !plot.data || Math.min(now, width) < 800; // sizes below this depend on the width
    width = now;
    height = 0;
    if (redraw && plot.data) window.Plotly?.purge(plot); // plotly.js keeps margins of the form before
    if (redraw) draw().catch(() => {});
    else window.Plotly?.Plots.resize(plot);
  });
  sized.observe(plot);
  let dark = null;
  const restyle = () => {
    const now = isDark(el);
    if (dark !== null && dark !== now) draw().catch(() => {});
    dark = now;
  };
  const themed = new MutationObserver(() => setTimeout(restyle, 100));
  for (const node of [document.documentElement, document.body]) {
    themed.observe(node, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "data-theme", "data-mode", "class"] });
  }
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", restyle);
  const endPush = backend.onPush?.((answer) => {
    setValues(answer.values);
    asked += 1; // an answer still on its way is older than this
    show(answer);
  });

  say("Loading the exhibit …");
  request();
  restyle();

  return () => {
    gone = true;
    sized.disconnect();
    themed.disconnect();
    scheme.removeEventListener("change", restyle);
    endPush?.();
    if (plot.data) window.Plotly?.purge(plot);
    el.remove();
  };
}
