"""Part 2: what states promise, how they vote, and whether the promises hold."""
