// Slides: arrows, Page Up and Down, Home and End move; a key pressed inside an exhibit belongs to the exhibit.
const all = [...document.querySelectorAll("section")];
const place = document.getElementById("place");
let at = 0;

function show(i, focus = true) {
  at = Math.max(0, Math.min(all.length - 1, i));
  all.forEach((s, k) => (s.hidden = k !== at));
  place.textContent = `${at + 1} of ${all.length}`;
  history.replaceState(null, "", `#${at + 1}`);
  if (focus) all[at].focus({ preventScroll: true });
  scrollTo(0, 0);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, .cdx-scroll, details[open]")) return;
  const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
  if (step) show(at + step);
  else if (event.key === "Home") show(0);
  else if (event.key === "End") show(all.length - 1);
  else return;
  event.preventDefault();
});
document.getElementById("back").addEventListener("click", () => show(at - 1));
document.getElementById("next").addEventListener("click", () => show(at + 1));
show((Number(location.hash.slice(1)) || 1) - 1, false);
