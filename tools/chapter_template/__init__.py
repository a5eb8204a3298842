"""Chapter NUMBER_: TITLE_

✎ Say in a sentence or two what the chapter computes and what a row of its main table is.
"""

from .analysis import states_by_region
from .checks import CHECKS
from .exhibits import NAME__states, key_finding, key_picture, largest_region

__all__ = ["CHECKS", "NAME__states", "key_finding", "key_picture", "largest_region", "states_by_region"]
