"""The code that a card shows makes the card's table, in an empty namespace, in many states of every exhibit."""

import importlib
import random
import sys
import textwrap

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cyberdip_utils.exhibit import all_exhibits, code

STATES = 20


@pytest.mark.parametrize("name", all_exhibits())
def test_code_makes_the_table(name):
    exhibit = all_exhibits()[name]
    states = list(exhibit.states(limit=10 * STATES, seed=7))  # the first of them move one control only
    for values in random.Random(7).sample(states, min(STATES, len(states))):
        namespace = {"__name__": "pasted"}
        shown = exhibit.code(**values)
        assert "cyberdip_chapters" not in shown, "a chapter's functions are written out, not imported"
        exec(compile(shown, f"code of {name}", "exec"), namespace)
        made = namespace["table"]
        assert isinstance(made, pd.DataFrame)
        assert_frame_equal(made, exhibit.table(**values), obj=f"{name} with {values}")


@pytest.mark.parametrize("name", all_exhibits())
def test_code_is_the_same_each_time_and_reads_no_file(name):
    exhibit = all_exhibits()[name]
    shown = exhibit.code()
    assert shown == exhibit.code()
    assert "open(" not in shown and "read_csv" not in shown


@pytest.mark.parametrize("name", all_exhibits())
def test_drawing_leaves_the_table_as_it_is(name):
    exhibit = all_exhibits()[name]
    before = exhibit.table()
    exhibit.state().drawn()
    assert_frame_equal(exhibit.table(), before)


TRIAL = """
    from functools import wraps

    import pandas as pd

    from .numbers import floor, round

    NOTE = "one\\u2028line"
    LEAST = 1
    START = floor(3)
    GROWN, KEYED = [1], {}
    GROWN.append(2)
    KEYED["a"] = 1
    TWICE = 1
    TWICE = 2


    def ordered():
        return pd.DataFrame({"n": [LEAST, START], "note": NOTE})


    def own_round():
        return pd.DataFrame({"n": [round(1.4)]})


    def grown():
        return pd.DataFrame({"n": GROWN})


    def keyed():
        return pd.DataFrame(KEYED, index=[0])


    def twice():
        return pd.DataFrame({"n": [TWICE]})


    def doubled(function):
        return wraps(function)(lambda: function() * (LEAST + 1))


    @doubled
    def decorated():
        return pd.DataFrame({"n": [1]})


    def maker():
        def inner():
            return pd.DataFrame({"n": [1]})

        return inner


    unnamed = lambda: pd.DataFrame({"n": [1]})
"""
NUMBERS = """
    def floor(n):
        return n


    def round(n):
        return 99
"""


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A module that does what code() finds hard."""
    folder = tmp_path_factory.mktemp("code") / "hard_to_show"
    folder.mkdir()
    for name, text in {"__init__": "", "trial": TRIAL, "numbers": NUMBERS}.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    sys.path.insert(0, str(folder.parent))
    yield importlib.import_module("hard_to_show.trial")
    sys.path.remove(str(folder.parent))
    for name in [n for n in sys.modules if n.startswith("hard_to_show")]:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["ordered", "own_round", "decorated"])
def test_code_keeps_the_order_of_modules_and_names_of_its_own(trial, name):
    namespace = {}
    exec(code.call(getattr(trial, name), {}), namespace)
    assert_frame_equal(namespace["table"], getattr(trial, name)())


@pytest.mark.parametrize("name", ["grown", "keyed", "twice"])
def test_code_refuses_what_is_changed_after_it_is_made(trial, name):
    with pytest.raises(ValueError, match="changed after it is made"):
        code.call(getattr(trial, name), {})


def test_code_refuses_functions_without_a_plain_def(trial):
    for function in (trial.unnamed, trial.maker()):
        with pytest.raises(ValueError, match="plain def at the top level"):
            code.call(function, {})
