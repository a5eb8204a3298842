"""Keep the notebooks as git should see them.

    python tools/tidy_notebooks.py strip [NOTEBOOK …]    remove what must not be stored
    python tools/tidy_notebooks.py check [NOTEBOOK …]    say which ones still hold it; exit 1 if any does
    python tools/tidy_notebooks.py run   [NOTEBOOK …]    run them, keep what findings print, strip the rest

A finding cell starts with `# NBVAL_CHECK_OUTPUT`. Its output stays, because the tests compare it, and its
execution count stays, because nbval compares nothing when the count is missing. The count stored is the
cell's place among the code cells, so that it does not change from run to run.
"""

import copy
import os
import sys
from pathlib import Path

import nbformat
from nbstripout import strip_output

from cyberdip_jupyter import book_notebooks

ROOT = Path(__file__).resolve().parent.parent
FINDING = "# NBVAL_CHECK_OUTPUT"
# The kernel is named plainly, not as the machine of whoever saved last calls it. Naming none is no choice: on a
# machine with a second Python kernel JupyterLab then asks, and offers the wrong one (tests/browser/test_lab.py).
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"tags", "keep_output", "jupyter"}


def notebooks(folder=ROOT / "notebooks"):
    """The book's notebooks in a folder, in reading order; a reader's copies and trials are none of them."""
    return [folder / name for name in book_notebooks() if (folder / name).is_file()]


def is_finding(cell):
    """Is this a cell whose printed text the tests compare?"""
    return cell.cell_type == "code" and cell.source.startswith(FINDING)


def stored_metadata(cell):
    """What of a cell's metadata is stored: tags, that an output is compared, that setup code is folded."""
    found = {key: value for key, value in cell.metadata.items() if key in CELL_METADATA and value}
    if "jupyter" in found and not found["jupyter"].get("source_hidden"):
        del found["jupyter"]
    elif "jupyter" in found:
        found["jupyter"] = {"source_hidden": True}
    return found


def joined(outputs):
    """Outputs with neighbouring pieces of one stream put together: how a kernel cuts printed text depends on its pace."""
    found = []
    for output in outputs:
        before = found[-1] if found else {}
        if output.output_type == "stream" == before.get("output_type") and output.name == before.name:
            before.text = "".join(before.text) + "".join(output.text)
        else:
            found.append(output)
    return found


def stripped(notebook):
    """A copy of a notebook with stored outputs of finding cells only and no trace of who ran it where."""
    nb = copy.deepcopy(notebook)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.metadata["keep_output"] = is_finding(cell)
    nb = strip_output(nb, keep_output=False, keep_count=True, keep_id=True)
    nb.metadata = nbformat.from_dict(METADATA)
    nb.nbformat, nb.nbformat_minor = 4, 5
    seen, place = set(), 0
    for number, cell in enumerate(nb.cells, start=1):
        cell.metadata = stored_metadata(cell)
        if not cell.get("id") or cell.id in seen:
            cell["id"] = f"cell-{number}"
        seen.add(cell.id)
        if cell.cell_type != "code":
            continue
        place += 1
        cell.outputs = joined(cell.outputs)
        kept = bool(cell.outputs)
        cell.execution_count = place if kept else None
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = place
            output.pop("transient", None)
    return nb


def text_of(notebook):
    """The notebook as it is written to disk."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def executed(notebook, folder):
    """The notebook after all its cells ran in `folder`."""
    from nbclient import NotebookClient

    nb = copy.deepcopy(notebook)
    NotebookClient(nb, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return nb


def main(argv):
    if not argv or argv[0] not in ("strip", "check", "run"):
        print(__doc__.strip())
        return 2
    order, names = argv[0], argv[1:]
    wrong = []
    for path in [Path(name).resolve() for name in names] or notebooks():
        before = path.read_text(encoding="utf-8")
        try:
            nb = nbformat.reads(before, as_version=4)
            if order == "run":
                os.environ["CYBERDIP_STRICT"] = "1"
                nb = executed(nb, path.parent)
            after = text_of(stripped(nb))
        except (nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
            print(f"{path.name}: not a notebook: {error}")
            wrong.append(path)
            continue
        if after == before:
            continue
        if order == "check":
            wrong.append(path)
            print(f"{path.name}: holds outputs or metadata that are not stored; run: make strip")
        else:
            path.write_text(after, encoding="utf-8", newline="\n")
            print(f"{path.name}: written")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
