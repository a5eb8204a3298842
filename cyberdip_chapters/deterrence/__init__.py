"""Part 3: what happens, what follows, and whether it can be prevented."""
