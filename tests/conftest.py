"""What all tests share: strict exhibits, and the folder of the handbook."""

import os
from pathlib import Path

import pytest

# An exhibit shows a reader a sentence when something goes wrong inside it; a test wants the error itself.
os.environ.setdefault("CYBERDIP_STRICT", "1")


@pytest.fixture(scope="session")
def root():
    """The handbook's folder."""
    return Path(__file__).resolve().parent.parent
