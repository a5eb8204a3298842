// How a card lives in a notebook: the only file that each widget carries.
// It asks the kernel once a page for the shared files (the card's code and style, plotly.js, map shapes) and keeps them for
// every other card on the page. All views of one widget share one connection, so that each shows what the others show.
const page = (window.cyberdip ??= { assets: new Map() });

const NEAR = 8; // states that the page remembers of a card
const NEAR_BYTES = 300000; // of one such state
const IDLE = 150; // ms without a move before the page asks for more
const START = 8000; // ms in which the card's own code should have come

const parse = (buffer) => JSON.parse(new TextDecoder().decode(buffer));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const address = (blob) => URL.createObjectURL(new Blob([blob], { type: "text/javascript" }));

// The values beside the one that a reader has just moved a control to: further on first, then back.
function beside(control, from, to) {
  const point = (v) => Number((control.lo + Math.round((v - control.lo) / control.step) * control.step).toFixed(10));
  const around = (v, was) => {
    const way = (Math.sign(v - was) || 1) * control.step;
    return [v + way, v - way].filter((w) => w >= control.lo - 1e-9 && w <= control.hi + 1e-9).map(point);
  };
  if (control.kind === "choice") {
    const at = (v) => control.options.findIndex((o) => o.value === v);
    const way = Math.sign(at(to) - at(from)) || 1;
    return [at(to) + way, at(to) - way].filter((i) => control.options[i]).map((i) => control.options[i].value);
  }
  if (control.kind === "number") return around(to, from);
  if (control.kind !== "span") return [];
  const thumb = to[0] === from[0] ? 1 : 0;
  return around(to[thumb], from[thumb]).map((v) => to.map((w, i) => (i === thumb ? v : w))).filter(([a, b]) => a <= b);
}

// Questions to the kernel and its answers; what nobody here asked for goes to all views.
function wire(model) {
  const me = crypto.randomUUID?.() ?? String(Math.random());
  const waiting = new Map();
  const views = new Set();
  let count = 0;
  const tell = (answer, but = null) => views.forEach((view) => view !== but && view(answer));
  const receive = (message, buffers) => {
    const id = message.id ?? message.for;
    if (waiting.has(id)) {
      waiting.get(id)({ message, buffers });
      waiting.delete(id);
    } else if (["push", "view"].includes(message.kind) && !String(id).startsWith(me)) {
      tell({ values: message.values, payload: parse(buffers[0]) });
    }
  };
  const send = (kind, more = {}) => {
    const id = `${me}-${++count}`;
    model.send({ kind, id, ...more });
    return id;
  };
  const ask = (kind, more) => new Promise((resolve) => waiting.set(send(kind, more), resolve));
  model.on("msg:custom", receive);
  return { views, tell, send, ask, end: () => model.off("msg:custom", receive) };
}

// One request a page and file. A kernel that dies before it answers must not block the others.
function assetsOf(spec, ask) {
  const asset = (name, use) => {
    const key = `${name}@${spec().assets[name]}`;
    if (!page.assets.has(key)) {
      const forget = setTimeout(() => page.assets.delete(key), 10000);
      const promise = ask("asset", { name }).then(async ({ buffers }) => {
        clearTimeout(forget);
        const unzipped = new Blob([buffers[0]]).stream().pipeThrough(new DecompressionStream("gzip"));
        const made = await use(await new Response(unzipped).blob());
        page.assets.set(key, promise);
        return made;
      });
      promise.catch(() => page.assets.delete(key));
      page.assets.set(key, promise);
    }
    return page.assets.get(key);
  };
  const add = (tag, content) => document.head.appendChild(Object.assign(document.createElement(tag), content));
  const script = (blob) => new Promise((resolve, reject) => {
    const src = address(blob);
    add("script", { src, onload: resolve, onerror: () => reject(new Error("plotly.js did not load")) });
  }).then(() => window.Plotly ?? window.moduleName);
  const module = (blob) => import(address(blob));
  return {
    library: () => window.Plotly ?? asset("plotly.min.js", script),
    geometry: (name) => asset(`${name}.geojson`, async (blob) => JSON.parse(await blob.text())),
    code: async () =>
      (await Promise.all([asset("card.js", module), asset("card.css", async (blob) => add("style", { textContent: await blob.text() }))]))[0],
  };
}

// States that need no question. When the reader has stopped, those beside the one shown are asked for, so that the next
// move need not wait for the kernel, which may be far away (docs/decisions/0004). The kernel declines what takes it long.
function memory(spec, ask) {
  const near = new Map();
  let last = null;
  let pause;
  const remember = (values, payload, bytes = 0) => {
    if (bytes > NEAR_BYTES || payload.error) return;
    const key = JSON.stringify(values);
    near.delete(key);
    near.set(key, payload);
    if (near.size > NEAR) near.delete(near.keys().next().value);
  };
  const lookAhead = (values) => {
    clearTimeout(pause);
    const before = last;
    last = values;
    const moved = before ? spec().controls.filter((c) => !same(values[c.name], before[c.name])) : [];
    if (moved.length !== 1) return;
    const [{ name }] = moved;
    pause = setTimeout(async () => {
      for (const next of beside(moved[0], before[name], values[name])) {
        const wanted = { ...values, [name]: next };
        if (near.has(JSON.stringify(wanted))) continue;
        const { buffers } = await ask("ahead", { values: wanted });
        if (!buffers.length) return;
        remember(wanted, parse(buffers[0]), buffers[0].byteLength);
        if (last !== values) return; // the reader has moved on
      }
    }, IDLE);
  };
  const at = (values) => same(last, values) || (last = values);
  return { get: (values) => near.get(JSON.stringify(values)), remember, lookAhead, at, end: () => clearTimeout(pause) };
}

function kernel(model) {
  const spec = () => model.get("_spec");
  const { views, tell, send, ask, end } = wire(model);
  const near = memory(spec, ask);
  const { code, ...assets } = assetsOf(spec, ask);
  const state = async (kind, more) => {
    const { message, buffers } = await ask(kind, more);
    const answer = { values: message.values, payload: parse(buffers[0]) };
    if (message.keep) {
      const asked = more?.values ?? message.values;
      near.remember(asked, answer.payload, buffers[0].byteLength);
      near.lookAhead(asked);
    }
    return answer;
  };
  const view = async (values) => {
    const payload = near.get(values);
    if (!payload) return state("view", { values });
    send("moved", { values });
    near.remember(values, payload);
    near.lookAhead(values);
    return { values, payload };
  };
  const backend = () => {
    let mine = null; // this view's own listener: it hears of what others did
    return {
      ...assets,
      open: () => state("open"),
      view: async (values) => {
        const answer = await view(values);
        tell(answer, mine);
        return answer;
      },
      csv: async (values) => new TextDecoder().decode((await ask("csv", { values })).buffers[0]),
      onPush: (listener) => {
        views.add((mine = listener));
        return () => views.delete(listener);
      },
    };
  };
  views.add((answer) => near.at(answer.values));
  const style = document.createElement("style");
  const alive = () => { // the static form of this card, for where nothing runs, is not needed where this runs
    const still = `.cdx-static[data-cdx="${CSS.escape(spec().id)}"]`;
    style.textContent = `${still}, .jp-OutputArea-child:has(${still}) { display: none !important; }`;
    document.head.append(style);
  };
  return { code, alive, backend, close: () => (near.end(), end(), style.remove()) };
}

export default () => {
  let shared = null;
  return {
    initialize({ model }) {
      shared = kernel(model);
      return () => shared.close();
    },
    render({ model, el }) {
      let unmount = () => {};
      let gone = false;
      const note = Object.assign(document.createElement("p"), { role: "status" });
      const tell = (text) => el.append(Object.assign(note, { textContent: text }));
      const late = setTimeout(() => tell("The kernel does not answer. Run this cell again."), START);
      const end = () => clearTimeout(late);
      const start = (code) => {
        note.remove();
        if (gone) return;
        shared.alive();
        unmount = code.mount(el, model.get("_spec"), shared.backend());
      };
      shared.code().then(start, (error) => tell(`This exhibit could not start (${error.message}).`)).finally(end);
      return () => ((gone = true), end(), unmount());
    },
  };
};
