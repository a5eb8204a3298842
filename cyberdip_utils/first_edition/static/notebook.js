// How an exhibit lives in a notebook: the only file each widget carries.
// It asks the kernel once per page for the shared files (the exhibit's code and style, plotly.js,
// map shapes) and keeps them for every other exhibit on the page.
const page = (window.cyberdip ??= { assets: new Map() });

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

const NEAR = 8; // states that the page remembers of an exhibit
const NEAR_BYTES = 300000; // of one such state
const IDLE = 150; // ms without a move before the page asks for more

function kernel(model) {
  const waiting = new Map();
  const me = crypto.randomUUID?.() ?? String(Math.random());
  let count = 0;
  const listeners = new Set();
  const receive = (message, buffers) => {
    if (message.kind === "push") {
      last = message.values;
      for (const listener of listeners) listener({ values: message.values, payload: parse(buffers[0]) });
      return;
    }
    const resolve = waiting.get(message.id);
    waiting.delete(message.id);
    resolve?.({ message, buffers });
  };
  const parse = (buffer) => JSON.parse(new TextDecoder().decode(buffer));
  const ask = (kind, more = {}) =>
    new Promise((resolve) => {
      const id = `${me}-${++count}`;
      waiting.set(id, resolve);
      model.send({ kind, id, ...more });
    });
  model.on("msg:custom", receive);

  // One request per page and file. A kernel that dies before it answers must not block the others.
  const asset = (name, use) => {
    const key = `${name}@${model.get("spec").assets[name]}`;
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
  // When the reader has stopped, the states beside the one shown are asked for, so that the next move need not wait
  // for the kernel, which may be far away (docs/decisions/0004). The kernel declines what takes it long.
  const near = new Map();
  let last = null;
  let pause;
  const remember = (values, payload, bytes = 0) => {
    if (bytes > NEAR_BYTES || payload.error) return;
    near.delete(JSON.stringify(values));
    near.set(JSON.stringify(values), payload);
    if (near.size > NEAR) near.delete(near.keys().next().value);
  };
  const lookAhead = (values) => {
    clearTimeout(pause);
    const before = last;
    last = values;
    if (!before) return;
    const moved = model.get("spec").controls.filter((c) => JSON.stringify(values[c.name]) !== JSON.stringify(before[c.name]));
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
  const state = async (kind, more) => {
    const { message, buffers } = await ask(kind, more);
    const payload = parse(buffers[0]);
    if (message.keep) {
      const asked = more?.values ?? message.values;
      remember(asked, payload, buffers[0].byteLength);
      lookAhead(asked);
    }
    return { values: message.values, payload };
  };
  const view = async (values) => {
    const held = near.get(JSON.stringify(values));
    if (!held) return state("view", { values });
    model.send({ kind: "moved", values });
    remember(values, held);
    lookAhead(values);
    return { values, payload: held };
  };

  return {
    open: () => state("open"),
    view,
    csv: async (values) => new TextDecoder().decode((await ask("csv", { values })).buffers[0]),
    onPush: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    close: () => {
      clearTimeout(pause);
      model.off("msg:custom", receive);
    },
    library: () =>
      window.Plotly ??
      asset("plotly.min.js", async (blob) => {
        const script = document.createElement("script");
        script.src = URL.createObjectURL(new Blob([blob], { type: "text/javascript" }));
        await new Promise((resolve, reject) => {
          script.onload = resolve;
          script.onerror = () => reject(new Error("plotly.js did not load"));
          document.head.append(script);
        });
        URL.revokeObjectURL(script.src);
        return window.Plotly ?? window.moduleName;
      }),
    geometry: (name) => asset(`${name}.geojson`, async (blob) => JSON.parse(await blob.text())),
    core: async () => {
      const [code] = await Promise.all([
        asset("exhibit.js", async (blob) => {
          const url = URL.createObjectURL(new Blob([blob], { type: "text/javascript" }));
          return import(url).finally(() => URL.revokeObjectURL(url));
        }),
        asset("exhibit.css", async (blob) => {
          const style = document.createElement("style");
          style.textContent = await blob.text();
          document.head.append(style);
        }),
      ]);
      return code;
    },
  };
}

export default {
  render({ model, el }) {
    const backend = kernel(model);
    let unmount = () => {};
    let gone = false;
    const note = document.createElement("p");
    const late = setTimeout(() => {
      note.setAttribute("role", "status");
      note.textContent = "The kernel does not answer. Run this cell again.";
      el.append(note);
    }, 8000);
    backend.core().then(
      (code) => {
        clearTimeout(late);
        note.remove();
        if (!gone) unmount = code.mount(el, model.get("spec"), backend);
      },
      (error) => {
        clearTimeout(late);
        note.textContent = `This exhibit could not start (${error.message}).`;
        el.append(note);
      },
    );
    return () => {
      gone = true;
      clearTimeout(late);
      unmount();
      backend.close();
    };
  },
};
