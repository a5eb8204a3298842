"""Data, exhibits and teaching tools of the Cyber Diplomacy Handbook."""

__version__ = "1.0.0"
#: How the book names itself in citations; CITATION.cff says the same.
BOOK = {
    "authors": "The authors of the Cyber Diplomacy Handbook",
    "title": "Cyber Diplomacy Handbook",
    "year": "2026",
    "version": __version__,
}

from cyberdip_utils.data import DataError, about, catalog, cite, load  # noqa: E402
from cyberdip_utils.take_home import save, snippet  # noqa: E402

__all__ = ["BOOK", "DataError", "about", "catalog", "cite", "load", "save", "snippet"]
