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
    k, n = said["with a state"], said["incidents"]
    assert (
        f"with an initiator from a named state or territory, in the claim that EuRepoC follows: {k / n:.0%} ({k:,} of {n:,})"
        in text
    )
    k = said["with a state or state-affiliated initiator"]
    assert (
        f"state-affiliated initiator from a named state or territory, in the claim that EuRepoC follows: {k / n:.0%} ({k:,} of {n:,})"
        in text
    )
    assert f"Without a start date: {said['undated']}\n" in text
    some, coded = said["physical effect"]
    assert f"coded in {some / coded:.1%} ({some} of {coded:,})" in text
    for rule, words in (("", "In the whole record"), (", older rule", "By the older rule")):
        first, then = said[f"2022 to 2021{rule}"], said[f"2023 to 2021{rule}"]
        assert f"{words}, {first} times as many began in 2022 as in 2021, {then} times in 2023." in text
    for record in ("CFR", "DCID", "EuRepoC"):
        k, n = said[f"held by {record.lower()}"]
        assert f"{record} holds in some form {k / n:.0%} ({k} of {n})" in text
    k, n = said["held by all"]
    assert f"All three hold {k} of the {n} in the scope of all three" in text
    out, recent = said["2023 and 2024, newer rule only"]
    assert f"only by the newer rule: {out / recent:.0%} ({out} of {recent:,})" in text


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
