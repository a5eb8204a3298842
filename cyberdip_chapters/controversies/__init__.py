"""Part 5: six debates, with the strongest case for every side."""
