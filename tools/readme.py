"""Write the generated parts of README.md: badges, the table of chapters, the size of the data. --check only looks.

Each part stands between `<!-- name -->` and `<!-- /name -->`. Badges follow site/address.toml.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "site"))


def badges():
    import web_book

    a = web_book.addresses()
    return (
        f"[![Open in Binder](docs/images/binder.svg)]({web_book.binder()}) · "
        f"[bring to a class's hub]({web_book.nbgitpuller()}) · [repository]({a['repository']})\n\n"
        "(The addresses are placeholders from `site/address.toml` until the repository is public.)"
    )


def chapters():
    from cyberdip_utils.teach import chapters as listed

    rows = []
    for c in listed().values():
        if c.number == "0":
            rows.append(f"| [Start here](notebooks/{c.notebook}) | What is cyber diplomacy? | {c.minutes} |")
        else:
            rows.append(f"| [{c.number}](notebooks/{c.notebook}) | {c.title} | {c.minutes} |")
    return "| Chapter | Question | Minutes |\n|---|---|---|\n" + "\n".join(rows)


def size():
    from cyberdip_utils.data import catalog

    tables = catalog()
    return f"{len(tables)} tables and map layers with {int(tables['rows'].sum()):,} rows"


def topics():
    from cyberdip_utils.topics import coverage_table

    return coverage_table()


PARTS = {"badges": badges, "chapters": chapters, "size": size, "topics": topics}


def rendered(text):
    """The README's text with its generated parts made anew; ValueError if a part's marks are missing."""
    for name, make in PARTS.items():
        marks = re.compile(rf"(<!-- {name} -->)(\s*).*?(\s*)(<!-- /{name} -->)", re.S)
        if not marks.search(text):
            raise ValueError(f"README.md has no part between <!-- {name} --> and <!-- /{name} -->")
        made = make()
        text = marks.sub(lambda m, made=made: m[1] + m[2] + made + m[3] + m[4], text)
    return text


def main(arguments):
    path = ROOT / "README.md"
    old = path.read_text(encoding="utf-8")
    new = rendered(old)
    if "--check" in arguments:
        if new != old:
            print("README.md is not up to date; run: make readme", file=sys.stderr)
        return int(new != old)
    part = path.with_suffix(".part")
    part.write_text(new, encoding="utf-8", newline="\n")
    part.replace(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
