"""What must not be in the code, what must not be in the repository, and text that tries to become HTML.

The hostile text meets a real browser in tests/browser/test_hostile.py.
"""

import ast
import importlib.util
import json
import re
import sys
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from book_files import book_files
from cyberdip_utils import progress, teach
from cyberdip_utils import readers_record as record
from cyberdip_utils.controversies.debate import FOLDER, open_debate, read_debate
from cyberdip_utils.controversies.stance import class_tally, keep_stance
from cyberdip_utils.controversies.stance import stance as ask
from cyberdip_utils.data import about
from cyberdip_utils.deterrence import crisis, crisis_files, crisis_widget
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, search
from cyberdip_utils.teach.quiz import as_html, as_text
from cyberdip_utils.teach.widgets import GuessWidget, QuizWidget

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = (
    "<img src=x onerror=\"window.hacked='img'\">",
    "\"><script>window.hacked='script'</script>",
    "'><svg onload=window.hacked=1>",
    '<a href="javascript:window.hacked=1">click</a>',
    "</script><script>window.hacked=2</script>",
    "&lt;img src=x onerror=window.hacked=3&gt;",
    "<b>bold</b> %{hovertext} ${1+1} {{7*7}}",
)


@cache
def tracked():
    """Every text file of the book."""
    found = {}
    for path in book_files():
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    assert len(found) > 300
    return found


def of(*endings, under=("",)):
    return {n: t for n, t in tracked().items() if n.endswith(endings) and n.startswith(tuple(under))}


# ---------------------------------------------------------------- no code from text

CALLS = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "telnetlib"}
ATTRIBUTES = {
    "os": {"system", "popen", "spawnl", "spawnv"},
    "yaml": {"load", "unsafe_load", "full_load", "load_all"},
    "tempfile": {"mktemp"},
    "pd": {"read_pickle", "eval"},
    "pandas": {"read_pickle", "eval"},
    "ssl": {"_create_unverified_context"},
}


def dangers(source: str) -> list[str]:
    """Calls that turn text into code, or hand it to a shell; pickles; certificates not looked at."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            found.append(node.module)
        elif isinstance(node, ast.Call):
            f = node.func
            if isinstance(f, ast.Name) and f.id in CALLS:
                found.append(f.id)
            if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name):
                if f.attr in ATTRIBUTES.get(f.value.id, ()):
                    found.append(f"{f.value.id}.{f.attr}")
            if isinstance(f, ast.Attribute) and f.attr in ("eval", "query") and node.args:
                if isinstance(node.args[0], ast.Name | ast.JoinedStr | ast.BinOp):
                    found.append(f"{f.attr} of a text that is made")  # pandas runs it
            for k in node.keywords:
                value = k.value.value if isinstance(k.value, ast.Constant) else ...
                if (k.arg in ("shell", "allow_pickle") and value is not False) or (
                    k.arg == "verify" and value is False
                ):
                    found.append(f"{k.arg}={value}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "eval(x)", "exec('1')", "import pickle", "from marshal import loads", "os.system('ls')", "yaml.load(f)",
        "subprocess.run(x, shell=True)", "np.load(f, allow_pickle=True)", "pd.read_pickle(f)", "f.query(text)",
        "get(u, verify=False)", "f.eval(f'{x} + 1')", "__import__(name)",
    ],
)  # fmt: skip
def test_the_scan_sees_what_it_looks_for(source):
    assert len(dangers(source)) == 1
    assert dangers("re.compile('x'); subprocess.run([a], shell=False); f.query('a > 1'); import json") == []


def test_no_python_of_ours_runs_text():
    sources = of(".py", under=("cyberdip_utils/", "tools/", "site/", "classroom/", "data/", "bench/"))
    assert len(sources) > 80
    found = {name: seen for name, text in sources.items() if (seen := dangers(text))}
    assert found == {}


def test_no_notebook_runs_text():
    for name, text in of(".ipynb").items():
        for cell in json.loads(text)["cells"]:
            if cell["cell_type"] == "code":
                assert dangers("".join(cell["source"])) == [], name


JS = re.compile(
    r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\s*\(|new\s+Function\b|\bsrcdoc\b"
    r"|createContextualFragment|DOMParser|set(?:Timeout|Interval)\s*\(\s*[\"'`]|javascript:|\.html\s*\("
)


def test_no_script_of_ours_parses_text_as_html_or_code():
    scripts = of(".js", ".html", under=("cyberdip_utils/", "site/", "classroom/"))
    assert len(scripts) >= 7
    for name, text in scripts.items():
        code = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", text, flags=re.S)
        assert JS.findall(code) == [], name
        assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", code), (
            f"{name} fetches from elsewhere"
        )
    for danger in (
        "a.innerHTML = b",
        "eval (x)",
        "new  Function('x')",
        "setTimeout('x()', 1)",
        "$(a).html(b)",
    ):
        assert JS.search(danger)
    assert "{{ username | e }}" in tracked().get("classroom/hub/login.html", "{{ username | e }}")


# ---------------------------------------------------------------- no secrets

SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a cloud key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of a code host": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{18,})",
    "a token of a package registry": r"\b(?:pypi-AgE[\w-]{20,}|npm_[A-Za-z0-9]{30,})",
    "a token of a service": r"\b(?:xox[abprs]-[\w-]{10,}|sk-(?:ant-|proj-)?[A-Za-z0-9_-]{24,}|AIza[\w-]{35}|SG\.[\w-]{16,}\.)",
    "a signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "an address with a password": r"\b[a-z][a-z0-9+]{1,12}://[^\s/:@\"'{}<>]+:[^\s/:@\"'{}<>]{3,}@[\w.-]+",
}
GIVEN = re.compile(
    r"""(?i)\b(?:\w*(?:password|passwd|secret|api_?key|access_?key|auth_?token))["']?\s*[:=]\s*["']([^"'\s{}<>$%]{8,})["']"""
)
#: made up for a test or the name of a file or variable; reviewed one by one
KNOWN = re.compile(
    r"(?i)^(?:/|[A-Z_]+$|[a-z_]+$|.*(?:example|trial|test|class|bench|invalid|xxxx|wrong|words?))"
)


def secrets_in(text: str, quick: bool = False) -> list[str]:
    found = [what for what, pattern in SECRETS.items() if re.search(pattern, text)]
    if quick:
        return found
    return found + [f"given: {m[1]}" for m in GIVEN.finditer(text) if not KNOWN.match(m[1])]


def test_the_search_for_secrets_finds_them():
    """The samples are put together here, so that the search does not find this file."""
    samples = [
        "-----BEGIN " + "RSA PRIVATE KEY-----",
        "AKI" + "A" + "B7" * 8,
        "gh" + "p_" + "a1" * 18,
        "github" + "_pat_" + "a1" * 20,
        "xox" + "b-" + "1234567890-abc",
        "sk" + "-" + "a1" * 20,
        "AI" + "za" + "b" * 35,
        "ey" + "J" + "a" * 12 + ".ey" + "J" + "b" * 12 + "." + "c" * 12,
        "https" + "://me:hunter22@host.example",
        "npm" + "_" + "a1" * 18,
        "db_pass" + "word = 'hunter2-hunter2'",
        '"api_' + 'key": "0f9e8d7c6b5a4f3e"',
    ]
    for sample in samples:
        assert secrets_in(f"text before {sample} and after"), sample
    assert secrets_in("password_file = '/etc/x/password' and token = f'{x}'") == []


def test_no_secret_is_in_the_repository():
    found = {}
    for name, text in tracked().items():
        if seen := secrets_in(text, quick=name.endswith((".csv", ".geojson"))):
            found[name] = seen
    assert found == {}


def test_no_file_is_named_like_a_secret():
    names = [
        n
        for n in tracked()
        if re.search(r"(?i)(^|/)(\.env|id_[rd]sa|.*\.(pem|key|p12|pfx|kdbx)|\.netrc|\.pypirc|\.npmrc)$", n)
    ]
    assert names == []


def test_no_trace_of_one_machine():
    """No path of somebody's machine: it says who worked where, and works nowhere else."""
    for name, text in of(".py", ".js", ".md", ".toml", ".ipynb", ".txt", ".yml").items():
        found = re.search(r"(?<![\w.])/(?:root|Users|home)/(?!jovyan|student|USER|you|NAME)[\w.-]+/", text)
        assert not found or name == "tests/test_security.py", f"{name}: {found[0]}"


# ---------------------------------------------------------------- dependencies

LOCKS = ("requirements.txt", "requirements-dev.txt", "classroom/hub/requirements.txt")
PIN = re.compile(r"^([A-Za-z0-9][\w.\-]*)(?:\[[\w,]+\])?==([^\s;\\]+)", re.M)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_hashes(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = [b for b in re.split(r"\n(?=[A-Za-z0-9])", text) if not b.startswith("#")]
    blocks = [b for b in (re.sub(r"(?m)^\s*#.*\n?", "", b) for b in blocks) if b.strip()]
    assert len(blocks) > 20
    for block in blocks:
        assert PIN.match(block) and re.search(r"--hash=sha256:[0-9a-f]{64}", block), block[:80]
    assert "://" not in re.sub(r"(?m)#.*", "", text), "a package from an address, or an index"


def test_every_node_package_is_pinned_with_its_hash():
    lock = json.loads((ROOT / "classroom/hub/package-lock.json").read_text(encoding="utf-8"))
    for name, entry in lock["packages"].items():
        if name:
            assert entry["integrity"].startswith("sha512-"), name
            assert re.fullmatch(r"\d+\.\d+\.\d+\S*", entry["version"]), name


def test_the_lock_that_was_reviewed_is_the_lock():
    """docs/security.md lists every package a reader installs, with version and use, and the day it was looked at."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    reviewed = dict(re.findall(r"^\| `([\w.\-]+)` \| ([^|]+?) \| [^|]{3,} \|$", text, re.M))
    for name in ("requirements.txt", "requirements-dev.txt"):
        locked = {}
        for package, version in PIN.findall((ROOT / name).read_text(encoding="utf-8")):
            locked.setdefault(package, set()).add(version)
        for package, versions in locked.items():
            assert {v.strip() for v in reviewed.get(package, "").split(",")} == versions, (
                f"{package} {versions} in {name} is not what docs/security.md reviewed ({reviewed.get(package)}): "
                "look at what changed, then bring its table up to date (the command stands above it)"
            )
    day = re.search(r"Reviewed on (\d{4}-\d{2}-\d{2})", text)
    assert day and date(2026, 1, 1) < date.fromisoformat(day[1])


# ---------------------------------------------------------------- hostile text and HTML

OWN = {
    "p", "b", "strong", "br", "table", "thead", "tbody", "tr", "th", "td", "caption", "code", "ul", "ol", "li", "a", "div",
    "style", "pre", "details", "summary", "script", "span", "em", "section", "label", "input", "svg", "rect", "circle",
    "line", "path", "polyline", "polygon", "text", "g",
}  # fmt: skip
NEAR = r"(?:\.\./)*[\w/]+\.(?:ipynb|html)$"  # a chapter beside this one


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def tags(html: str) -> list:
    reader = Tags()
    reader.feed(html)
    reader.close()
    return reader.found


def harmless(html: str) -> None:
    """Only elements that we write ourselves, no handler, no address that runs."""
    for tag, attributes in tags(html):
        assert tag in OWN, f"<{tag}> in {html[:300]}"
        assert not [a for a in attributes if a.startswith("on")], html[:300]
        assert re.match(rf"https?:|#|$|{NEAR}", attributes.get("href") or ""), html[:300]
        if tag == "script":
            assert attributes.get("type") == "application/json"


def test_the_check_for_harm_sees_it():
    for html in (HOSTILE[0], HOSTILE[2], HOSTILE[3], "<p onclick=x>", "<script>1</script>"):
        with pytest.raises(AssertionError):
            harmless(html)
    harmless("<p>&lt;img onerror=1&gt;</p><a href='https://example.org'>x</a>")


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text_of_figures_has_no_tag_entity_or_template(text):
    for made in (figures.plain(text), figures.plain(text, 20), figures.plain(text, 0, 30)):
        rest = made.replace("<br>", " ")
        assert "<" not in rest and ">" not in rest and "%{" not in rest
        assert not re.search(r"&#?\w+;", rest)


FORMS = {
    "bars": lambda t: figures.bars(pd.DataFrame({"a": [t, "b"], "n": [1, 2], "g": [t, "x"]}), "a", "n", group="g"),
    "lines": lambda t: figures.lines(pd.DataFrame({"y": [1, 2], "n": [1, 2], "g": [t, t]}), "y", "n", group="g"),
    "empty": lambda t: figures.empty(t),
    "map": lambda t: figures.world_map(pd.Series({"FRA": t, "DEU": "x"}), t),
    "heatmap": lambda t: figures.heatmap(pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=[t, "b"], columns=["c", t]), t),
    "changes": lambda t: figures.mark_changes(figures.lines(pd.DataFrame({"y": [1, 2], "n": [1, 2]}), "y", "n"), [(1, t)]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_form_of_figure_lets_a_tag_through(form, text):
    """plotly reads some tags and every entity in labels; those of the data must arrive as signs, not as markup."""
    made = json.loads(figures.to_json(FORMS[form](text)))

    def strings(node):
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict | list):
            for inner in node.values() if isinstance(node, dict) else node:
                yield from strings(inner)

    for string in strings(made):
        assert not re.search(r"(?i)<\s*/?\s*(?:img|script|svg|a)\b", string), string


def hostile_view(name="x"):
    t = " ".join(HOSTILE)
    table = pd.DataFrame({HOSTILE[0]: [t, "b"], "n": [1, 2]})
    return View(
        figures.bars(table, HOSTILE[0], "n"), f"{t} {name}.", table, t, ("states",), t, f"**{t}**\n\n- {t}\n  - {t}",
        ((t, "javascript:window.hacked=1"), ("ok", "https://example.org/" + HOSTILE[1])),
    )  # fmt: skip


@pytest.fixture
def hostile():
    return Exhibit(
        "hostile_trial",
        HOSTILE[0],
        hostile_view,
        name=search("x", examples=HOSTILE, label=HOSTILE[1], help=HOSTILE[2]),
    )


def test_an_exhibit_carries_hostile_text_as_text(hostile):
    state = json.loads(hostile.payload(name=HOSTILE[0]))
    assert state["takeaway"].startswith(HOSTILE[0]) and state["table"]["rows"][0][0].startswith(HOSTILE[0])
    assert not re.search(r"<(?:img|script|svg|a)\b", json.dumps(state["figure"]))
    bundle = hostile.show()._repr_mimebundle_()
    shown = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "text/html" not in shown, "nothing that the notebook would parse as HTML"
    assert HOSTILE[0] in hostile.csv().partition("\n")[0]


def site():
    """site/web_book.py as a module."""
    sys.path.insert(0, str(ROOT / "tools"))
    spec = importlib.util.spec_from_file_location("web_book", ROOT / "site" / "web_book.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_web_page_escapes_an_exhibit_a_quiz_and_a_stance(hostile):
    page = site()
    still = page.still(hostile, "")
    image = [t for t in tags(still) if t[0] == "img"]
    assert len(image) == 1 and set(image[0][1]) == {"src", "width", "height", "alt", "decoding"}
    assert image[0][1]["src"].startswith("_static/")
    harmless(re.sub(r"<img src='_static/[^>]*>", "", still))
    questions = [
        {"text": HOSTILE[0], "options": [{"text": HOSTILE[1], "right": True, "feedback": HOSTILE[4]},
                                         {"text": HOSTILE[2], "feedback": HOSTILE[3]}]}
    ]  # fmt: skip
    panel = teach.Panel(as_text(questions), as_html(questions))
    quiz = QuizWidget(HOSTILE[1], json.dumps(questions), "", panel).page_html()
    harmless(quiz)
    assert quiz.count("<script") == 1 and quiz.count("</script") == 1
    data = re.search(r"<script type='application/json'>(.*?)</script>", quiz, re.S)[1]
    assert json.loads(data) == questions
    spec = {
        "chapter": HOSTILE[1],
        "name": "x",
        "text": HOSTILE[0],
        "kind": "choice",
        "options": list(HOSTILE[2:4]),
    }
    guess = GuessWidget(spec | {"entry": {}}, panel).page_html()
    harmless(guess)
    assert guess.count("<script") == 1 and guess.count("</script") == 1
    data = re.search(r"<script type='application/json'>(.*?)</script>", guess, re.S)[1]
    assert json.loads(data) == spec
    harmless(page.prose(f"**{HOSTILE[0]}**\n\n- {HOSTILE[1]}\n  - {HOSTILE[2]}\n\n{HOSTILE[4]}"))


def hostile_debate(tmp_path):
    """The template with hostile text in every text field that is not a name to be resolved."""
    text = (FOLDER / "template.toml").read_text(encoding="utf-8")
    evil = "x <img src=x onerror=window.hacked=1> <script>window.hacked=1</script> "
    for key, times, end in (
        ("title", 1, ""), ("question", 2, "?"), ("setting", 3, "."), ("case", 4, "."), ("text", 2, "."), ("why", 2, "."),
        ("reason", 2, "."), ("reading", 2, "."), ("meaning", 1, "."),
    ):  # fmt: skip
        said = json.dumps((evil * times).strip() + end)
        text = re.sub(
            rf'(?m)^{key} = (?:"""[\s\S]*?"""|"[^"\n]*")', lambda m, k=key, s=said: f"{k} = {s}", text
        )
    for key in ("name", "short", "unit"):
        text = re.sub(rf'(?m)^{key} = "([^"\n]*)"', lambda m, k=key: f'{k} = "{m[1][:20]} <img src=x>"', text)
    path = tmp_path / "evil.toml"
    path.write_text(text, encoding="utf-8")
    return read_debate(path)


def test_a_debate_file_with_hostile_text(tmp_path):
    debate = hostile_debate(tmp_path)
    assert "<img" in debate.title and all("<img" in n for n in debate.sides.values())
    for exhibit in debate.exhibits():
        for values in list(exhibit.states(12))[:12]:
            figure = json.dumps(json.loads(exhibit.payload(**values))["figure"])
            assert not re.search(r"<(?:img|script|svg|a)\b", figure), f"{exhibit.name} {values}"
    path = tmp_path / "record.json"
    keep_stance(debate, "before", {"side": next(iter(debate.sides)), "sure": 3, "why": HOSTILE[0]}, path)
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "<img src=x onerror=window.hacked=1>.json").write_bytes(path.read_bytes())
    (folder / "<script>hacked<(script).json").write_text("[]", encoding="utf-8")
    harmless(class_tally(debate, folder)._repr_html_())
    harmless(site().stance_html(ask(debate, "after")))


def test_panels_and_verdicts_escape(tmp_path, monkeypatch):
    for text in HOSTILE:
        harmless(teach.Verdict(True, text)._repr_html_())
        harmless(teach.Verdict(False, text)._repr_html_())
    for number in teach.chapters():
        harmless(teach.chapter(number)._repr_html_())
        harmless(teach.references(number)._repr_html_())
    harmless(about("states")._repr_html_())
    evil = record.empty() | {"checks": {f"1.1 {HOSTILE[0]}": {"tries": HOSTILE[1], "right": HOSTILE[2]}}}
    evil["quizzes"] = {"1.1": {"answers": {"0": {"right": HOSTILE[0]}}, "on": HOSTILE[1]}}
    record.write_json(tmp_path / "record.json", evil)
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    harmless(progress.my_progress()._repr_html_())
    harmless(progress.class_report(tmp_path)._repr_html_())


def test_hostile_chapter_and_reference(monkeypatch):
    from pybtex.database import parse_string

    first = next(iter(teach.chapters().values()))
    chapters = dict(teach.chapters())
    chapters[first.number] = type(first)(**(vars(first) | {"title": HOSTILE[0]}))
    for name in ("chapters", "opening"):
        monkeypatch.setattr(sys.modules[f"cyberdip_utils.teach.{name}"], "chapters", lambda: chapters)
    number = next(n for n, c in chapters.items() if first.number in c.before)
    html = teach.chapter(number)._repr_html_()
    harmless(html)
    assert "&lt;img" in html
    entry = parse_string(
        "@misc{x, title={<script>window.hacked=1</script>}, author={<img src=x onerror=1>, A}, year={2020}, "
        "url={https://example.org/'><img src=x onerror=window.hacked=1>}}",
        "bibtex",
    )
    reading_list = sys.modules["cyberdip_utils.teach.references"]
    work = teach.format_reference(entry.entries["x"])
    address = work[1]
    monkeypatch.setattr(reading_list, "linked", lambda prose: [work])
    body = {"cells": [{"cell_type": "markdown", "source": [f"[x]({address})"]}]}

    class Path_:
        def read_text(self, encoding):
            return json.dumps(body)

    monkeypatch.setattr(reading_list, "notebook_here", lambda number: Path_(), raising=False)
    html = teach.references(first.number)._repr_html_()
    harmless(html)
    assert "&lt;script" in html


def test_a_saved_game_with_a_hostile_team():
    state = crisis.play("ballot", 8, "flat", [crisis.Decision("patch")])
    text = crisis_files.to_json(state, HOSTILE[0])
    _, name, _ = crisis_files.from_json(text)
    assert len(name) <= 40
    harmless(crisis_widget.game()._repr_html_())
    assert "/" not in crisis_files.save.__doc__.partition("<team>")[0][-2:]


@pytest.mark.parametrize(
    "team", ["../../etc/passwd", "..\\..\\x", "/abs", "CON", "a\x00b", "." * 50, "~root"]
)
def test_a_team_name_cannot_leave_the_folder(tmp_path, team):
    state = crisis.new_game("ballot", 8)
    path = crisis_files.save(state, team, tmp_path / "games")
    assert path.parent == tmp_path / "games" and path.is_file()
    assert re.fullmatch(r"[a-z0-9-]+-ballot-8\.json", path.name)
    for asked in ("../x.json", "/etc/passwd", "..", path.name + "/../x"):
        with pytest.raises(ValueError, match="There is no saved game"):
            crisis_files.load_game(asked, tmp_path / "games")


def test_a_manifest_cannot_lead_out_of_its_folder(tmp_path, monkeypatch):
    from cyberdip_utils import data

    whole = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    for path in ("../secret.csv", "/etc/passwd", "tables/../../x"):
        entry = next(r for r in whole["resources"] if r["name"] == "norms") | {"path": path}
        (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [entry]}), encoding="utf-8")
        monkeypatch.setenv("CYBERDIP_DATA", str(tmp_path))
        data._manifest.cache_clear()
        with pytest.raises(data.DataError, match="leads out of the data folder"):
            data.load("norms")
    data._manifest.cache_clear()


def test_a_control_takes_only_what_it_offers():
    exhibit = Exhibit("offers_trial", "What?", lambda c="a": None, c=choice(["a", "b"]))
    for value in (*HOSTILE, "__class__", {"a": 1}, ["a"], 2**80, None, b"a"):
        with pytest.raises(ValueError, match=r"^c: .* is not an option"):
            exhibit.check({"c": value})
    with pytest.raises(ValueError, match="has no such control"):
        exhibit.check({"__init__": "a"})


# ---------------------------------------------------------------- the hub


@pytest.fixture
def settings():
    spec = importlib.util.spec_from_file_location("hub_settings", ROOT / "classroom" / "hub" / "settings.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["hub_settings"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["hub_settings"]


GOOD = {"CYBERDIP_HUB_PASSWORD": "seven slow herons"}


@pytest.mark.skipif(sys.platform == "win32", reason="a hub runs on Linux")
@pytest.mark.parametrize(
    ("given", "environ", "said"),
    [
        ({}, {}, "the class password"),
        ({}, {"CYBERDIP_HUB_PASSWORD": ""}, "is empty"),
        ({}, {"CYBERDIP_HUB_PASSWORD": "short"}, "characters; at least"),
        ({}, {"CYBERDIP_HUB_PASSWORD": "a" * 40}, "anyone would guess it"),
        ({"password": "seven slow herons"}, GOOD, "stands in the file"),
        ({"address": "0.0.0.0"}, GOOD, "would send passwords over the network unprotected"),
        ({"address": "::"}, GOOD, "would send passwords over the network unprotected"),
        ({"mode": "accounts"}, {}, "there is none"),
        ({"mode": "open"}, GOOD, "mode is 'open'"),
        ({"students": ["../root"]}, GOOD, "cannot be used"),
        ({"students": ["a b; rm -rf"]}, GOOD, "cannot be used"),
        ({"teachers": ["anna"]}, GOOD, "teacher_password_file"),
        ({"homes": "here"}, GOOD, "give the whole path"),
        ({"unknown": 1}, GOOD, "is no setting"),
    ],
)
def test_the_hub_refuses_what_is_not_safe(settings, given, environ, said):
    with pytest.raises(settings.Wrong, match=said):
        settings.parse(given, environ)


@pytest.mark.skipif(sys.platform == "win32", reason="a hub runs on Linux")
def test_the_hub_as_delivered_listens_to_this_machine_only(settings):
    import tomllib

    delivered = tomllib.loads((ROOT / "classroom/hub/hub.toml").read_text(encoding="utf-8"))
    assert delivered["address"] == "127.0.0.1" and not any(
        "password" in k and not k.endswith("_file") for k in delivered
    )
    assert settings.parse(delivered, GOOD).address == "127.0.0.1"


def test_open_debate_takes_no_address():
    with pytest.raises((FileNotFoundError, ValueError)):
        open_debate("https://example.org/x.toml")
