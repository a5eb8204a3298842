"""Data, exhibits and teaching tools of the Cyber Diplomacy Handbook."""

from cyberdip_utils.data import DataError, about, catalog, cite, load

__version__ = "1.0.0"
__all__ = ["DataError", "about", "catalog", "cite", "load"]
