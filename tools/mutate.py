"""Change the statistical functions one sign, bound or default at a time and see whether a test notices.

    python -m venv /tmp/mutation && /tmp/mutation/bin/pip install mutmut -r requirements-dev.txt
    /tmp/mutation/bin/python tools/mutate.py [--folder /tmp/mutants] [--workers 2]

Copies the package and the tests of its statistics to a folder of its own, runs mutmut there, and prints the table of
docs/soundness.md. mutmut is not part of the environment. Needs Linux or macOS.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = (
    "stats.py",
    "rank.py",
    "survival.py",
    "evidence.py",
    "distributions.py",
    "norms/agreement.py",
    "norms/interrupted.py",
    "deterrence/transitions.py",
)
TESTS = ("test_statistics_exact.py", "test_stats.py", "test_distributions.py")
WANTED = 0.92
SETTINGS = """[tool.mutmut]
source_paths = ["cyberdip_utils"]
only_mutate = [{modules}]
pytest_add_cli_args_test_selection = ["tests"]
also_copy = ["cyberdip_utils", "tests"]
[tool.pytest.ini_options]
addopts = "-p no:nbval -p no:xdist"
"""


def prepare(folder):
    """The folder in which mutmut works: the package, its tests, its settings."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tests").mkdir(parents=True)
    shutil.copytree(ROOT / "cyberdip_utils", folder / "cyberdip_utils")
    for name in TESTS:
        shutil.copy(ROOT / "tests" / name, folder / "tests")
    listed = ", ".join(f'"cyberdip_utils/{m}"' for m in MODULES)
    (folder / "pyproject.toml").write_text(SETTINGS.format(modules=listed), encoding="utf-8")


def table(listed):
    """Lines of the report from ``mutmut results --all true``; and the share killed."""
    kept, gone = Counter(), Counter()
    for line in listed.splitlines():
        if found := re.match(r"\s*cyberdip_utils\.([\w.]+)\.x[^.]*: (\w+)", line):
            (kept if found[2] == "survived" else gone)[found[1]] += 1
    lines = ["| module | changes | noticed | share |", "|---|---:|---:|---:|"]
    for name in [m.removesuffix(".py").replace("/", ".") for m in MODULES]:
        n = kept[name] + gone[name]
        lines.append(
            f"| `{name}` | {n:,} | {gone[name]:,} | {gone[name] / n:.0%} |" if n else f"| `{name}` | 0 | | |"
        )
    k, n = gone.total(), gone.total() + kept.total()
    return [*lines, f"| all | {n:,} | {k:,} | {k / n:.1%} |" if n else "| all | 0 | | |"], k / n if n else 0.0


def main(arguments=None):
    """Command line; 1 if fewer than the wanted share was noticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("/tmp/mutants"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--report", action="store_true", help="only read the results of the last run")
    chosen = parser.parse_args(arguments)
    mutmut = Path(sys.executable).parent / "mutmut"
    if not mutmut.exists():
        print("mutmut is not here; the head of this file says how to get it", file=sys.stderr)
        return 2
    if not chosen.report:
        prepare(chosen.folder)
        subprocess.run([mutmut, "run", "--max-children", str(chosen.workers)], cwd=chosen.folder, check=True)
    listed = subprocess.run(
        [mutmut, "results", "--all", "true"], cwd=chosen.folder, check=True, capture_output=True, text=True
    ).stdout
    lines, share = table(listed)
    print("\n".join(lines))
    return int(share < WANTED)


if __name__ == "__main__":
    raise SystemExit(main())
