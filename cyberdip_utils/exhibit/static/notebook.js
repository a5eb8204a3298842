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

async function unzip(buffer) {
  const stream = new Blob([buffer]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).blob();
}

// The values beside the one that a reader has just moved a control to: further on first, then back.
function beside(control, from, to) {
  const point = (v) => Number((control.lo + Math.round((v - control.lo) / control.step) * control.step).toFixed(10));
  const inside = (v) => v >= control.lo - 1e-9 && v <= control.hi + 1e-9;
  if (control.kind === "choice") {
    const at = (v) => control.options.findIndex((o) => o.value === v);
    const way = Math.sign(at(to) - at(from)) || 1;
    return [at(to) + way, at(to) - way].filter((i) => control.options[i]).map((i) => control.options[i].value);
  }
  if (control.kind === "number") {
    const way = (Math.sign(to - from) || 1) * control.step;
    return [to + way, to - way].filter(inside).map(point);
  }
  if (control.kind === "span") {
    const thumb = to[0] === from[0] ? 1 : 0;
    const way = (Math.sign(to[thumb] - from[thumb]) || 1) * control.step;
    return [to[thumb] + way, to[thumb] - way].filter(inside).map((v) => to.map((w, i) => (i === thumb ? point(v) : w)))
      .filter(([a, b]) => a <= b);
  }
  return [];
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
  model.on("msg:custom", receive);
  const send = (kind, more = {}) => {
    const id = `${me}-${++count}`;
    model.send({ kind, id, ...more });
    return id;
  };
  return { views, tell, send, ask: (kind, more) => new Promise((resolve) => waiting.set(send(kind, more), resolve)), end: () => model.off("msg:custom", receive) };
}

// One request a page and file. A kernel that dies before it answers must not block the others.
function assetsOf(spec, ask) {
  const asset = (name, use) => {
    const key = `${name}@${spec().assets[name]}`;
    if (!page.assets.has(key)) {
      const forget = setTimeout(() => page.assets.delete(key), 10000);
      const promise = ask("asset", { name }).then(async ({ buffers }) => {
        clearTimeout(forget);
        const made = await use(await unzip(buffers[0]));
        page.assets.set(key, promise);
        return made;
      });
      promise.catch(() => page.assets.delete(key));
      page.assets.set(key, promise);
    }
    return page.assets.get(key);
  };
  const script = async (blob) => {
    const node = document.createElement("script");
    node.src = URL.createObjectURL(new Blob([blob], { type: "text/javascript" }));
    await new Promise((resolve, reject) => {
      node.onload = resolve;
      node.onerror = () => reject(new Error("plotly.js did not load"));
      document.head.append(node);
    });
    URL.revokeObjectURL(node.src);
    return window.Plotly ?? window.moduleName;
  };
  const style = async (blob) => {
    const node = document.createElement("style");
    node.textContent = await blob.text();
    document.head.append(node);
  };
  const module = async (blob) => {
    const url = URL.createObjectURL(new Blob([blob], { type: "text/javascript" }));
    return import(url).finally(() => URL.revokeObjectURL(url));
  };
  return {
    library: () => window.Plotly ?? asset("plotly.min.js", script),
    geometry: (name) => asset(`${name}.geojson`, async (blob) => JSON.parse(await blob.text())),
    code: async () => (await Promise.all([asset("card.js", module), asset("card.css", style)]))[0],
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
  return { get: (values) => near.get(JSON.stringify(values)), remember, lookAhead, at: (values) => same(last, values) || (last = values), end: () => clearTimeout(pause) };
}

function kernel(model) {
  const spec = () => model.get("_spec");
  const { views, tell, send, ask, end } = wire(model);
  const near = memory(spec, ask);
  const assets = assetsOf(spec, ask);
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
  views.add((answer) => near.at(answer.values));
  // The static form of this card, for where nothing runs, is not needed where this runs.
  const hidden = document.createElement("style");
  const alive = () => {
    const still = `.cdx-static[data-cdx="${CSS.escape(spec().id)}"]`;
    hidden.textContent = `${still}, .jp-OutputArea-child:has(${still}) { display: none !important; }`;
    document.head.append(hidden);
  };

  return {
    code: assets.code,
    alive,
    end: () => {
      near.end();
      end();
      hidden.remove();
    },
    backend: () => {
      let mine = null;
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
          mine = listener;
          views.add(mine);
          return () => views.delete(mine);
        },
      };
    },
  };
}

export default () => {
  let shared = null;
  return {
    initialize({ model }) {
      shared = kernel(model);
      return () => shared.end();
    },
    render({ model, el }) {
      let unmount = () => {};
      let gone = false;
      const note = document.createElement("p");
      note.setAttribute("role", "status");
      const tell = (text) => {
        note.textContent = text;
        el.append(note);
      };
      const late = setTimeout(() => tell("The kernel does not answer. Run this cell again."), START);
      shared.code().then((code) => {
        note.remove();
        if (gone) return;
        shared.alive();
        unmount = code.mount(el, model.get("_spec"), shared.backend());
      }, (error) => tell(`This exhibit could not start (${error.message}).`)).finally(() => clearTimeout(late));
      return () => {
        gone = true;
        clearTimeout(late);
        unmount();
      };
    },
  };
};
