"""Looking for newer raw data, against a server on this machine that cuts off, stalls, fails or sends something else.

Everything runs on a copy of ``data`` so that the handbook's own is never at risk.
"""

import gzip
import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILE = Path("raw/flows/cisa_kev/kev_facts.csv")


class Server(http.server.BaseHTTPRequestHandler):
    """Answers every request as ``mode`` says, with ``content``."""

    mode, content = "whole", b""

    def do_GET(self):  # noqa: N802
        if self.mode == "refused":
            self.send_error(500)
            return
        if self.mode == "stalls":
            time.sleep(4)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content[: len(self.content) // 2] if self.mode == "cut off" else self.content)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A copy of ``data`` whose KEV file has its newest edition on this machine."""
    folder = tmp_path_factory.mktemp("handbook")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns(".build", "__pycache__"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    listing = folder / "data" / "sources.toml"
    text = listing.read_text(encoding="utf-8")
    before, _, rest = text.partition('key = "kev_facts"\nlatest = "')
    assert rest, "the KEV file has no latest address"
    address = f"http://127.0.0.1:{server.server_port}/kev.csv"
    listing.write_text(
        f'{before}key = "kev_facts"\nlatest = "{address}"{rest.partition(chr(34))[2]}', encoding="utf-8"
    )
    yield folder / "data"
    server.shutdown()


def refresh(place, *more, mode="whole", content=b""):
    Server.mode, Server.content = mode, content
    environment = {k: v for k, v in os.environ.items() if k not in ("CYBERDIP_DATA", "CYBERDIP_RAW")}
    return subprocess.run(
        [sys.executable, str(place / "refresh.py"), "kev", "--timeout", "1.5", *more],
        capture_output=True,
        text=True,
        env=environment | {"PYTHONPATH": str(ROOT)},
        timeout=120,
    )


def state(place):
    return {
        p: p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file() and "__pycache__" not in p.parts
    }


def rows():
    return (ROOT / "data" / FILE).read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("mode", "content", "said"),
    [
        ("refused", b"x", "answered 500"),
        ("cut off", b"x" * 4000, "cut off"),
        ("stalls", b"x", "could not download"),
        ("whole", b"", "empty file"),
        ("whole", b"a,b\n1,2\n", "another shape"),
        ("whole", b"\x00\xff\xfe not a table", "another shape"),
    ],
)
def test_a_bad_download_changes_nothing_and_says_so(place, mode, content, said):
    before = state(place)
    done = refresh(place, "--apply", mode=mode, content=content)
    assert done.returncode == 1 and said in done.stderr and "nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr
    assert state(place) == before


def test_the_same_edition_shows_no_difference(place):
    done = refresh(place, content=b"".join(rows()))
    assert done.returncode == 0, done.stderr
    assert "1,404 rows now, 1,404 in the newest edition" in done.stdout
    assert "added: 0" in done.stdout and "removed: 0" in done.stdout and "changed: 0" in done.stdout


def test_what_would_change_is_told_and_nothing_replaced(place):
    before = state(place)
    header, first, second, *rest = rows()
    changed = second.replace(b",Unknown,", b",Known,")
    assert changed != second
    new = first.replace(first.split(b",")[0], b"CVE-2099-0001")
    done = refresh(place, content=gzip.compress(b"".join([header, new, changed, *rest])))
    assert done.returncode == 0, done.stderr
    assert (
        "added: 1 (CVE-2099-0001)" in done.stdout
        and "removed: 1" in done.stdout
        and "changed: 1" in done.stdout
    )
    assert "Nothing was replaced" in done.stdout
    assert state(place) == before


def test_an_edition_that_breaks_the_schema_is_refused(place):
    before = state(place)
    header, first, *rest = rows()
    done = refresh(place, "--apply", content=b"".join([header, first, first, *rest]))
    assert done.returncode == 1 and "repeated keys" in done.stderr
    assert state(place) == before


def test_unknown_table_and_table_without_newest_address(place):
    script = [sys.executable, str(place / "refresh.py")]
    unknown = subprocess.run([*script, "nothing"], capture_output=True, text=True, timeout=60)
    assert unknown.returncode == 1 and "no recipe makes a table 'nothing'" in unknown.stderr
    fixed = subprocess.run([*script, "norms"], capture_output=True, text=True, timeout=60)
    assert fixed.returncode == 1 and "no newest address is known" in fixed.stdout


def test_apply_takes_the_new_edition_whole(place):
    header, first, *rest = rows()
    new = first.replace(first.split(b",")[0], b"CVE-2099-0001")
    content = b"".join([header, new, first, *rest])
    done = refresh(place, "--apply", content=content)
    assert done.returncode == 0, done.stderr
    table = (place / "tables" / "kev.csv").read_text(encoding="utf-8")
    assert "CVE-2099-0001" in table and table.count("\n") == 1404 + 2
    assert (place / FILE).read_bytes() == content
    # the manifest knows the new file, and a reader can load it
    loaded = subprocess.run(
        [sys.executable, "-c", "from cyberdip_utils import load; print(len(load('kev')))"],
        capture_output=True,
        text=True,
        env=dict(os.environ, CYBERDIP_DATA=str(place)),
        timeout=60,
    )
    assert loaded.stdout.strip() == "1405", loaded.stderr
