"""Keeps one student's memory from becoming everybody's trouble. A service of the hub; standard library, Linux only.

    python guard.py --limit 1400 --reserve 700 --homes /srv/cyberdip/homes

Every second: the private memory (anonymous and swapped) of all processes of each student is added up. A student over the
limit loses the largest kernel, which JupyterLab says and starts again; the server and its files stay. When the machine
has less than the reserve left, the largest kernel of all is stopped. Each time one line says so.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """One process of a student."""

    pid: int
    uid: int
    mb: float
    kernel: bool
    server: bool


def processes(uids: set[int], proc: Path = Path("/proc")) -> list[Process]:
    """All processes of these users."""
    found = []
    for folder in proc.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if (uid := folder.stat().st_uid) not in uids:
                continue
            status = dict(
                line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line
            )
            kb = sum(
                int(status[key].split()[0]) for key in ("RssAnon", "RssShmem", "VmSwap") if key in status
            )
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except (OSError, ValueError, IndexError):
            continue  # it ended meanwhile
        found.append(
            Process(
                int(folder.name),
                uid,
                kb * 1024 / 1e6,
                "ipykernel_launcher" in command,
                "jupyterhub-singleuser" in command,
            )
        )
    return found


def available_mb(proc: Path = Path("/proc")) -> float:
    """What programs can still have without swapping."""
    for line in (proc / "meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024 / 1e6
    return float("inf")


def to_stop(
    found: list[Process], limit: float, reserve: float, available: float
) -> list[tuple[Process, str]]:
    """Which processes to end, and why: the largest kernel of each student over the limit, or of all."""
    chosen = []
    for uid in sorted({p.uid for p in found}):
        own = [p for p in found if p.uid == uid]
        total = sum(p.mb for p in own)
        if total > limit:
            worst = max(own, key=lambda p: (not p.server, p.mb))
            chosen.append((worst, f"uses {total:.0f} MB of {limit:.0f}"))
    if not chosen and available < reserve:
        rest = [p for p in found if not p.server]
        if rest:
            worst = max(rest, key=lambda p: (p.kernel, p.mb))
            chosen.append((worst, f"the machine has {available:.0f} MB left of the {reserve:.0f} kept back"))
    return chosen


def students(homes: str, names: list[str]) -> dict[int, str]:
    """Uid -> system user of the students: those whose folder lies in ``homes``, and those named."""
    import pwd

    return {
        u.pw_uid: u.pw_name
        for u in pwd.getpwall()
        if u.pw_uid and (Path(u.pw_dir).parent == Path(homes) or u.pw_name in names)
    }


def main() -> None:
    """Watch until ended."""
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--limit", type=float, required=True)
    ap.add_argument("--reserve", type=float, required=True)
    ap.add_argument("--homes", required=True)
    ap.add_argument("--names", default="")
    ap.add_argument("--every", type=float, default=1.0)
    args = ap.parse_args()
    known, read = {}, 0.0
    while True:
        if time.monotonic() - read > 10 or not known:
            known, read = students(args.homes, args.names.split(",")), time.monotonic()
        for process, why in to_stop(processes(set(known)), args.limit, args.reserve, available_mb()):
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            what = "kernel" if process.kernel else "program"
            print(
                f"guard: {known[process.uid]} {why}; ended the {what} {process.pid} with {process.mb:.0f} MB",
                file=sys.stderr,
                flush=True,
            )
        time.sleep(args.every)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
