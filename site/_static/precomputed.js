// A backend without a kernel, for cards of both forms: the states that cyberdip_utils/exhibit/export.py made beforehand.
//   index      what export.py wrote: spec, core, open, places, sources, held, total
//   chunk(i)   -> promise of {pool, states}, one of its chunks
//   opening    values with which this card opens, where they are not those of the exhibit
//   library, geometry, link    as a card asks for them

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// A payload with its shared parts put back.
function whole(node, pool) {
  if (Array.isArray(node)) return node.map((v) => whole(v, pool));
  if (node === null || typeof node !== "object") return node;
  if ("$" in node && Object.keys(node).length === 1) return whole(pool[node.$], pool);
  return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, whole(v, pool)]));
}

export function precomputed(index, { library, geometry, chunk, link, opening = {} }) {
  const names = index.spec.controls.map((c) => c.name);
  const first = index.open.values;
  const start = { ...first, ...opening };
  const key = (values) => JSON.stringify(names.map((n) => values[n]));
  const label = (name) => index.spec.controls.find((c) => c.name === name).label;
  let last = start;
  let push = null; // the card's function that takes a state it has not asked for
  let ready;
  const opened = new Promise((done) => (ready = done));

  async function find(values) {
    let payload = index.open.payload;
    if (key(values) !== key(first)) {
      const [part, i] = index.places[key(values)];
      const { pool, states } = await chunk(part);
      payload = whole(states[i], pool);
    }
    return { ...payload, sources: payload.sources.map((n) => index.sources[n]) };
  }
  const held = (values) => key(values) === key(first) || key(values) in index.places;

  // A page may hold some combinations only. What the reader moved last stays; the rest goes back to its start, as little as will do.
  function nearest(values) {
    if (held(values)) return values;
    const moved = names.filter((n) => !same(values[n], last[n]));
    const stay = moved.length ? moved : names.slice(0, 1);
    const core = Object.fromEntries(names.map((n) => [n, stay.includes(n) || index.core.includes(n) ? values[n] : first[n]]));
    if (held(core)) return core;
    const fewer = { ...core };
    for (const n of [...names].reverse()) {
      if (stay.includes(n)) continue;
      fewer[n] = first[n];
      if (held(fewer)) return fewer;
    }
    const alone = { ...first, [stay.at(-1)]: values[stay.at(-1)] };
    return held(alone) ? alone : first;
  }

  async function view(values) {
    const found = nearest(values);
    const back = names.filter((n) => !same(found[n], values[n])).map(label);
    const payload = await find(found);
    last = found;
    return { values: found, payload, said: back.length ? `Back at the start, because this page does not hold that combination: ${back.join(", ")}.` : "" };
  }

  return {
    note: index.held < index.total
      ? `This page holds ${index.held.toLocaleString("en")} combinations of these controls; the notebook has them all.` : "",
    open: async () => {
      const payload = await find(start);
      setTimeout(ready); // once the card has taken it
      return { values: start, payload };
    },
    view,
    csv: async (values) => {
      const payload = await find(values);
      return index.spec.form === 2 ? plainCsv(payload, index.csv) : headedCsv(index.spec, payload);
    },
    onPush: (take) => {
      push = take;
      return () => (push = null);
    },
    // The state that an address names; where it names none, the one with which the card opened.
    go: async (values) => {
      await opened;
      const wanted = Object.keys(values).length ? { ...first, ...values } : start;
      if (push && !same(wanted, last)) push(await view(wanted));
    },
    library,
    geometry,
    link,
  };
}

// ---------------------------------------------------------------- addresses: #exhibit?control=value&control=value

// The address of a state on this page; it names every control, so that it lasts when an opening state changes.
export function address(name, values) {
  const given = new URLSearchParams(Object.entries(values)).toString();
  return `${location.href.split("#")[0]}#${name}${given && "?"}${given}`;
}

// The exhibit and the values that an address names, as text: {name, given}.
export function addressed(hash) {
  const [name, ...rest] = hash.replace(/^#/, "").split("?");
  return { name: decodeURIComponent(name), given: Object.fromEntries(new URLSearchParams(rest.join("?"))) };
}

// Values of controls from their text; what a control does not offer is left out.
export function read(spec, given) {
  const values = {};
  for (const c of spec.controls) {
    if (!(c.name in given)) continue;
    const text = given[c.name];
    if (c.kind === "choice") {
      const option = c.options.find((o) => String(o.value) === text) ?? c.options.find((o) => o.label === text);
      if (option) values[c.name] = option.value;
    } else if (c.kind === "switch" && ["true", "false"].includes(text)) values[c.name] = text === "true";
    else if (c.kind === "number" && text.trim() && Number.isFinite(Number(text))) {
      const steps = Math.round((Math.min(c.hi, Math.max(c.lo, Number(text))) - c.lo) / c.step);
      values[c.name] = Number((c.lo + steps * c.step).toPrecision(12));
    }
  }
  return values;
}

// ---------------------------------------------------------------- CSV files

const cell = (v) => {
  if (v === null) return "";
  const text = v === true ? "True" : v === false ? "False" : String(v);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const lines = (rows) => rows.map((r) => `${r.map(cell).join(",")}\n`).join("");

// The same file as Exhibit.csv in Python, from what the page has: the rows of the table that it shows.
function plainCsv({ table: { columns, rows, total, shown }, selection }, [before, after]) {
  const cut = shown < total ? `; the first ${shown} of ${total} rows, the notebook saves them all` : "";
  const origin = before + (selection && `; ${selection}`) + after + cut;
  return lines([[...columns, "Source and settings"], ...rows.map((r) => [...r, origin])]);
}

// The first edition's file: what it shows and its sources in lines that begin with #, then the rows.
function headedCsv(spec, payload) {
  const head = [spec.title, `Selection: ${payload.selection || "all"}`, payload.takeaway];
  if (payload.caveat) head.push(`What this cannot show: ${payload.caveat}`);
  for (const s of payload.sources) {
    head.push(`Source (${s.name}, as of ${s.as_of}): ${s.citation}`, `Licence (${s.name}): ${s.licence}`);
  }
  const { columns, rows, total, shown } = payload.table;
  if (shown < total) head.push(`The first ${shown} of ${total} rows; the notebook saves them all`);
  head.push(`Cyber Diplomacy Handbook, exhibit ${spec.name}; saved ${new Date().toLocaleDateString("sv")}`);
  return head.map((l) => `# ${l.trim().split(/\s+/).join(" ")}\n`).join("") + lines([columns, ...rows]);
}
