"""Build the handbook as a static web site, offline: python site/web_book.py [--states 400] [--out artifacts/book]

Every notebook is run cell by cell in one process; where it shows an exhibit, the page gets the opening picture, sentence
and table, and the exhibit's states as compressed files that _static/page.js reads. Sphinx (MyST-NB) makes the pages, with
warnings as errors. Nothing on the site points to another server except links that a reader chooses to follow.
The opening pictures are drawn by a Chromium (CYBERDIP_CHROMIUM names one); --no-pictures leaves them out.
"""

import argparse
import hashlib
import html
import importlib
import inspect
import json
import os
import re
import shutil
import sys
import tomllib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from urllib.parse import quote

import nbformat
import orjson

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "browser")]
ROWS = 30  # of an exhibit's table without JavaScript
WIDTH = 860  # of an opening picture, in CSS pixels
FIRST_STATES = 160  # combinations that a page holds of an exhibit of the first edition


# ---------------------------------------------------------------- addresses


def addresses():
    """The links made from site/address.toml: repository, Binder, nbgitpuller."""
    a = tomllib.loads((HERE / "address.toml").read_text(encoding="utf-8"))
    return a | {"repository": f"{a['host']}/{a['owner']}/{a['name']}"}


def binder(notebook="notebooks/00_start_here.ipynb"):
    """The address that opens a notebook on Binder."""
    a = addresses()
    path = quote(f"lab/tree/{notebook}", safe="")
    return f"{a['binder']}/v2/gh/{a['owner']}/{a['name']}/{a['branch']}?urlpath={path}"


def nbgitpuller(notebook="notebooks/00_start_here.ipynb"):
    """The address that brings a notebook to a class's own hub."""
    a = addresses()
    path = quote(f"lab/tree/{a['name']}/{notebook}", safe="")
    repo = quote(a["repository"], safe="")
    return f"{a['hub']}/hub/user-redirect/git-pull?repo={repo}&branch={a['branch']}&urlpath={path}"


# ---------------------------------------------------------------- what a cell shows


def e(text):
    return html.escape(str(text), quote=True)


def prose(text):
    """The HTML of a view's detail: paragraphs, lists, bold; as static/exhibit.js writes it."""

    def inline(line):
        return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", e(line))

    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.strip("\n").split("\n")
        if all(re.match(r"( {2})?- ", line) for line in lines):
            parts, deep = [], False
            for line in lines:
                if line.startswith("  ") and not deep:
                    parts.append("<ul>")
                    deep = True
                elif not line.startswith("  ") and deep:
                    parts.append("</ul></li>")
                    deep = False
                elif parts and not line.startswith("  "):
                    parts.append("</li>")
                parts.append(f"<li>{inline(line.lstrip(' -'))}" + ("</li>" if deep else ""))
            parts.append("</ul></li>" if deep else "</li>")
            blocks.append(f"<ul>{''.join(parts)}</ul>")
        elif block.strip():
            blocks.append(f"<p>{'<br>'.join(map(inline, lines))}</p>")
    return "".join(blocks)


def table_html(table, title):
    """A table payload as HTML, its first rows."""
    rows = table["rows"][:ROWS]
    more = (
        f"first {len(rows)} of {table['total']:,} rows"
        if table["total"] > len(rows)
        else f"{table['total']:,} rows"
    )
    head = "".join(f"<th scope='col'>{e(c)}</th>" for c in table["columns"])

    def cell(value):
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return e(f"{value:.4g}" if isinstance(value, float) and not value.is_integer() else value)

    body = "".join("<tr>" + "".join(f"<td>{cell(v)}</td>" for v in row) + "</tr>" for row in rows)
    return (
        f"<div class='scroller' role='region' tabindex='0' aria-label='Table: {e(title)}'><table><caption>{e(title)} ({more})</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def picture_name(exhibit, values):
    """The file of an opening picture: one a state."""
    if values == exhibit.defaults:
        return "opening.png"
    return f"opening-{hashlib.sha256(exhibit.describe(**values).encode()).hexdigest()[:8]}.png"


def height_of(figure):
    """Height of an opening picture in CSS pixels: what the figure asks for, else what the exhibit gives it."""
    layout = figure.get("layout", {})
    return layout.get("height") or max((layout.get("meta") or {}).get("tall", 0), 400)


def still_parts(exhibit, payload, values):
    """What stands above and below the picture, in either form of exhibit."""
    settings = f"<p>{e(exhibit.describe(**values))}</p>" if exhibit.controls else ""
    title = f"<p><strong>{e(exhibit.title)}</strong></p>"
    if payload.get("form") == 2:
        said = f"<p class='sentence'>{e(payload['claim'])}<span>{e(payload['rest'])}</span></p><p>{e(payload['evidence'])}</p>"
        cannot = f"<p><strong>Cannot show:</strong> {e(payload['caveat'])} {e(payload['more'])}</p>"
        return title + said + settings, cannot
    below = [
        f"<p class='sentence'>{e(payload['takeaway'])}</p>",
        f"<p>What this cannot show: {e(payload['caveat'])}</p>" if payload["caveat"] else "",
        prose(payload["detail"]) if payload["detail"] else "",
    ]
    return title + settings, "".join(below)


def still(exhibit, up, values=None):
    """The exhibit without JavaScript and in print: picture, sentence, table of the state that opens."""
    from cyberdip_utils.exhibit.export import page_values

    values = exhibit.check(values or {})
    payload = orjson.loads(exhibit.payload(**values))
    picture = (
        f"<img src='{up}_static/exhibits/{exhibit.name}/{picture_name(exhibit, values)}' width='{WIDTH}' "
        f"height='{height_of(payload['figure'])}' alt='{e(payload['alt'])}' decoding='async'>"
    )
    sources = "; ".join(f"{s['citation']} ({s['licence']})" for s in payload["sources"])
    above, below = still_parts(exhibit, payload, values)
    table = (
        f"<details><summary>Table</summary>{table_html(payload['table'], exhibit.title)}</details>"
        if payload["table"]["columns"]
        else ""
    )
    opening = ""
    if values != exhibit.defaults:
        opening = f" data-opening='{e(json.dumps(page_values(exhibit, values), ensure_ascii=False))}'"
    parts = [above, picture, below, table, f"<p>Sources: {e(sources)}</p>" if sources else ""]
    return f"<div class='exhibit-place' data-exhibit='{exhibit.name}'{opening}><div class='still'>{''.join(parts)}</div></div>"


def data_script(value):
    """JSON in a page, with nothing that could end the script element."""
    return f"<script type='application/json'>{json.dumps(value, ensure_ascii=False).replace('<', chr(92) + 'u003c')}</script>"


def stance_html(widget):
    """The stance form's place; without JavaScript the question alone."""
    spec = json.loads(widget.spec)
    names = ", ".join(name for _, name in spec["sides"])
    return (
        f"<div class='stance-place' data-debate='{e(widget._debate.number)}'>{data_script(spec)}"
        f"<p><strong>Where do you stand {e(spec['when'])} reading?</strong> {e(spec['question'])} ({e(names)}, undecided.) "
        "Write it down, with what would change your mind.</p></div>"
    )


NEEDS_KERNEL = (
    "<p class='needs-kernel'>This part needs a kernel: open the chapter on Binder or in JupyterLab.</p>"
)


def boxed(box, up, used):
    """A box of widgets: each card in it under its tab's name, and a sentence where something else in it needs a kernel."""
    titles = getattr(box, "titles", ())
    parts, other = [], False
    for i, child in enumerate(box.children):
        made = shown(child, up, used)
        if made is None or made == NEEDS_KERNEL:
            other = True
            continue
        name = titles[i] if i < len(titles) else ""
        parts.append(f"<p><strong>{e(name)}</strong></p>{made}" if name else made)
    return "".join(parts) + (NEEDS_KERNEL if other else "")


def placed(exhibit, up, used, values):
    """An exhibit's place on the page; notes the exhibit and its state in ``used``."""
    used.append((exhibit, exhibit.check(values)))
    return still(exhibit, up, values)


def shown(result, up, used):
    """The HTML of what a cell's last line gave, or None if it is an ordinary value."""
    from ipywidgets import Box, Widget

    from cyberdip_utils.exhibit import Exhibit
    from cyberdip_utils.exhibit.widget import Card
    from cyberdip_utils.first_edition.exhibit import Exhibit as FirstExhibit

    kind = type(result).__name__
    if isinstance(result, (Exhibit, FirstExhibit)):
        return placed(result, up, used, {})
    if isinstance(result, Card):
        return placed(result._exhibit, up, used, result.settings)
    if kind == "ExhibitWidget":
        return placed(result.exhibit, up, used, result.values)
    if hasattr(result, "page_html"):  # a quiz or a guess
        return result.page_html()
    if kind == "StanceWidget":
        return stance_html(result)
    if isinstance(result, Box):
        return boxed(result, up, used)
    if isinstance(result, Widget):
        bundle = result._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        text = data.get("text/plain", "")
        own = text and kind.endswith("Widget")  # ours say in text what they show, ipywidgets' their class
        return data.get("text/html") or (
            f"<div class='still'><pre>{e(text)}</pre>{NEEDS_KERNEL}</div>" if own else NEEDS_KERNEL
        )
    return None


def displayed(data, up, used):
    """What ``display`` showed: the HTML of a widget, else the data as they are; None for a card's static block."""
    from ipywidgets.widgets.widget import _instances

    view = data.get("application/vnd.jupyter.widget-view+json")
    if view:
        widget = _instances.get(view["model_id"])
        return {"text/html": shown(widget, up, used) or NEEDS_KERNEL}
    if "data-cdx=" in data.get("text/html", "")[:200]:
        return None  # the card itself follows
    return {k: v for k, v in data.items() if k in ("text/html", "text/plain")}


def quiet_shell():
    """A fresh shell, known to ``display``, that hands over the value of a cell's last line and prints nothing."""
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    hook = shell.displayhook
    for name in (
        "start_displayhook",
        "write_output_prompt",
        "write_format_data",
        "log_output",
        "finish_displayhook",
    ):
        setattr(hook, name, lambda *_: None)
    hook.compute_format_data = lambda result: ({}, {})
    return shell


def outputs_of(shell, result, got, up, used):
    """The outputs of a cell: what it printed, what it displayed, and the value of its last line."""
    outputs, bundles = [], [displayed(o.data, up, used) for o in got.outputs]
    printed = re.sub(r"\x1b\[2K\r?", "", got.stdout)  # how a terminal is cleared
    if printed:
        outputs.append(nbformat.v4.new_output("stream", name="stdout", text=printed))
    made = shown(result, up, used)
    if made is not None:
        bundles.append({"text/html": made})
    elif result is not None and not hasattr(result, "widget"):  # interact gives back its function
        data, _ = shell.display_formatter.format(result)
        bundles.append({k: v for k, v in data.items() if k in ("text/html", "text/plain")})
    return outputs + [nbformat.v4.new_output("display_data", data=d) for d in bundles if d]


def run_notebook(path, up, used, fold=True):
    """The notebook with outputs, every cell run in one fresh namespace of this process.

    Parameters
    ----------
    up : str
        The way from the page to the root of the site.
    used : list
        Takes in each exhibit shown, with the values that it opens with.
    fold : bool
        Fold all code; otherwise only what the notebook itself folds.
    """
    from IPython.utils.capture import capture_output

    book = nbformat.read(path, as_version=4)
    shell = quiet_shell()
    folder = Path.cwd()
    os.chdir(path.parent)
    try:
        for cell in book.cells:
            if cell.cell_type != "code":
                continue
            with capture_output() as got:
                done = shell.run_cell(cell.source, store_history=False)
            if not done.success:
                raise SystemExit(
                    f"{path.name}, cell {cell.id}: {done.error_in_exec or done.error_before_exec!r}"
                )
            cell.outputs = outputs_of(shell, done.result, got, up, used)
            if fold or cell.metadata.get("jupyter", {}).get("source_hidden"):
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
    finally:
        os.chdir(folder)
    return book


# ---------------------------------------------------------------- pages


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def links_line(notebook, up):
    """The line under a chapter's title."""
    return (
        "<p class='page-links'>"
        f"<a href='{e(binder(f'notebooks/{notebook}'))}'>Open in Binder</a>"
        f"<a href='{up}notebooks/{quote(notebook)}' download>Download this notebook</a>"
        f"<a href='{e(nbgitpuller(f'notebooks/{notebook}'))}'>Bring to our hub</a></p>"
    )


def everything():
    """All chapters of the handbook."""
    from cyberdip_utils.teach import chapters

    return list(chapters().values())


def kept_link(chapter, chapters):
    """A replacement for re.sub that keeps a link only if its chapter is built."""
    built = {(Path("notebooks") / c.notebook).as_posix() for c in chapters}

    def link(found):
        target = os.path.normpath((Path("notebooks") / chapter.notebook).parent / found[2])
        return found[0] if Path(target).as_posix() in built else found[1]

    return link


def chapter_pages(source, chapters, used):
    for c in chapters:
        path = ROOT / "notebooks" / c.notebook
        up = "../" * (c.notebook.count("/") + 1)
        book = run_notebook(path, up, used, fold=c.folder is None)
        title, _, rest = book.cells[0].source.partition("\n")
        rest = re.sub(r"(?m)^\*\*To run this .*\n?", "", rest).rstrip()  # a page has no toolbar
        if len(chapters) < len(everything()):  # a part of the book: links to what is left out become text
            for cell in book.cells:
                if cell.cell_type == "markdown":
                    cell.source = re.sub(
                        r"(?<!!)\[([^\]]+)\]\(([^)\s]+\.ipynb)\)", kept_link(c, chapters), cell.source
                    )
        book.cells[0].source = f"{title}\n\n{links_line(c.notebook, up)}\n{rest}"
        target = source / "notebooks" / c.notebook
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(book, target)


def glossary_page(source, chapters):
    from cyberdip_utils.glossary import terms

    lines = ["# Glossary", "", "Each term with its meaning here and the chapter that explains it.", ""]
    for key, t in sorted(terms().items(), key=lambda item: item[1]["term"].casefold()):
        where = next((c for c in chapters if c.number == t["chapter"]), None)
        link = f" [Chapter {where.number}](notebooks/{where.notebook})." if where else ""
        name = f" ({t['name']})" if t.get("name") and t["name"] != t["term"] else ""
        lines += [f"<span id='term-{key}'></span>**{t['term']}**{name}: {t['meaning']}{link}", ""]
    write(source / "glossary.md", "\n".join(lines))


def references_page(source):
    from cyberdip_utils.teach import bibliography, format_reference

    listed = sorted(format_reference(entry) for entry in bibliography().entries.values())
    items = "\n".join(f"- {plain(line)} <{address}>" for line, address in listed)
    write(source / "references.md", f"# References\n\nEvery work that a chapter cites.\n\n{items}\n")


def plain(text):
    """Text whose characters mean nothing to Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#$|~])", r"\\\1", str(text)).replace("\n", " ")


def data_pages(source):
    from cyberdip_utils.data import about, catalog, cite
    from cyberdip_utils.take_home import lines

    names = list(catalog().index)
    rows = []
    for name in names:
        a = about(name)
        rows.append(
            f"| [{name}]({name}.md) | {plain(a.title)} | {a.rows:,} | {plain(a.as_of)} | {plain(catalog().licence[name])} |"
        )
        file = table_paths()[name]
        fields = "\n".join(
            f"| `{f.column}` | {plain(f.type)} | {plain(f.description)} |" for f in a.fields.itertuples()
        )
        parts = [
            f"# {name}",
            f"{plain(a.title)}. {plain(a.description)}",
            f"<p><a href='../data/tables/{file.name}' download>Download {file.name}</a> ({file.stat().st_size / 1e6:.2f} MB, {a.rows:,} rows)</p>",
            f"**Coverage.** {plain(a.coverage)}. **As of** {plain(a.as_of)}.",
            f"**Licence.** {plain(a.licence)}",
            f"**Cite.** {plain(a.citation)}",
            "**What to know.**\n\n" + "\n".join(f"- {plain(x)}" for x in a.caveats) if a.caveats else "",
            "**Left out.**\n\n" + "\n".join(f"- {plain(x)}" for x in a.dropped) if a.dropped else "",
            f"| Column | Type | Meaning |\n|---|---|---|\n{fields}" if fields else "",
            *(
                f"**In {language}**, with the handbook's folder `data` beside:\n\n```{mark}\n{lines(name, language, Path('data'))}\n```"
                for language, mark in (("R", "r"), ("pandas", "python"))
                if fields
            ),
            f"```text\n{cite(name)}\n```",
        ]
        write(source / "data" / f"{name}.md", "\n\n".join(p for p in parts if p) + "\n")
    toc = "\n".join(names)
    write(
        source / "data" / "index.md",
        "# Data\n\nEvery table with its source, licence, traps and a download.\n\n"
        "| Table | What it holds | Rows | As of | Licence |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
        + f"\n\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n\n{toc}\n```\n",
    )


API = (
    "data take_home countries stats words claims exhibit exhibit.export figures teach glossary topics readers_record progress evidence "
    "survival rank distributions norms.agreement norms.scaling norms.diffusion norms.interrupted norms.joining "
    "sovereignty.cable_graph deterrence.models deterrence.transitions deterrence.crisis controversies.debate controversies.stance"
).split()


def docstring(text):
    """A docstring in numpy's form as Markdown: paragraphs, and each section as a list of its entries."""
    lines, out, section, i = inspect.cleandoc(text).splitlines(), [], "", 0
    while i < len(lines):
        line = lines[i]
        if i + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[i + 1].strip()) and line.strip():
            section = line.strip()
            out += ["", f"*{section}*", ""]
            i += 2
            continue
        if section and section != "Notes" and line and not line.startswith(" "):
            out.append(f"- **{plain(line)}**")
        elif section and section != "Notes" and line.strip():
            out.append(f"  {plain(line.strip())}")
        else:
            out.append(plain(line) if line.strip() else "")
        i += 1
    return "\n".join(out)


def api_pages(source):
    """A page for each room of the package: what it is for, and its public functions and classes."""
    names = []
    for name in API:
        module = importlib.import_module(f"cyberdip_utils.{name}")
        parts = [f"# cyberdip_utils.{name}", docstring(module.__doc__ or "")]
        for key, thing in vars(module).items():
            home = getattr(thing, "__module__", None) or ""
            mine = home == module.__name__ or home.startswith(f"{module.__name__}.")
            thing = inspect.unwrap(thing) if callable(thing) else thing
            if key.startswith("_") or not mine or not (inspect.isfunction(thing) or inspect.isclass(thing)):
                continue
            if not thing.__doc__:
                continue
            try:
                signature = str(inspect.signature(thing)).replace("cyberdip_utils.", "")
            except ValueError:
                signature = ""
            kind = "class " if inspect.isclass(thing) else ""
            parts += [f"## {kind}{key}", f"```python\n{key}{signature}\n```", docstring(thing.__doc__)]
        write(source / "api" / f"{name}.md", "\n\n".join(parts) + "\n")
        names.append(name)
    listed = "\n".join(f"- [cyberdip_utils.{n}]({n}.md)" for n in names)
    toc = "\n".join(names)
    write(
        source / "api" / "index.md",
        "# The package\n\nWhat the notebooks are made of. Chapters' own modules are not listed: read them beside their notebooks.\n\n"
        f"{listed}\n\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n\n{toc}\n```\n",
    )


@cache
def table_paths():
    """The file of each table, by name."""
    manifest = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return {r["name"]: ROOT / "data" / r["path"] for r in manifest["resources"]}


def front_pages(source, chapters):
    from cyberdip_utils.start_here import PARTS

    start = next((c for c in chapters if c.number == "0"), None)
    lines = [
        "# Cyber Diplomacy Handbook",
        "How do states handle cyberspace: what happens, who says who did it, what follows, which rules are claimed and kept? "
        "Each chapter asks one question, answers it with real data, lets you move the assumptions, shows where sources disagree, "
        "and says what the evidence cannot show. Everything on these pages works without an account, and nothing you do leaves "
        "your browser.",
        f"<p class='page-links'><a href='{e(binder())}'>Open in Binder</a><a href='{e(addresses()['repository'])}'>Source</a></p>",
    ]
    if start:
        lines.append(f"New here? Begin with [{plain(start.title)}](notebooks/{start.notebook}).")
    for part, (name, question) in PARTS.items():
        mine = [c for c in chapters if c.number.startswith(f"{part}.")]
        if mine:
            lines.append(f"## {part} {name}\n\n{question}\n")
            lines.append(
                "\n".join(
                    f"- [{c.number} {plain(c.title)}](notebooks/{c.notebook}), {c.minutes} minutes"
                    for c in mine
                )
            )
    lines.append(
        "## Your record\n\nQuizzes that you answer here and stances that you take are kept in this browser. "
        "You can take the file with you, hand it to a teacher, or erase it.\n\n"
        "<p><button type='button' data-record='export'>Save my record</button> "
        "<button type='button' data-record='erase'>Erase my record</button> <span role='status'></span></p>"
    )
    for part, (name, _) in PARTS.items():
        mine = [c for c in chapters if c.number.startswith(f"{part}.")]
        if mine:
            lines.append(
                f"```{{toctree}}\n:hidden:\n:caption: {part} {name}\n\n"
                + "\n".join(f"notebooks/{c.notebook.removesuffix('.ipynb')}" for c in mine)
                + "\n```"
            )
    first = [f"notebooks/{start.notebook.removesuffix('.ipynb')}"] if start else []
    lines.insert(2, "```{toctree}\n:hidden:\n\n" + "\n".join(first or ["glossary"]) + "\n```")
    lines.append(
        "```{toctree}\n:hidden:\n:caption: To look things up\n\n"
        + "\n".join((["glossary"] if first else []) + ["data/index", "api/index", "references"])
        + "\n```"
    )
    write(source / "index.md", "\n\n".join(lines) + "\n")


# ---------------------------------------------------------------- exhibits


def code_hash():
    """One mark for the code and the data, so that states are made anew when either changes."""
    mark = hashlib.sha256((ROOT / "data" / "datapackage.json").read_bytes())
    for package in ("cyberdip_utils", "cyberdip_chapters"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in {".py", ".toml"}:
                mark.update(path.read_bytes())
    return mark.hexdigest()[:16]


def by_exhibit(used):
    """The exhibits shown, by name: each with the different states that pages open it with."""
    found = {}
    for exhibit, values in used:
        states = found.setdefault(exhibit.name, (exhibit, []))[1]
        if values not in states:
            states.append(values)
    return found


def export_one(job):
    """Write one exhibit's files; (name, held, total, compressed bytes)."""
    name, folder, limit, shown = job
    import gzip

    from cyberdip_utils.exhibit.export import export
    from cyberdip_utils.first_edition.exhibit import find_any

    exhibit = find_any(name)
    folder = Path(folder)
    done = folder / "done.json"
    opened = [exhibit.describe(**values) for values in shown]
    if not done.exists() or json.loads(done.read_text(encoding="utf-8"))["shown"] != opened:
        made = export(exhibit, limit, shown=shown)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.json.gz").write_bytes(gzip.compress(orjson.dumps(made.index), 9, mtime=0))
        for i, chunk in enumerate(made.chunks):
            (folder / f"{i}.json.gz").write_bytes(chunk)
        facts = {"held": made.index["held"], "total": made.index["total"], "bytes": made.size}
        done.write_text(json.dumps(facts | {"shown": opened}), encoding="utf-8")
    facts = json.loads(done.read_text(encoding="utf-8"))
    return name, facts["held"], facts["total"], facts["bytes"]


def exhibits_files(used, out, limit, processes):
    """Write the states of the exhibits shown below ``out/cache``; the folder, and the facts on each."""
    from cyberdip_utils.exhibit import Exhibit
    from cyberdip_utils.exhibit.export import STATES

    cache = out / "cache" / f"{code_hash()}-{limit}"
    for old in (out / "cache").glob("*"):
        if old != cache:
            shutil.rmtree(old, ignore_errors=True)
    jobs = []
    for name, (exhibit, states) in by_exhibit(used).items():
        most = limit or (STATES if isinstance(exhibit, Exhibit) else FIRST_STATES)
        jobs.append((name, str(cache / name), most, states))
    facts = []
    with ProcessPoolExecutor(processes) as pool:
        for fact in pool.map(export_one, jobs):
            facts.append(fact)
            print(f"  {fact[0]}: {fact[1]} of {fact[2]:,} combinations, {fact[3] / 1000:.0f} kB", flush=True)
    return cache, facts


def figures_of(exhibit):
    """The module that draws this exhibit's pictures, and the script that dresses them on a page."""
    from cyberdip_utils import figures
    from cyberdip_utils.exhibit import Exhibit
    from cyberdip_utils.first_edition import figures as first_figures

    if isinstance(exhibit, Exhibit):
        return figures, ROOT / "cyberdip_utils" / "exhibit" / "static" / "card.js"
    return first_figures, ROOT / "cyberdip_utils" / "first_edition" / "static" / "exhibit.js"


def picture_page(browser, script):
    """A page that can draw the figures that this script dresses."""
    import plotly

    page = browser.new_page(viewport={"width": WIDTH, "height": 800})
    page.set_content("<!doctype html><body style='margin:0'><div id=p></div></body>")
    page.add_script_tag(path=str(Path(plotly.__file__).parent / "package_data" / "plotly.min.js"))
    code = script.read_text(encoding="utf-8")
    page.add_script_tag(content=code + "\nwindow.cdx = { dressed, noBaseMaps, shapesOf };", type="module")
    page.wait_for_function("() => window.cdx && window.Plotly")
    return page


DRAW = """async ([figure, width, height]) => {
    window.cdx.noBaseMaps();
    const f = window.cdx.dressed(figure, false, width), place = document.getElementById("p");
    f.layout.paper_bgcolor = "#ffffff";
    await Plotly.newPlot(place, f.data, { ...f.layout, width, height, autosize: false }, { displayModeBar: false });
    const url = await Plotly.toImage(place, { format: "png", width, height, scale: 1.5 });
    Plotly.purge(place);
    return url;
}"""
SHAPE = "([name, shape]) => { window.cdx.noBaseMaps()[name] = shape; }"


def draw_opening(page, module, exhibit, values):
    """One opening picture as a PNG file's content."""
    import base64

    figure = json.loads(exhibit.payload(**values))["figure"]
    for shape in page.evaluate("f => [...window.cdx.shapesOf(f)]", figure):
        if not page.evaluate("name => name in window.cdx.noBaseMaps()", shape):
            page.evaluate(SHAPE, [shape, json.loads(module.geometry(shape))])
    picture = page.evaluate(DRAW, [figure, WIDTH, height_of(figure)])
    return base64.b64decode(picture.partition(",")[2])


def draw_openings(used, cache):
    """The opening pictures as PNG files, drawn by a real browser with each exhibit's own dressing."""
    from playwright.sync_api import sync_playwright

    from conftest import QUIET, find_browser

    missing = []
    for exhibit, states in by_exhibit(used).values():
        for values in states:
            file = cache / exhibit.name / picture_name(exhibit, values)
            if not file.exists():
                missing.append((exhibit, values, file))
    if not missing:
        return
    path = find_browser()
    if path is None:
        raise SystemExit(
            "The opening pictures need a Chromium, Chrome or Edge: name one in CYBERDIP_CHROMIUM, or use --no-pictures."
        )
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *as_root])
        pages = {}
        for exhibit, values, file in missing:
            module, script = figures_of(exhibit)
            page = pages.setdefault(script, None) or picture_page(browser, script)
            pages[script] = page
            file.write_bytes(draw_opening(page, module, exhibit, values))
        browser.close()


def static_files():
    """The files of the package that pages share."""
    package = ROOT / "cyberdip_utils"
    folders = {
        "exhibit/static": ("card.js", "card.css"),
        "first_edition/static": ("exhibit.js", "exhibit.css"),
        "static": ("quiz.js", "guess.js", "quiz.css", "stance.js", "stance.css"),
    }
    return [package / folder / name for folder, names in folders.items() for name in names]


def assets(source):
    """Files that the pages share, in a folder that Sphinx copies."""
    folder = source / "_assets"
    folder.mkdir(parents=True)
    for file in static_files():
        shutil.copy(file, folder / file.name)
    return folder


def finish_static(static, cache, names):
    """Beside the pages: plotly.js, shapes of maps, states of these exhibits."""
    import gzip

    import plotly

    from cyberdip_utils.figures import geometry

    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", static / "plotly.min.js")
    (static / "geometry").mkdir(exist_ok=True)
    (static / "geometry" / "world.json.gz").write_bytes(gzip.compress(geometry("world"), 9, mtime=0))
    for name in names:
        without = shutil.ignore_patterns("done.json")
        shutil.copytree(cache / name, static / "exhibits" / name, ignore=without)


def finish(out_html, cache, names, chapters):
    """What Sphinx does not copy: these exhibits, shapes, plotly.js, notebooks, tables."""
    finish_static(out_html / "_static", cache, names)
    for c in chapters:
        target = out_html / "notebooks" / c.notebook
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "notebooks" / c.notebook, target)
    shutil.copytree(ROOT / "data" / "tables", out_html / "data" / "tables", dirs_exist_ok=True)
    shutil.copy(ROOT / "data" / "datapackage.json", out_html / "data" / "datapackage.json")
    for page in out_html.rglob("*.html"):  # the theme's switches of the contents have no name
        text = page.read_text(encoding="utf-8")
        named = re.sub(
            r"<summary>(?=<span class=\"toctree-toggle\")",
            '<summary aria-label="Show or hide these pages">',
            text,
        )
        if named != text:
            page.write_text(named, encoding="utf-8", newline="\n")
    (out_html / ".nojekyll").write_text("", encoding="utf-8")


# ---------------------------------------------------------------- all of it


def build(out, states, only=(), pictures=True, processes=2):
    """Build the site into ``out/html``. Returns the facts on each exhibit."""
    from sphinx.cmd.build import main as sphinx

    from cyberdip_utils.teach import chapters as listed

    chapters = [c for c in listed().values() if not only or c.number in only]
    source, pages = out / "source", out / "html.part"
    for folder in (source, pages):
        shutil.rmtree(folder, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    used = []
    print("Running the notebooks", flush=True)
    os.environ["CYBERDIP_STRICT"] = "1"
    os.environ.setdefault("CYBERDIP_WORK", str(out / "work"))
    chapter_pages(source, chapters, used)
    print(f"Making the states of {len(by_exhibit(used))} exhibits", flush=True)
    cache, facts = exhibits_files(used, out, states, processes)
    if pictures:
        draw_openings(used, cache)
    glossary_page(source, chapters)
    references_page(source)
    data_pages(source)
    api_pages(source)
    front_pages(source, chapters)
    os.environ["CYBERDIP_BOOK_ASSETS"] = str(assets(source))
    print("Writing the pages", flush=True)
    if sphinx(
        [
            "-W",
            "--keep-going",
            "-q",
            "-b",
            "html",
            "-d",
            str(out / "doctrees"),
            "-c",
            str(HERE),
            str(source),
            str(pages),
        ]
    ):
        raise SystemExit("Sphinx had warnings; they are errors here.")
    finish(pages, cache, by_exhibit(used), chapters)
    final = out / "html"
    shutil.rmtree(final, ignore_errors=True)
    pages.rename(final)
    return facts


def sizes(site):
    """Compressed bytes of each page's own files, and of the site."""
    import gzip

    total = sum(p.stat().st_size for p in site.rglob("*") if p.is_file())
    shared = {"plotly.min.js"}
    pages = {}
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        weight = len(gzip.compress(text.encode(), 6))
        for name in set(re.findall(r"data-exhibit='([a-z0-9_]+)'", text)):
            folder = site / "_static" / "exhibits" / name
            weight += sum(
                (folder / f).stat().st_size for f in ("index.json.gz", "opening.png") if (folder / f).exists()
            )
        pages[page.relative_to(site).as_posix()] = weight
    return pages, total, shared


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "artifacts" / "book")
    parser.add_argument(
        "--states",
        type=int,
        default=None,
        help="combinations of an exhibit's controls that a page holds, about; without it 400, in the first edition 160",
    )
    parser.add_argument("--only", nargs="*", default=(), help="chapter numbers")
    parser.add_argument("--no-pictures", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    facts = build(chosen.out.resolve(), chosen.states, chosen.only, not chosen.no_pictures, chosen.processes)
    pages, total, _ = sizes(chosen.out / "html")
    heaviest = Counter(pages).most_common(1)[0]
    print(
        f"Built {len(pages)} pages and {len(facts)} exhibits in {chosen.out / 'html'}: {total / 1e6:.0f} MB in all; "
        f"heaviest first view {heaviest[0]}, {heaviest[1] / 1000:.0f} kB beyond the shared scripts."
    )
    return 0


if __name__ == "__main__":
    import web_book as this  # by its name: the notebooks that run in this process take the name __main__

    raise SystemExit(this.main())
