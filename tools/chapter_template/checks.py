"""The exercises that check themselves."""

from cyberdip_utils.data import load
from cyberdip_utils.teach import Verdict, check_number


def _members(answer: object) -> Verdict:
    states = load("states")
    slips = {"You counted territories, too. Keep the members.": float(len(states))}
    right = float(states["member_of_un"].fillna(False).sum())
    return check_number(answer, right, 0.5, slips, "Count the rows whose member_of_un is true.")


CHECKS = {"members": _members}
