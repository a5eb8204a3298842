"""The code that a card shows makes the card's table, in an empty namespace, in many states of every exhibit."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cyberdip_utils.exhibit import all_exhibits

STATES = 20


@pytest.mark.parametrize("name", all_exhibits())
def test_code_makes_the_table(name):
    exhibit = all_exhibits()[name]
    seen = 0
    for values in exhibit.states(limit=STATES, seed=7):
        if seen == STATES:
            break
        seen += 1
        namespace = {"__name__": "pasted"}
        code = exhibit.code(**values)
        assert "cyberdip_chapters" not in code, "a chapter's functions are written out, not imported"
        exec(compile(code, f"code of {name}", "exec"), namespace)
        made = namespace["table"]
        assert isinstance(made, pd.DataFrame)
        assert_frame_equal(made, exhibit.table(**values), obj=f"{name} with {values}")


@pytest.mark.parametrize("name", all_exhibits())
def test_code_is_the_same_each_time_and_reads_no_file(name):
    exhibit = all_exhibits()[name]
    code = exhibit.code()
    assert code == exhibit.code()
    assert "open(" not in code and "read_csv" not in code
