"""Key finding, answer to the guess, and the check of chapter 3.1."""

from __future__ import annotations

import plotly.graph_objects as go

from cyberdip_utils.claims import Sentence, outside, part, sentence, value
from cyberdip_utils.data import load
from cyberdip_utils.teach import Verdict, check_number
from cyberdip_utils.words import count

from .analysis import NAMED, STATE, listing, record
from .exhibits import draw_three
from .observatories import OBSERVATORIES, shares_in


def key_finding() -> Sentence:
    """The share that three records give to one state."""
    frame = shares_in()
    claims = {
        label.lower(): value(frame, "share", {"observatory": label, "state": "China"}, percent=True)
        for label in OBSERVATORIES.values()
    }
    return sentence(
        "A state or state-affiliated initiator from China is named in {eurepoc} of EuRepoC's incidents, {cfr} of CFR's and {dcid} of DCID's",
        "({years}): three records of one world, three rules.",
        years=outside("2005 to 2020", "the years in which all three have rows"),
        **claims,
    )


def key_picture() -> go.Figure:
    """The leading four states in three records."""
    frame = shares_in()
    leaders = frame.groupby("state")["share"].sum().nlargest(4).index
    return draw_three(frame[frame["state"].isin(leaders)])


def named_answer() -> Sentence:
    """How many of the recorded incidents name where an initiator comes from, and how many a state's own act."""
    acts = listing(initiator=NAMED, kind=STATE)
    named = part(record(), None, {"origin": NAMED}, sample=False)
    return sentence(
        "{named} of the recorded incidents name the state or territory that an initiator comes from, in the claim that EuRepoC follows",
        "({named.counts}); only {acts} name a state or state-affiliated initiator.",
        named=named,
        acts=outside(
            count(len(acts)), "rows of the explorer with a named state and Kind: state or state-affiliated"
        ),
    )


def _low_intensity(answer: object) -> Verdict:
    coded = load("incidents")["unweighted_intensity"].dropna()
    right = float((coded <= 3).mean())
    without = float((coded[coded > 0] <= 3).mean())
    if check_number(answer, right=without, tolerance=0.0004, slips={}, hint="").right:
        said = f"{float(answer):g} leaves out the ten rows with a 0, some of them not coded. With them it is {right:.3f}; both count."
        return Verdict(True, said)
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "That is the share below 3. The question asks for 3 or less.": float((coded < 3).mean()),
            "That is the share above 3. The question asks for 3 or less.": 1 - right,
            "That is the number of incidents. Divide by the number that have an intensity.": float(
                (coded <= 3).sum()
            ),
            "That is a percentage. Give a number between 0 and 1.": right * 100,
        },
        hint="Use the column unweighted_intensity, drop missing values, and take the mean of a comparison with 3.",
    )


CHECKS = {"low_intensity": _low_intensity}
