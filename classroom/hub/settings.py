"""Read and check ``hub.toml``. Standard library only, so that a mistake is told before anything is installed.

``load(path)`` gives ``Settings`` or raises ``Wrong`` with sentences that say what to change.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

MODES = ("workshop", "accounts")
SPAWNERS = ("auto", "process", "systemd")
SHORTEST = 12  # letters of a class's password: it is all that keeps strangers out
SHORTEST_TEACHER = 20
NAME = re.compile(r"[a-z][a-z0-9_-]{0,19}")  # a system user "class-NAME" has at most 32 letters
PREFIX = "class-"  # of the system users that a workshop makes; no other user of the machine is ever touched
LOOPBACK = ("127.0.0.1", "::1", "localhost")
LONGEST_HOMES = 30  # with a name and "/.run/kernel-….-1" a socket's path stays within Linux's 107 letters
PLACES = ("handbook", "environment", "proxy", "homes", "state")


class Wrong(ValueError):
    """What is wrong with the settings, in sentences."""


@dataclass(frozen=True)
class Settings:
    """A class's hub, checked. Sizes in MB (1,000,000 bytes), times in minutes; see ``hub.toml`` for each."""

    mode: str = "workshop"
    students: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    max_students: int = 20
    password_file: str = "/etc/cyberdip-hub/password"
    teacher_password_file: str = ""
    memory_mb: int = 1400
    cpu: float = 1.0
    processes: int = 300
    kernels: int = 3
    reserve_mb: int = 700
    idle_minutes: float = 60
    handbook: str = "/opt/cyberdip/handbook"
    environment: str = "/opt/cyberdip/env"
    proxy: str = "/opt/cyberdip/proxy"
    homes: str = "/srv/cyberdip/homes"
    state: str = "/var/lib/cyberdip-hub"
    address: str = "127.0.0.1"
    port: int = 8000
    hub_port: int = 8081
    proxy_port: int = 8001
    certificate: str = ""
    key: str = ""
    behind_proxy: bool = False
    spawner: str = "auto"
    password: str = field(default="", repr=False)
    teacher_password: str = field(default="", repr=False)

    @property
    def https(self) -> bool:
        """Do browsers reach the hub by https?"""
        return bool(self.certificate) or self.behind_proxy

    @property
    def uses_systemd(self) -> bool:
        """Are students' servers units of systemd, with limits of the kernel's control groups?"""
        return self.spawner == "systemd" or (self.spawner == "auto" and Path("/run/systemd/system").is_dir())

    def system_user(self, name: str) -> str:
        """The system user that a student's server runs as."""
        return PREFIX + name if self.mode == "workshop" else name

    def home(self, name: str) -> Path:
        """A workshop student's own folder."""
        return Path(self.homes) / name


# (least, most) of each number
RANGES = {
    "max_students": (1, 500),
    "memory_mb": (600, 1_000_000),
    "cpu": (0.1, 256),
    "processes": (100, 100_000),
    "kernels": (1, 50),
    "reserve_mb": (100, 1_000_000),
    "idle_minutes": (0.5, 1440),
    "port": (1, 65535),
    "hub_port": (1024, 65535),
    "proxy_port": (1024, 65535),
}


def secret(path: str, what: str, shortest: int) -> str:
    """A password from a file that only its owner can read."""
    place = Path(path)
    try:
        mode = place.stat().st_mode
        text = place.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(
            f"{what}: {path} cannot be read ({getattr(error, 'strerror', None) or 'not text'})."
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise Wrong(f"{what}: others can read {path}; run: chmod 600 {path}")
    return checked_secret(text, f"{what} in {path}", shortest)


def checked_secret(text: str, what: str, shortest: int) -> str:
    """The password if it is one; ``Wrong`` if it is empty, short, or the same letter over and over."""
    if not text.strip():
        raise Wrong(f"{what} is empty; write at least {shortest} characters.")
    if len(text) < shortest:
        raise Wrong(f"{what} has {len(text)} characters; at least {shortest} are needed.")
    if len(set(text)) < 5:
        raise Wrong(f"{what} has only {len(set(text))} different characters; anyone would guess it.")
    return text


def _typed(name: str, value, default):
    """The value if it is of the default's kind; else a sentence."""
    if isinstance(default, bool):
        fits, kind = isinstance(value, bool), "true or false"
    elif isinstance(default, tuple):
        fits = isinstance(value, list) and all(isinstance(x, str) for x in value)
        kind = "a list of names"
    elif isinstance(default, int) and name != "idle_minutes":
        fits, kind = isinstance(value, int) and not isinstance(value, bool), "a whole number"
    elif isinstance(default, (int, float)):
        fits, kind = isinstance(value, (int, float)) and not isinstance(value, bool), "a number"
    else:
        fits, kind = isinstance(value, str), "text"
    if not fits:
        raise Wrong(f"{name} is {value!r}; it has to be {kind}.")
    if name in RANGES and not RANGES[name][0] <= value <= RANGES[name][1]:
        raise Wrong(f"{name} is {value}; it has to lie between {RANGES[name][0]:,} and {RANGES[name][1]:,}.")
    return tuple(value) if isinstance(default, tuple) else value


def parse(given: Mapping, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the content of ``hub.toml``; ``Wrong`` carries one line for each thing to change."""
    environ = os.environ if environ is None else environ
    known = {f.name: f.default for f in fields(Settings) if f.name not in ("password", "teacher_password")}
    wrong, values = [], {}
    for name, value in given.items():
        if name in ("password", "teacher_password"):
            wrong.append(
                f"{name} stands in the file; passwords go into password_file or CYBERDIP_HUB_PASSWORD."
            )
        elif name not in known:
            wrong.append(f"{name} is no setting; the settings are {', '.join(known)}.")
        else:
            try:
                values[name] = _typed(name, value, known[name])
            except Wrong as error:
                wrong.append(str(error))
    if wrong:
        raise Wrong("\n".join(wrong))
    got = Settings(**values)

    if got.mode not in MODES:
        wrong.append(f"mode is {got.mode!r}; it has to be one of {', '.join(MODES)}.")
    if got.spawner not in SPAWNERS:
        wrong.append(f"spawner is {got.spawner!r}; it has to be one of {', '.join(SPAWNERS)}.")
    for name in (*got.students, *got.teachers):
        if not NAME.fullmatch(name):
            wrong.append(
                f"the name {name!r} cannot be used: small letters, digits, - and _, a letter first, 20 at most."
            )
    if both := set(got.students) & set(got.teachers):
        wrong.append(f"{', '.join(sorted(both))} is both a student and a teacher.")
    if got.mode == "accounts" and not got.students:
        wrong.append("mode accounts lets in only the users named in students, and there is none.")
    if len(got.students) > got.max_students:
        wrong.append(f"{len(got.students)} students are named and max_students is {got.max_students}.")
    for name in PLACES:
        if not Path(getattr(got, name)).is_absolute():
            wrong.append(f"{name} is {getattr(got, name)!r}; give the whole path, from / on.")
    if len(got.homes) > LONGEST_HOMES:
        wrong.append(
            f"homes is too long a path: {LONGEST_HOMES} letters at most, or kernels cannot be reached."
        )
    if len({got.port, got.hub_port, got.proxy_port}) < 3:
        wrong.append("port, hub_port and proxy_port have to differ.")
    if bool(got.certificate) != bool(got.key):
        wrong.append("certificate and key go together, and one of them is missing.")
    if got.address not in LOOPBACK and not got.https:
        wrong.append(
            f"address {got.address} would send passwords over the network unprotected; give certificate and key, "
            "or put a web server with https in front and set behind_proxy = true."
        )

    password = teacher_password = ""
    if got.mode == "workshop":
        try:
            if (named := environ.get("CYBERDIP_HUB_PASSWORD")) is not None:
                password = checked_secret(named, "the class password in CYBERDIP_HUB_PASSWORD", SHORTEST)
            else:
                password = secret(got.password_file, "the class password", SHORTEST)
        except Wrong as error:
            wrong.append(str(error))
        if got.teachers:
            try:
                if not got.teacher_password_file:
                    raise Wrong("teachers are named, so teacher_password_file has to name a file.")
                teacher_password = secret(
                    got.teacher_password_file, "the teachers' password", SHORTEST_TEACHER
                )
                if teacher_password == password:
                    raise Wrong("the teachers' password is the class password; students know that one.")
            except Wrong as error:
                wrong.append(str(error))
    if wrong:
        raise Wrong("\n".join(wrong))
    return Settings(**values, password=password, teacher_password=teacher_password)


def load(path: str | Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from a file."""
    try:
        given = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Wrong(f"the settings {path} cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Wrong(f"{path} is not TOML: {error}.") from None
    return parse(given, environ)
