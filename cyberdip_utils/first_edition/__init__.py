"""The first edition's core, for the chapters that have not moved to ``cyberdip_chapters`` yet. It goes with the last of them."""
