"""The exhibits: one question, one picture, at most four controls each. ✎ This one shows the form; write your own."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.claims import Sentence, part, sentence, top, total
from cyberdip_utils.exhibit import Exhibit, choice
from cyberdip_utils.figures import marks

from .analysis import ALL, MEMBERS, states_by_region


def draw_regions(frame: pd.DataFrame) -> go.Figure:
    return marks.bars(frame, "region", ["states"], unit="states")


def say_regions(frame: pd.DataFrame) -> Sentence:
    most = top(frame, "region", "states")
    return sentence(
        "Of the regions of the UN, {most} has the most states",
        ": {share} of them.",
        "{share.counts}; {poorer} in all are of low or lower middle income.",
        most=most,
        share=part(frame, "states", {"region": list(most.names)}, sample=False),
        poorer=total(frame, "poorer", "state"),
    )


NAME__states = Exhibit(
    "NAME__states",
    "How many states does each region have?",
    data=states_by_region,
    draw=draw_regions,
    say=say_regions,
    caveat="how much weight a region has: a state of ten thousand people counts as one, as a state of a billion does.",
    sources=("states",),
    which=choice([("Members of the UN", MEMBERS), ("All with a region", ALL)], MEMBERS, label="Count"),
)


def key_finding() -> Sentence:
    """What the chapter's opening says."""
    return NAME__states.sentence()


def key_picture() -> go.Figure:
    """What the chapter's opening shows."""
    return NAME__states.figure()


def largest_region() -> Sentence:
    """The answer to the chapter's guess."""
    return say_regions(states_by_region())
