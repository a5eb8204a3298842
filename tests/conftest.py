"""What all tests share: strict exhibits, and the folder of the handbook."""

import os
import tempfile
from pathlib import Path

import pytest

# An exhibit shows a reader a sentence when something goes wrong inside it; a test wants the error itself.
os.environ.setdefault("CYBERDIP_STRICT", "1")
# What a reader does is remembered in my_work; what a test does is not.
os.environ.setdefault("CYBERDIP_WORK", tempfile.mkdtemp(prefix="cyberdip-work-"))


@pytest.fixture(scope="session")
def root():
    """The handbook's folder."""
    return Path(__file__).resolve().parent.parent
