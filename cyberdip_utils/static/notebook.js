// How an exhibit lives in a notebook: the only file each widget carries.
// It asks the kernel once per page for the shared files (the exhibit's code and style, plotly.js,
// map shapes) and keeps them for every other exhibit on the page.
const page = (window.cyberdip ??= { assets: new Map() });

async function unzip(buffer) {
  const stream = new Blob([buffer]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).blob();
}

function kernel(model) {
  const waiting = new Map();
  const me = crypto.randomUUID?.() ?? String(Math.random());
  let count = 0;
  const listeners = new Set();
  const receive = (message, buffers) => {
    if (message.kind === "push") {
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
  const state = async (kind, more) => {
    const { message, buffers } = await ask(kind, more);
    return { values: message.values, payload: parse(buffers[0]) };
  };

  return {
    open: () => state("open"),
    view: (values) => state("view", { values }),
    csv: async (values) => new TextDecoder().decode((await ask("csv", { values })).buffers[0]),
    onPush: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    close: () => model.off("msg:custom", receive),
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
