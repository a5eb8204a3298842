"""Part 1: whose rules, who did it, and what a state may switch off."""
