"""Data, exhibits and teaching tools of the Cyber Diplomacy Handbook."""

__version__ = "0.1.0"
