"""Run a command under several kernels of the linear algebra, because last digits differ between processors.

    python tools/kernels.py                  say which kernels this machine can run
    python tools/kernels.py run COMMAND …    run the command under each; 1 if it failed under any
    python tools/kernels.py numeric          the numeric tests and the notebooks' findings under each

OpenBLAS, which numpy and scipy bring, chooses its kernel by the processor; ``OPENBLAS_CORETYPE`` chooses another. A
kernel is used here only if the processor has its instructions and a fresh Python says that it is the one loaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Kernel: the instructions it needs, as /proc/cpuinfo writes them. Oldest first.
KERNELS = {
    "Prescott": {"pni"},
    "Haswell": {"avx2", "fma"},
    "SkylakeX": {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"},
}
#: OpenBLAS calls a kernel by the first name on its list that shares it.
ALIASES = {"katmai": "prescott"}
#: Tests whose numbers come out of linear algebra, fits, simulations or graph layouts.
NUMERIC = (
    "test_stats.py test_statistics_exact.py test_distributions.py test_survival.py test_independent.py test_results.py "
    "test_countries.py test_does_it_escalate.py test_deterrence_models.py test_can_you_deter.py test_crisis.py "
    "test_you_are_the_adviser.py test_what_follows.py test_how_the_world_votes.py test_do_promises_hold.py "
    "test_who_can_keep_up.py test_who_joins_what.py test_never_go_dark.py test_switched_off.py test_whose_rules.py "
    "test_choke_points.py test_what_openness_pays.py test_how_bytes_cross.py test_who_lets_data_travel.py "
    "test_who_asks_who_tells.py test_plan_numbers.py"
).split()
LOADED = """
import ctypes, numpy.linalg, scipy.linalg
names = set()
for line in open("/proc/self/maps"):
    path = line.split()[-1]
    if "openblas" not in path or path in names:
        continue
    names.add(path)
    library = ctypes.CDLL(path)
    for call in ("scipy_openblas_get_corename64_", "scipy_openblas_get_corename", "openblas_get_corename"):
        if hasattr(library, call):
            function = getattr(library, call)
            function.restype = ctypes.c_char_p
            print(function().decode())
            break
"""


def instructions() -> set[str]:
    """What the processor can do, as Linux says it; nothing on other systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    return next((set(x.partition(":")[2].split()) for x in lines if x.startswith("flags")), set())


def surroundings(kernel: str) -> dict[str, str]:
    """The environment of a command under a kernel, without what else would steer OpenBLAS."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    return others | {"OPENBLAS_CORETYPE": kernel}


def loaded(kernel: str) -> set[str]:
    """The kernels that numpy and scipy really use when this one is asked for."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=surroundings(kernel), capture_output=True, text=True
    )
    found = {name.casefold() for name in done.stdout.split()}
    return {ALIASES.get(name, name) for name in found} if done.returncode == 0 else set()


def usable(kernel: str) -> str:
    """Empty if the kernel can be used here, else why not, in a sentence."""
    if missing := sorted(KERNELS[kernel] - instructions()):
        return f"this processor has no {', '.join(missing)}"
    if (found := loaded(kernel)) != {kernel.casefold()}:
        return f"numpy and scipy use {', '.join(sorted(found)) or 'another library'} when it is asked for"
    return ""


def run(command: list[str]) -> int:
    """The command under each usable kernel; the number of kernels under which it failed."""
    failed, ran = [], []
    for kernel in KERNELS:
        if why := usable(kernel):
            print(f"-- {kernel}: not run, {why}", flush=True)
            continue
        print(f"-- {kernel}", flush=True)
        ran.append(kernel)
        if subprocess.run(command, env=surroundings(kernel), cwd=ROOT).returncode:
            failed.append(kernel)
    print(f"kernels that ran: {', '.join(ran) or 'none'}; failed: {', '.join(failed) or 'none'}")
    return len(failed)


def main(arguments: list[str]) -> int:
    """Command line."""
    if not arguments:
        for kernel in KERNELS:
            print(f"{kernel}: {usable(kernel) or 'usable'}")
        return 0
    if arguments[0] == "run" and len(arguments) > 1:
        return min(run(arguments[1:]), 1)
    if arguments == ["numeric"]:
        tests = [f"tests/{name}" for name in NUMERIC]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "auto",
            "--dist",
            "loadfile",
            *tests,
            "notebooks",
        ]
        return min(run(command), 1)
    print(__doc__.strip(), file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
