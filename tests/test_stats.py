"""Shared statistics against hand-worked cases and a library."""

import math

import pandas as pd
import pytest
from scipy.stats import binomtest

from cyberdip_utils.stats import agreement, share, wilson


@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 10), (5, 10), (10, 10), (21, 50), (3, 3414), (3414, 3414)])
def test_wilson_equals_scipy(k, n):
    low, high = wilson(k, n)
    theirs = binomtest(k, n).proportion_ci(method="wilson")
    assert low == pytest.approx(theirs.low, abs=1e-12)
    assert high == pytest.approx(theirs.high, abs=1e-12)


def test_wilson_by_hand():
    # k=1, n=2, z=2: middle = (.5 + 4/4) / (1 + 4/2) = .5; half = 2 sqrt(.125 + 4/16) / 3
    low, high = wilson(1, 2, z=2)
    assert low == pytest.approx(0.5 - 2 * math.sqrt(0.375) / 3)
    assert high == pytest.approx(0.5 + 2 * math.sqrt(0.375) / 3)


def test_wilson_knows_nothing_without_cases():
    assert wilson(0, 0) == (0.0, 1.0)
    assert share(0, 0) == "no cases (0 of 0)"


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (0, -1)])
def test_wilson_refuses(k, n):
    with pytest.raises(ValueError, match="0 <= k <= n"):
        wilson(k, n)


def test_share_has_n_and_interval():
    assert share(21, 50) == "42% (21 of 50; 29–56%)"


def test_kappa_by_hand():
    # 4 pairs, 3 equal; chance = .75 * .5 + .25 * .5 = .5; kappa = (.75 - .5) / .5
    a = pd.Series(["x", "x", "x", "y", None])
    b = pd.Series(["x", "x", "y", "y", "y"])
    assert agreement(a, b) == (0.75, pytest.approx(0.5), 4)


def test_kappa_without_variety_is_undefined():
    equal, kappa, n = agreement(pd.Series(["x", "x"]), pd.Series(["x", "x"]))
    assert (equal, n) == (1.0, 2) and math.isnan(kappa)


def test_share_keeps_rare_things_visible():
    assert share(13, 3392) == "0.4% (13 of 3,392; 0.2–0.7%)"
    assert share(0, 10) == "0% (0 of 10; 0–28%)"
