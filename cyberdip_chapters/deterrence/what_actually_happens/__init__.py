"""Chapter 3.1: the record of incidents, three observatories side by side, and what they share."""

from .analysis import ANY, YEARS, dyads, events_of, exact, find, in_full, listing, received, record, yearly
from .checks import CHECKS, key_finding, key_picture, named_answer
from .exhibits import incident_explorer, incident_in_full, same_incidents, three_observatories, who_received
from .observatories import (
    ABSENT,
    HELD,
    OUTSIDE,
    PART,
    PERIODS,
    UNHELD,
    WIDER,
    items,
    looked_up,
    lookups,
    shares,
)

__all__ = [
    "ABSENT",
    "ANY",
    "CHECKS",
    "HELD",
    "OUTSIDE",
    "PART",
    "PERIODS",
    "UNHELD",
    "WIDER",
    "YEARS",
    "dyads",
    "events_of",
    "exact",
    "find",
    "in_full",
    "incident_explorer",
    "incident_in_full",
    "items",
    "key_finding",
    "key_picture",
    "listing",
    "looked_up",
    "lookups",
    "named_answer",
    "received",
    "record",
    "same_incidents",
    "shares",
    "three_observatories",
    "who_received",
    "yearly",
]
