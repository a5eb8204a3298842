"""From controls to tables: pure functions, at most 40 lines each. ✎ This one shows the form; write your own."""

from __future__ import annotations

import pandas as pd

from cyberdip_utils.data import load

MEMBERS, ALL = "members", "all"


def states_by_region(which: str = MEMBERS) -> pd.DataFrame:
    """How many states each region of the UN has.

    Parameters
    ----------
    which : str
        ``"members"``: members of the United Nations; ``"all"``: every state and territory with a region.

    Returns
    -------
    pandas.DataFrame
        ``region``, ``states``, ``poorer`` (how many of them the World Bank puts in its two lower income groups; a state
        without a group is not counted there), the region with the most states first.
    """
    states = load("states").dropna(subset=["un_region"])
    if which == MEMBERS:
        states = states[states["member_of_un"].fillna(False).astype(bool)]
    poorer = states["income_group"].isin(["low", "lower_middle"])
    found = states.assign(poorer=poorer).groupby("un_region")["poorer"].agg(["size", "sum"]).reset_index()
    found = found.set_axis(["region", "states", "poorer"], axis=1)
    return found.sort_values(["states", "region"], ascending=[False, True], ignore_index=True)
