"""Part 4: how bytes, chips and rights cross borders."""
