"""The central results of chapters 3.1 and 2.1 once more, from the tables alone: no pandas, no line of the package.

    python tests/independent/rederive.py

Standard library only. tests/test_independent.py compares what it prints with the findings stored in the notebooks.
"""

import csv
from collections import Counter, defaultdict
from pathlib import Path

TABLES = Path(__file__).resolve().parents[2] / "data" / "tables"
CYBER = {"ICT security", "cybercrime"}
OWN = {"state", "state-affiliated"}


def rows(name):
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def what_actually_happens():
    """Counts of chapter 3.1."""
    incidents = rows("incidents")
    physical = [r["physical_spatial"] for r in incidents if r["physical_spatial"]]
    recent = [r for r in incidents if r["start_on"][:4] in ("2023", "2024") and r["in_scope_before_2023"]]
    named = [r for r in rows("incident_initiators") if r["settled"] == "true" and r["iso3"]]
    in_year = Counter(r["start_on"][:4] for r in incidents if r["start_on"])
    old_rule = Counter(
        r["start_on"][:4] for r in incidents if r["start_on"] and r["in_scope_before_2023"] == "true"
    )
    scope, held = defaultdict(set), defaultdict(set)
    for r in rows("anchor_matches"):
        if r["in_scope"] == "true":
            scope[r["dataset"]].add(r["anchor_id"])
        if r["relation"] != "none":
            held[r["dataset"]].add(r["anchor_id"])
    found = {name: (len(held[name] & scope[name]), len(scope[name])) for name in sorted(scope)}
    return {
        **{f"held by {name}": kn for name, kn in found.items()},
        "held by all": (
            sum(all(a in held[name] for name in scope) for a in set.intersection(*scope.values())),
            len(set.intersection(*scope.values())),
        ),
        "incidents": len(incidents),
        "with a state": len({r["incident_id"] for r in named}),
        "with a state or state-affiliated initiator": len(
            {r["incident_id"] for r in named if r["category"] in OWN}
        ),
        "undated": sum(not r["start_on"] for r in incidents),
        "physical effect": (sum(p != "none" for p in physical), len(physical)),
        "2022 to 2021": round(in_year["2022"] / in_year["2021"], 1),
        "2022 to 2021, older rule": round(old_rule["2022"] / old_rule["2021"], 1),
        "2023 to 2021": round(in_year["2023"] / in_year["2021"], 1),
        "2023 to 2021, older rule": round(old_rule["2023"] / old_rule["2021"], 1),
        "2023 and 2024, newer rule only": (
            sum(r["in_scope_before_2023"] != "true" for r in recent),
            len(recent),
        ),
    }


def how_the_world_votes():
    """Counts of chapter 2.1."""
    topic = {r["resolution"]: r["topic"] for r in rows("un_resolutions")}
    date = {r["resolution"]: r["date"] for r in rows("un_resolutions")}
    votes = defaultdict(dict)
    for r in rows("un_votes"):
        votes[r["resolution"]][r["iso3"]] = r["vote"]
    core = [x for x in votes if topic[x] in CYBER]
    cells = [v for x in core for v in votes[x].values()]
    rival = {x: votes[x] for x in ("A/RES/73/27", "A/RES/73/266")}
    both = set.intersection(
        *({s for s, v in part.items() if v in {"yes", "no", "abstain"}} for part in rival.values())
    )
    pairs = Counter((rival["A/RES/73/27"][s], rival["A/RES/73/266"][s]) for s in both)

    def agreement(counts):
        total = sum(counts)
        return (max(counts) - (total - max(counts)) / 2) / total

    whole = []
    for x in core:
        counts = Counter(votes[x].values())
        whole.append(agreement([counts[c] for c in ("yes", "no", "abstain")]))
    members = defaultdict(list)
    for r in rows("groups"):
        if r["group"] == "EU" and r["status"] == "member":
            members[r["iso3"]].append((r["from"] or "0", r["to"] or "9999"))
    alike = 0
    for x in core:
        day = date[x]
        cast = {
            votes[x].get(s)
            for s, spans in members.items()
            if any(a <= day < b for a, b in spans) and votes[x].get(s) in {"yes", "no", "abstain"}
        }
        alike += len(cast) == 1
    return {
        "roll calls": len(votes),
        "core": len(core),
        "empty": (sum(v == "absent" for v in cells), len(cells)),
        "abstentions": sum(v == "abstain" for v in cells),
        "both yes": (pairs["yes", "yes"], len(both)),
        "no, yes": pairs["no", "yes"],
        "yes, no": pairs["yes", "no"],
        "mean agreement": round(sum(whole) / len(whole), 2),
        "EU alike": (alike, len(core)),
    }


if __name__ == "__main__":
    for made in (what_actually_happens(), how_the_world_votes()):
        for key, value in made.items():
            print(f"{key}: {value}")
        print()
