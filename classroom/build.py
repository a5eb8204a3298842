"""What a class is given, made from the chapters: editions, slides, an offline package.

    python classroom/build.py editions                       student and teacher editions of every chapter
    python classroom/build.py slides 2.1                      a chapter as slides, exhibits live, offline
    python classroom/build.py zip --platform win_amd64 --python 3.12     the handbook with all its packages in one file

Everything goes to artifacts/classroom and is the same each time for the same handbook.
"""

import argparse
import copy
import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "site")]

import tidy_notebooks as tidy  # noqa: E402

ANSWERS = re.compile(r"\n*<details>\s*<summary>(.*?)</summary>(.*?)</details>\n*", re.S)
EPOCH = (2000, 1, 1, 0, 0, 0)  # of every file in the zip, so that it is the same each time


def out_folder():
    return ROOT / "artifacts" / "classroom"


# ---------------------------------------------------------------- editions


def rebased(text, notebook):
    """Markdown of a chapter with its links to other chapters made to work from ``student/`` or ``teacher/``."""
    folder = Path("notebooks", notebook).parent

    def link(found):
        target = Path(os.path.normpath(folder / found[2]))
        return f"{found[1]}(../../../{target.as_posix()})"

    return re.sub(r"(\[[^\]]+\])\((?!https?:|#|mailto:)([^)\s]+)\)", link, text)


def student(book, notebook):
    """A chapter without its answers: each folded answer gives way to room for the student's own.

    Parameters
    ----------
    book : nbformat.NotebookNode
    notebook : str
        Its path below ``notebooks/``, for the links.
    """
    made = copy.deepcopy(book)
    for cell in made.cells:
        if cell.cell_type == "markdown":
            cell.source = rebased(ANSWERS.sub("\n\n*Your answer:*\n\n", cell.source), notebook).strip()
        else:
            cell.outputs, cell.execution_count = [], None
    made.cells = [c for c in made.cells if c.source and c.source != "*Your answer:*"]
    return tidy.stripped(made)


def teacher(book, notebook, plan):
    """A chapter with its answers open and the lesson plan in front."""
    made = copy.deepcopy(book)
    for cell in made.cells:
        if cell.cell_type == "markdown":
            cell.source = rebased(cell.source.replace("<details>", "<details open>"), notebook)
    made.cells.insert(1, nbformat.v4.new_markdown_cell(f"{plan.strip()}\n\n---", id="lesson-plan"))
    return tidy.stripped(made)


def demoted(text):
    """A plan's headings one level down, below the chapter's title."""
    return re.sub(r"(?m)^#", "##", text)


def editions(target=None):
    """Write both editions of every chapter. Returns the files."""
    from cyberdip_utils.teach import chapters, notebook_path, plan_path

    target = target or out_folder()
    for edition in ("student", "teacher"):
        shutil.rmtree(target / edition, ignore_errors=True)
    written = []
    for c in chapters().values():
        book = nbformat.read(notebook_path(c.number), as_version=4)
        plan = demoted(plan_path(c.number).read_text(encoding="utf-8"))
        name = Path(c.notebook).name
        for edition, made in (
            ("student", student(book, c.notebook)),
            ("teacher", teacher(book, c.notebook, plan)),
        ):
            path = target / edition / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(tidy.text_of(made), encoding="utf-8", newline="\n")
            written.append(path)
    return written


# ---------------------------------------------------------------- slides

# Which cells are slides when a notebook tags none "slide".
USUAL = ("title", "aims", "remember", "discussion")


def slide_cells(book):
    """The cells of a chapter that make slides: those tagged ``slide``; where none is, title, aims, exhibits with their
    section's heading, findings, what to remember and discussion."""
    tagged = [c for c in book.cells if "slide" in c.metadata.get("tags", [])]
    if tagged:
        return tagged
    chosen = []
    for cell in book.cells:
        heading = re.match(r"#+ (.*)", cell.source) if cell.cell_type == "markdown" else None
        usual = cell.id in USUAL or (heading and re.match(r"(?i)(what to remember|discussion)", heading[1]))
        live = any("exhibit-place" in o.get("data", {}).get("text/html", "") for o in cell.get("outputs", []))
        if usual or live or tidy.is_finding(cell):
            chosen.append(cell)
    return chosen


def short(markdown):
    """What of a text cell goes on a slide: its heading, its list if it has one, else its first paragraph."""
    blocks = re.split(r"\n\s*\n", markdown.strip())
    heading = blocks.pop(0) if blocks and blocks[0].startswith("#") else ""
    lists = [b for b in blocks if b.startswith(("- ", "1. "))]
    return "\n\n".join(x for x in (heading, *(lists or blocks[:1])) if x)


def slides(number, target=None, states=None, pictures=True):
    """Write a chapter as slides: one page, exhibits live, nothing from another server.

    Parameters
    ----------
    number : str
        The chapter.
    states : int, optional
        Combinations of an exhibit's controls to hold, as in ``site/web_book.py``.

    Returns
    -------
    Path
        The page.
    """
    import web_book

    from cyberdip_utils.teach import chapters, notebook_path

    if number not in chapters():
        raise SystemExit(f"There is no chapter {number}; there are {', '.join(chapters())}.")
    target = (target or out_folder() / "slides") / number
    part = target.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    used = []
    os.environ["CYBERDIP_STRICT"] = "1"
    book = web_book.run_notebook(notebook_path(number), "", used)
    cells = slide_cells(book)
    shown = [(x, v) for x, v in used if any(f"data-exhibit='{x.name}'" in slide(c) for c in cells)]
    cache, _ = web_book.exhibits_files(shown, out_folder() / "work", states, 2)
    if pictures:
        web_book.draw_openings(shown, cache)
    static = part / "_static"
    static.mkdir(parents=True)
    own = [ROOT / "site" / "_static" / n for n in ("page.js", "page.css", "precomputed.js")]
    for file in (*web_book.static_files(), *own, HERE / "static" / "deck.js", HERE / "static" / "deck.css"):
        shutil.copy(file, static / file.name)
    web_book.finish_static(static, cache, web_book.by_exhibit(shown))
    page = deck(f"{number} {chapters()[number].title}", [slide(c) for c in cells])
    (part / "index.html").write_text(page, encoding="utf-8", newline="\n")
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
    return target / "index.html"


def slide(cell):
    """The HTML of one slide."""
    from markdown_it import MarkdownIt

    if cell.cell_type == "markdown":
        render = MarkdownIt("commonmark", {"html": False}).enable("table").render
        return re.sub(r'<a href="(?!https?:)[^"]*">(.*?)</a>', r"\1", render(short(cell.source)))
    parts = []
    for o in cell.outputs:
        data = o.get("data", {})
        text = html.escape(o.get("text") or data.get("text/plain", ""))
        parts.append(data.get("text/html") or f"<p class='finding'>{text}</p>")
    return "".join(parts)


def deck(title, slides):
    """The page that holds the slides."""
    sections = "".join(
        f"<section id='s{i}' aria-roledescription='slide' tabindex='-1'>{inner}</section>"
        for i, inner in enumerate(slides, 1)
    )
    links = "".join(
        f"<link rel='stylesheet' href='_static/{n}.css'>"
        for n in ("card", "exhibit", "quiz", "stance", "page", "deck")
    )
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{html.escape(title)}</title>"
        f"<link rel='icon' href='data:,'><meta name='viewport' content='width=device-width, initial-scale=1'>{links}</head><body class='deck'>"
        f"<main>{sections}</main><nav class='deck-nav' aria-label='Slides'><button type='button' id='back'>Back</button>"
        "<span id='place' role='status'></span><button type='button' id='next'>Next</button></nav>"
        "<script type='module' src='_static/page.js'></script><script type='module' src='_static/deck.js'></script></body></html>"
    )


# ---------------------------------------------------------------- the offline package

OFFLINE = """Cyber Diplomacy Handbook, offline package for {platform} and Python {python}

1. Install Python {python} if it is not there (this is not in the package).
2. In this folder:   make lab     (Windows, or without make:  py tools\\setup_env.py lab)

The packages are taken from the folder wheelhouse; no network is needed. Nothing is installed outside this folder.
"""


def tracked():
    """The handbook's files as git knows them; every file but the passing ones where there is no git."""
    try:
        said = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
        ).stdout.decode()
        names = [n for n in said.split("\0") if n]
    except (OSError, subprocess.CalledProcessError):
        away = {
            ".git",
            ".venv",
            ".venv.old",
            "artifacts",
            "my_work",
            "__pycache__",
            ".pytest_cache",
            ".ruff_cache",
        }
        names = [
            p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*") if p.is_file() and not away & set(p.parts)
        ]
    return sorted(n for n in names if (ROOT / n).is_file())


def package(platform, python, target=None, download=True):
    """Write the zip: the handbook, both editions, and the wheels of one platform.

    Parameters
    ----------
    platform : str
        A wheel platform tag, such as ``win_amd64``, ``macosx_11_0_arm64`` or ``manylinux_2_28_x86_64``.
    python : str
        "3.11", "3.12" or "3.13".
    download : bool
        Fetch the wheels; without it the zip holds those of an earlier run, if any.

    Raises
    ------
    SystemExit
        pip found no wheel for that platform; its words are shown.
    """
    out = target or out_folder()
    wheels = out / "wheelhouse" / f"{platform}-{python}"
    if download:
        wheels.mkdir(parents=True, exist_ok=True)
        platforms = [platform]
        if found := re.fullmatch(r"manylinux_2_(\d+)_(\w+)", platform):
            platforms += [f"manylinux_2_{i}_{found[2]}" for i in range(int(found[1]) - 1, 4, -1)] + [
                f"manylinux2014_{found[2]}"
            ]
        if found := re.fullmatch(r"macosx_(\d+)_0_(\w+)", platform):
            platforms += [f"macosx_{i}_0_{found[2]}" for i in range(int(found[1]) - 1, 10, -1)] + [
                f"macosx_{found[1]}_0_universal2"
            ]
            platforms += [
                f"macosx_10_{i}_{tag}" for i in range(16, 8, -1) for tag in (found[2], "universal2")
            ]
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
        ]
        command += ["-r", str(ROOT / "requirements.txt"), "-d", str(wheels), "--python-version", python]
        for tag in platforms:
            command += ["--platform", tag]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(
                f"pip could not fetch the packages for {platform}:\n{done.stderr.strip()[-600:]}"
            )
    written = editions(out)
    name = out / f"cyber-diplomacy-handbook-{platform}-py{python}.zip"
    part = name.with_suffix(".part")
    base = "cyber-diplomacy-handbook"
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:

        def put(inside, content, stored=False):
            info = zipfile.ZipInfo(f"{base}/{inside}", EPOCH)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.external_attr = (0o755 if inside.endswith(".sh") or inside == ".ci/run" else 0o644) << 16
            zipped.writestr(info, content)

        for file in tracked():
            put(file, (ROOT / file).read_bytes())
        for path in sorted(written):
            put(f"artifacts/classroom/{path.relative_to(out).as_posix()}", path.read_bytes())
        for path in sorted(wheels.glob("*.whl")) if wheels.is_dir() else []:
            put(f"wheelhouse/{path.name}", path.read_bytes(), stored=True)
        put("OFFLINE.txt", OFFLINE.format(platform=platform, python=python).encode())
    part.replace(name)
    return name


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    jobs = parser.add_subparsers(dest="job", required=True)
    jobs.add_parser("editions", help="student and teacher editions")
    deck = jobs.add_parser("slides", help="a chapter as slides")
    deck.add_argument("chapter")
    deck.add_argument("--states", type=int)
    deck.add_argument("--no-pictures", action="store_true")
    box = jobs.add_parser("zip", help="the offline package")
    box.add_argument("--platform", required=True)
    box.add_argument("--python", default="3.12", choices=("3.11", "3.12", "3.13"))
    chosen = parser.parse_args(arguments)
    if chosen.job == "editions":
        print(json.dumps({"written": len(editions()), "folder": str(out_folder())}))
    elif chosen.job == "slides":
        print(f"Wrote {slides(chosen.chapter, states=chosen.states, pictures=not chosen.no_pictures)}")
    else:
        made = package(chosen.platform, chosen.python)
        print(f"Wrote {made} ({made.stat().st_size / 1e6:.0f} MB)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
