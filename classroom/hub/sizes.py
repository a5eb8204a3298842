"""How large a machine or a cluster has to be, from what ``make bench-hub`` measured. Standard library only.

python classroom/hub/sizes.py            writes values.yaml and the tables of docs/hub.md from measured.json
python classroom/hub/sizes.py --check    tells whether they are those of today; code 1 if not
"""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MEASURED, VALUES, PAGE = HERE / "measured.json", HERE / "values.yaml", ROOT / "docs" / "hub.md"

ROOM = 1.25  # on top of what was measured: other chapters, exercises, a longer lesson
KERNELS = 3  # chapters that one student keeps open (hub.toml)
ARRIVAL_S = 120  # all students arrive and run a chapter; this many seconds are bearable
RESERVE_MB = 700  # hub.toml
CLASS = 60  # students for which values.yaml is written
CLASSES = (10, 20, 30, 60)


def up(value: float, step: int) -> int:
    """The next whole multiple of ``step``."""
    return math.ceil(value / step - 1e-9) * step


def sizes(measured: dict) -> dict:
    """What one student needs: ``guarantee_mb`` and ``limit_mb`` of memory, ``cpu_guarantee``, ``storage_mb``.

    Memory is counted as RSS: students in pods do not share the pages of the same program as they do on one machine. The
    limit is room for the server and three heavy chapters. CPU is what moving exhibits takes, at least a twentieth of a core.
    """
    mb, cpu, move = measured["memory_mb"], measured["cpu_s"], measured["move"]
    server, student = mb["server_alone_rss"], mb["student_heavy_rss"]
    copy = measured.get("own_copy", {}).get("mb", 0)
    return {
        "guarantee_mb": up(student * ROOM, 50),
        "limit_mb": up((server + KERNELS * (student - server)) * ROOM, 100),
        "cpu_guarantee": max(0.05, math.ceil(cpu["student_per_move"] / move["pause_s"] * 100) / 100),
        "cpu_limit": 1,
        "storage_mb": up(10 * copy + 500, 500),
    }


def machine(measured: dict, students: int) -> dict:
    """One machine for so many students: memory in GB and cores.

    Memory counts shared pages once (PSS), each student with a heavy chapter. Cores: all arrive and run a chapter within
    two minutes.
    """
    mb, cpu = measured["memory_mb"], measured["cpu_s"]
    needed = RESERVE_MB + mb["hub_pss"] + students * mb["student_heavy_pss"] * ROOM
    return {
        "students": students,
        "memory_gb": math.ceil(needed / 1000),
        "cores": max(2, math.ceil(students * cpu["student_to_chapter_end"] / ARRIVAL_S)),
    }


def values(measured: dict) -> str:
    """values.yaml."""
    got = sizes(measured)
    nodes = [(4, 16), (8, 32)]
    hold = [
        f"#   {cores} cores, {gb} GB: {min(int((gb * 1000 * 0.85) / got['guarantee_mb']), int(cores * 0.9 / got['cpu_guarantee']))}"
        for cores, gb in nodes
    ]
    return TEMPLATE.format(
        **got, students=CLASS, nodes="\n".join(hold), who=f"{measured['students']['asked']}", kernels=KERNELS
    )


TEMPLATE = """\
# Values for the Helm chart "Zero to JupyterHub" (a version of the chart with JupyterHub 5), for classes that need more than one
# machine. Written by classroom/hub/sizes.py: change it there or, better, put what differs into a second file of your own:
#   helm upgrade --install cyberdip jupyterhub/jupyterhub --values classroom/hub/values.yaml --values my-values.yaml
# The sizes are computed from classroom/hub/measured.json, a run with {who} students on one machine. The chart itself has not
# been run by the handbook's authors. Students whom a node holds, by memory and CPU that are guaranteed:
{nodes}

hub:
  activeServerLimit: {students}
  concurrentSpawnLimit: 20
  allowNamedServers: false
  config:
    Authenticator:
      allow_all: false          # nobody comes in until my-values.yaml says who: allowed_users, or your login's groups
    JupyterHub:
      admin_access: false
      authenticator_class: generic-oauth   # your university's login; addresses and secret go into my-values.yaml

proxy:
  https:
    enabled: true
    hosts: []                   # the hub's name, in my-values.yaml

singleuser:
  image:
    name: registry.example.org/cyberdip   # build it from classroom/hub/Dockerfile, push it to your registry
    tag: set-me
  defaultUrl: /lab/tree/handbook/notebooks/00_start_here.ipynb
  startTimeout: 300
  memory:
    guarantee: {guarantee_mb}M
    limit: {limit_mb}M
  cpu:
    guarantee: {cpu_guarantee}
    limit: {cpu_limit}
  storage:
    capacity: {storage_mb}M
    homeMountPath: /home/jovyan
  uid: 1000
  fsGid: 100
  allowPrivilegeEscalation: false
  cloudMetadata:
    blockWithIptables: true
  networkPolicy:
    enabled: true
    egressAllowRules:           # the handbook needs no network; nbgitpuller from outside needs nonPrivateIPs: true
      cloudMetadataServer: false
      nonPrivateIPs: false
      privateIPs: false
  extraEnv:
    CYBERDIP_HUB_KERNELS: "{kernels}"
    CYBERDIP_HUB_IDLE: "60"
    JUPYTER_RUNTIME_DIR: /tmp/cyberdip-run
    OMP_NUM_THREADS: "1"
    OPENBLAS_NUM_THREADS: "1"
  lifecycleHooks:
    postStart:
      exec:
        command: ["ln", "-sfn", "/opt/cyberdip/handbook", "/home/jovyan/handbook"]

cull:
  enabled: true
  timeout: 3600
  every: 300
  users: false

prePuller:
  hook:
    enabled: true
  continuous:
    enabled: true

scheduling:
  userScheduler:
    enabled: true
"""


def shown(value, unit: str = "") -> str:
    """A number with its unit, or a dash where nothing was measured."""
    if value is None or value != value:
        return "–"
    return f"{value} {unit}".strip()


def table(out: dict) -> str:
    """What was measured, in Markdown."""
    who, mb, cpu, move = out["students"], out["memory_mb"], out["cpu_s"], out["move"]
    at = out["machine"]
    rows = [
        (
            "students asked for, came in, ran the chapter",
            f"{who['asked']}, {who['came_in']}, {who['ran_the_chapter']}",
        ),
        ("failures before the accidents, and in all", f"{who['failures']}, {out['failures_in_all']}"),
        ("memory of a student's server without a chapter (PSS)", shown(mb["server_alone_pss"], "MB")),
        ("memory of a student with a light chapter (PSS)", shown(mb["student_light_pss"], "MB")),
        ("memory of a student with a heavy chapter (PSS)", shown(mb["student_heavy_pss"], "MB")),
        ("the same as RSS", shown(mb["student_heavy_rss"], "MB")),
        ("the largest student (PSS)", shown(mb["student_largest_pss"], "MB")),
        ("all students together (PSS)", shown(mb["all_students_pss"], "MB")),
        ("hub, proxy and services (PSS)", shown(mb["hub_pss"], "MB")),
        ("CPU from login to the chapter's end, a student", shown(cpu["student_to_chapter_end"], "s")),
        ("CPU of a moved control", shown(cpu["student_per_move"], "s")),
        ("all arrive at once: 95% have a server after", shown(who["server_p95_s"], "s")),
        ("all run a chapter at once: 95% are through after", shown(who["chapter_p95_s"], "s")),
        (
            f"control to answer, {move['count']} moves: median, p95",
            f"{shown(move['median_s'], 's')}, {shown(move['p95_s'], 's')}",
        ),
    ]
    if seen := out.get("browser"):
        rows.append(
            (
                f"control to picture in a browser, {seen['moves']} moves: median, p95",
                f"{shown(seen['median_s'], 's')}, {shown(seen['p95_s'], 's')}",
            )
        )
    for key, words in (
        ("kernel_killed", "one kernel killed"),
        ("memory_eaten", "one student eats memory"),
        ("kernel_spins", "one kernel spins"),
    ):
        got = out[key]
        rows.append(
            (
                f"{words}: the others' p95, failures",
                f"{shown(got['others_p95_s'], 's')}, {got['others_failures']} of {got['others_moves']}",
            )
        )
    eaten = out["memory_eaten"]
    rows.append(
        ("the most that student held, and the limit", f"{eaten['most_mb']} MB, {eaten['limit_mb']} MB")
    )
    if copy := out.get("own_copy"):
        rows.append(("an own copy by nbgitpuller", f"{copy['seconds']} s, {copy['mb']} MB of disk"))
    if idle := out.get("culled"):
        rows.append(
            (
                f"idle server stopped, with {idle['patience_s']} s of patience, after",
                f"{idle['stopped_after_s']} s",
            )
        )
    rows.append(("checks passed, failed", f"{out['checks']['passed']}, {len(out['checks']['failed'])}"))
    lines = ["| Measured | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    state = (
        "BUSY with other work, so that times are longer than on a machine of its own"
        if at["busy"]
        else "otherwise idle"
    )
    lines.append(
        f"\nThe machine: {at['cores']} cores and {at['memory_gb']} GB, {state} (load {at['load_before']} before the run). "
        f"Python {at['python']}, JupyterHub {at['jupyterhub']}, JupyterLab {at['jupyterlab']}. Chapters: "
        f"`{out['chapters']['light']}` for every other student, `{out['chapters']['heavy']}` for the rest; "
        f"{move['pause_s']} s between two moves of a student."
    )
    return "\n".join(lines)


def needed(measured: dict) -> str:
    """Machines for classes of several sizes, in Markdown."""
    rows = [machine(measured, n) for n in CLASSES]
    lines = ["| Students | Memory | Cores |", "|---|---|---|"]
    return "\n".join(lines + [f"| {r['students']} | {r['memory_gb']} GB | {r['cores']} |" for r in rows])


def rendered(page: str, measured: dict) -> str:
    """The page with its generated parts."""
    for name, text in (("measured", table(measured)), ("needed", needed(measured))):
        pattern = rf"(<!-- {name} -->\n\n).*?(\n\n<!-- /{name} -->)"
        page, count = re.subn(pattern, lambda m, text=text: m[1] + text + m[2], page, flags=re.S)
        if count != 1:
            raise ValueError(f"the page has no part between <!-- {name} --> and <!-- /{name} -->")
    return page


def main() -> int:
    """Write, or compare."""
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    made = {VALUES: values(measured), PAGE: rendered(PAGE.read_text(encoding="utf-8"), measured)}
    stale = [p.name for p, text in made.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        print(
            f"not those of today: {', '.join(stale)}"
            if stale
            else "values.yaml and docs/hub.md are those of today"
        )
        return bool(stale)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
