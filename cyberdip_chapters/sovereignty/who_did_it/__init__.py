"""Chapter 1.2: who attributes, how long it takes, how clues add up, what the attackers are called.

An attribution is a claim: someone says, on a day and on some basis, who did it. Counts say what they count.
"""

from .analysis import ATTACKER, OFFICIAL, claims, famous_waits, names, waits
from .checks import CHECKS
from .exhibits import (
    key_finding,
    key_picture,
    many_names,
    only_the_attacker,
    time_to_attribution,
    weigh_evidence,
    who_attributes,
    who_spoke_first,
)

__all__ = [
    "ATTACKER",
    "CHECKS",
    "OFFICIAL",
    "claims",
    "famous_waits",
    "key_finding",
    "key_picture",
    "many_names",
    "names",
    "only_the_attacker",
    "time_to_attribution",
    "waits",
    "weigh_evidence",
    "who_attributes",
    "who_spoke_first",
]
