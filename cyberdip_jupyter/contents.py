"""Reading changes no chapter: JupyterLab shows the book's notebooks, runs them, and writes them under other names only.

docs/decisions/0005-reading-changes-nothing.md says why it is done here.
"""

import os
from pathlib import Path

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError
from traitlets import Bool

from cyberdip_jupyter import book_folder

WORK = "my_work"


class HandbookContents(AsyncLargeFileManager):
    """JupyterLab's files, with the book's notebooks read-only and every other file as usual."""

    write_chapters = Bool(
        False, config=True, help="Let JupyterLab write the book's own notebooks; for their authors."
    )

    def _book_folder(self, path: str) -> Path | None:
        """The ``notebooks`` folder if this is a notebook of the book that must stay as it is, else None."""
        return None if self.write_chapters else book_folder(Path(self._get_os_path(path.strip("/"))))

    def is_writable(self, path: str) -> bool:
        """As usual; False for a notebook of the book, so that JupyterLab neither saves it nor makes checkpoints."""
        return self._book_folder(path) is None and super().is_writable(path)

    def _own_name(self, path: str, notebooks: Path) -> str:
        """Where a reader's copy of a chapter may lie, as JupyterLab writes paths."""
        top = Path(self.root_dir).resolve()
        beside = notebooks.parent.resolve()
        work = WORK
        if beside.is_relative_to(top) and os.access(beside, os.W_OK):
            work = (beside.relative_to(top) / WORK).as_posix()
        return f"{work}/{Path(path).name}"

    def _refuse(self, path: str) -> None:
        """Raise the error that JupyterLab shows when a notebook of the book would be changed."""
        if notebooks := self._book_folder(path):
            raise HTTPError(
                403,
                "The chapters of the handbook stay as they are, so that an update can replace them. To keep what you wrote, "
                f"press “Save my copy” (menu File: Save Notebook As…) and give another name, such as "
                f"{self._own_name(path, notebooks)}",
            )

    async def save(self, model, path=""):
        """Save a file; the folder ``my_work`` is made when the first file goes there."""
        self._refuse(path)
        folder = Path(self._get_os_path(path.strip("/"))).parent
        if folder.name == WORK and folder.parent.is_dir():
            with self.perm_to_403():
                folder.mkdir(exist_ok=True)
        return await super().save(model, path)

    async def delete_file(self, path):
        """Delete a file, never a notebook of the book."""
        self._refuse(path)
        return await super().delete_file(path)

    async def restore_checkpoint(self, checkpoint_id, path):
        """Go back to an earlier state of a file, never of a notebook of the book: a checkpoint may be of an older edition."""
        self._refuse(path)
        return await super().restore_checkpoint(checkpoint_id, path)

    async def rename_file(self, old_path, new_path):
        """Rename a file, neither from nor to a notebook of the book."""
        self._refuse(old_path)
        self._refuse(new_path)
        return await super().rename_file(old_path, new_path)
