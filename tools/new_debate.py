"""Check a debate file and write its notebook: python tools/new_debate.py my_debate.toml [--check]

The notebook stands beside the file and needs nothing but it. It is overwritten only with --again.
"""

import argparse
import sys
from pathlib import Path

import nbformat

from cyberdip_utils.controversies.debate import read_debate

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cells(debate, file_name):
    """The notebook's cells: Markdown and code in turn."""
    raw, v4 = debate.raw, nbformat.v4
    md, code = v4.new_markdown_cell, v4.new_code_cell
    cases = "\n\n".join(f"**{s['name']}.** {' '.join(s['case'].split())}" for s in raw["side"])
    setup = (
        "from cyberdip_utils.controversies.debate import open_debate\n"
        "from cyberdip_utils.controversies.stance import class_tally, stance\n\n"
        f"debate = open_debate({file_name!r})\n"
        "argument_map, evidence, weigh = debate.exhibits()"
    )
    return [
        md(f"# {raw['title']}\n\n{raw['question']}\n\n{' '.join(raw['setting'].split())}", id="title"),
        code(setup, id="setup"),
        md("## Before you read", id="before-heading"),
        code('stance(debate, "before")', id="before"),
        md(f"## The sides\n\n{cases}", id="sides"),
        md(
            "## How the arguments hang together\n\nChoose a side or a claim under *Focus*. The outline beneath says the same in words.",
            id="map-heading",
        ),
        code("argument_map", id="map"),
        md(
            "## What the record says\n\nEach item opens an exhibit of the handbook. Read the caveat with it.",
            id="evidence-heading",
        ),
        code("evidence", id="evidence"),
        md(
            "## What follows from what you value and believe\n\nMove the weights and the assumptions. The dotted line is where you stand; "
            "a lever whose two marks lie on both sides of nought can turn the conclusion round.",
            id="weigh-heading",
        ),
        code("weigh", id="weigh"),
        code("print(debate.finding_robust())", id="robust"),
        md("## After you have read", id="after-heading"),
        code('stance(debate, "after")', id="after"),
        code("class_tally(debate)", id="tally"),
    ]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="the debate, a TOML file")
    parser.add_argument("--check", action="store_true", help="check only, write nothing")
    parser.add_argument("--again", action="store_true", help="overwrite the notebook")
    chosen = parser.parse_args(arguments)
    try:
        debate = read_debate(chosen.file)
    except (FileNotFoundError, ValueError) as error:
        print(error if isinstance(error, ValueError) else f"There is no file {chosen.file}.", file=sys.stderr)
        return 1
    broken = debate.broken_links()
    for sentence in broken:
        print(f"{chosen.file.name}: {sentence}", file=sys.stderr)
    if broken:
        return 1
    print(debate.balance().to_string())
    print(debate.finding_robust())
    if chosen.check:
        return 0
    target = chosen.file.with_suffix(".ipynb")
    if target.exists() and not chosen.again:
        print(f"{target.name} is there already; give --again to overwrite it.", file=sys.stderr)
        return 1
    book = nbformat.v4.new_notebook(cells=cells(debate, chosen.file.name), metadata=KERNEL)
    nbformat.validate(book)
    part = target.with_suffix(".part")
    try:
        nbformat.write(book, part)
        part.replace(target)
    except OSError as error:
        print(f"{target.name} could not be written ({error.strerror or error}).", file=sys.stderr)
        return 1
    finally:
        part.unlink(missing_ok=True)
    print(f"Wrote {target}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
