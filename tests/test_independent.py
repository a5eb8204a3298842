"""Central results of two chapters, derived again by a script that shares no code with the package."""

import ast
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tests" / "independent" / "rederive.py"


def rederived():
    said = subprocess.run(
        [sys.executable, "-I", str(SCRIPT)], capture_output=True, text=True, check=True
    ).stdout
    lines = (line.rpartition(": ") for line in said.splitlines() if line)
    return {key: ast.literal_eval(value) for key, _, value in lines}


def findings(notebook):
    book = json.loads((ROOT / "notebooks" / notebook).read_text(encoding="utf-8"))
    return " ".join("".join(o.get("text", "")) for c in book["cells"] for o in c.get("outputs", []))


def test_the_script_shares_no_code_with_the_package():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    used = {a.name.split(".")[0] for x in ast.walk(tree) if isinstance(x, ast.Import) for a in x.names}
    used |= {x.module.split(".")[0] for x in ast.walk(tree) if isinstance(x, ast.ImportFrom)}
    assert used <= set(sys.stdlib_module_names)


def test_what_actually_happens():
    said, text = rederived(), findings("3_deterrence/3_1_what_actually_happens.ipynb")
    k, low, high = said["with a state"]
    n = said["incidents"]
    assert f"{n:,} distinct incidents" in text
    assert f"{k / n:.0%} ({k:,} of {n:,}; {low}–{high}%)" in text
    assert f"{said['undated']} incidents have no start date" in text
    few, coded, top = said["low intensity"]
    assert f"({few:,} of {coded:,};" in text and f"a scale that reaches {top} here" in text
    assert f"those of 2021 by {said['2023 to 2021']} to 1" in text
    assert f"and by {said['2023 to 2021, older rule']} to 1" in text


def test_how_the_world_votes():
    said, text = rederived(), findings("2_norms/2_1_how_the_world_votes.ipynb")
    assert f"{said['roll calls']} roll calls" in text
    empty, places = said["empty"]
    assert f"{empty} of {places:,} places were empty ({empty / places:.0%})" in text
    assert f"{said['abstentions']} were abstentions" in text
    yes, both = said["both yes"]
    assert f"({yes} of {both}) said yes to both" in text
    assert f"({said['no, yes']} of {both}) no to the Russian and yes to the American" in text
    assert f"({said['yes, no']} of {both}) yes to the Russian and no to the American" in text
    alike, core = said["EU alike"]
    assert f"voted alike on {alike} of {core} roll calls" in text
    assert f"agreement index of the whole Assembly: {said['mean agreement']:.2f}" in text
