// What of a chapter's opening needs a script: the switch for patterns, and jumps to sections.
// The opening itself is HTML, so that JupyterLab follows its links; this finds it on the page and shows nothing of its own.

const PATTERNS = "cyberdip-patterns"; // in localStorage, and the window's event that tells all cards

const stored = () => {
  try {
    return localStorage.getItem(PATTERNS) === "on";
  } catch {
    return false; // a page that may store nothing has them off
  }
};

function patterns(root) {
  const label = root.querySelector(".cdo-patterns");
  const box = label?.querySelector("input");
  if (!box) return () => {};
  const tell = () => (box.checked = stored());
  const flip = () => {
    try {
      localStorage.setItem(PATTERNS, box.checked ? "on" : "off");
    } catch {
      box.checked = false;
    }
    window.dispatchEvent(new Event(PATTERNS));
  };
  box.setAttribute("data-lm-suppress-shortcuts", "true");
  label.hidden = false;
  tell();
  box.addEventListener("change", flip);
  window.addEventListener(PATTERNS, tell);
  window.addEventListener("storage", tell);
  return () => {
    label.hidden = true;
    box.removeEventListener("change", flip);
    window.removeEventListener(PATTERNS, tell);
    window.removeEventListener("storage", tell);
  };
}

// JupyterLab marks headings with data-jupyter-id and leaves a link to them without effect.
function jumps(root) {
  const go = (event) => {
    const link = event.target.closest(".cdo-jumps a");
    if (!link) return;
    const wanted = decodeURIComponent(link.hash.slice(1));
    const book = root.closest(".jp-Notebook") ?? document;
    const heading = [...book.querySelectorAll("[data-jupyter-id], h2[id]")].find((h) => (h.dataset.jupyterId ?? h.id) === wanted);
    if (!heading) return;
    event.preventDefault();
    heading.scrollIntoView({ block: "start" });
    heading.setAttribute("tabindex", "-1");
    heading.focus({ preventScroll: true });
  };
  root.addEventListener("click", go);
  return () => root.removeEventListener("click", go);
}

export default {
  render({ model, el }) {
    const mark = document.createElement("style");
    mark.className = "cyberdip-opening-live";
    mark.textContent = ".jp-OutputArea-child:has(.cyberdip-opening-live) { display: none !important; }";
    el.append(mark);
    let ends = [];
    let tries = 0;
    const find = () => {
      const root = document.querySelector(`[data-cyberdip-opening="${CSS.escape(model.get("still"))}"]`);
      if (root) ends = [patterns(root), jumps(root)];
      else if ((tries += 1) < 50) waiting = setTimeout(find, 100);
    };
    let waiting = setTimeout(find, 0);
    return () => {
      clearTimeout(waiting);
      for (const end of ends) end();
    };
  },
};
