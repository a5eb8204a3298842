"""The handbook's chapters, one folder each: its analysis, its exhibits, ``chapter.toml`` and the lesson plan.

A chapter imports :mod:`cyberdip_utils` and its own folder, never another chapter.
"""
