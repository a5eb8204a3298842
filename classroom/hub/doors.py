"""Who comes in, and as whom their server runs. Used by ``jupyterhub_config.py``.

A workshop has one password for the class. With that alone every student could come in under another's name, as the
documentation of JupyterHub's own shared-password authenticator warns. So each name also gets a password of its own, set on
first arrival and kept as a salted scrypt hash.
"""

from __future__ import annotations

import ctypes
import hashlib
import hmac
import json
import os
import pwd
import resource
import secrets
import subprocess
import tempfile
import time
from pathlib import Path

from jupyterhub.auth import Authenticator
from jupyterhub.spawner import LocalProcessSpawner, set_user_setuid
from settings import NAME, PREFIX, Settings
from traitlets import Any

OWN_SHORTEST = 8
TRIES, PAUSE = 10, 30  # wrong passwords in a row for one name, then seconds without an answer
FORM = (Path(__file__).parent / "login.html").read_text(encoding="utf-8")


def hashed(password: str, salt: bytes | None = None) -> str:
    """``salt$hash`` of a password (scrypt, 16 MB)."""
    salt = secrets.token_bytes(16) if salt is None else salt
    digest = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
    return f"{salt.hex()}${digest.hex()}"


def matches(password: str, stored: str) -> bool:
    """Is it the password that was hashed?"""
    return hmac.compare_digest(hashed(password, bytes.fromhex(stored.split("$")[0])), stored)


class Register:
    """The names of a workshop and their password hashes, in one file that only the hub can read."""

    def __init__(self, path: Path):
        self.path = path

    def read(self) -> dict[str, str]:
        """Name -> salt$hash."""
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}

    def write(self, names: dict[str, str]) -> None:
        """Put the whole new file in the old one's place."""
        handle, part = tempfile.mkstemp(dir=self.path.parent, prefix=".register.")  # made with mode 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(names, file, indent=1, sort_keys=True)
        Path(part).replace(self.path)


class ClassAuthenticator(Authenticator):
    """Class password and own password; teachers have a password of theirs instead of the class's."""

    settings = Any()
    clock = staticmethod(time.monotonic)

    def __init__(self, **more):
        super().__init__(**more)
        self.register = Register(Path(self.settings.state) / "register.json")
        self.wrong: dict[str, tuple[int, float]] = {}

    def get_custom_html(self, base_url):
        return FORM

    def admit(self, name: str, class_password: str, own: str) -> tuple[bool, str]:
        """May this person come in under this name? And why not, for the log: no password is in it."""
        given: Settings = self.settings
        if not NAME.fullmatch(name):
            return False, "a name that cannot be used"
        count, last = self.wrong.get(name, (0, 0.0))
        if count >= TRIES and self.clock() - last < PAUSE:
            return False, "too many wrong passwords; waiting"
        wanted = given.teacher_password if name in given.teachers else given.password
        # a door without a password is shut, whatever the settings say
        right = bool(wanted) and hmac.compare_digest(class_password.encode(), wanted.encode())
        names = self.register.read()
        if right and name in names:
            right = matches(own, names[name])
        if not right:
            if len(self.wrong) > 10_000:
                self.wrong.clear()
            self.wrong[name] = (count + 1, self.clock())
            return False, "a wrong password"
        self.wrong.pop(name, None)
        if name in names:
            return True, ""
        if name not in given.teachers:
            if given.students and name not in given.students:
                return False, "not one of the class's names"
            if len(set(names) - set(given.teachers)) >= given.max_students:
                return False, f"the class is full ({given.max_students} names)"
        if len(own) < OWN_SHORTEST:
            return False, f"an own password under {OWN_SHORTEST} characters"
        self.register.write(names | {name: hashed(own)})
        return True, ""

    async def authenticate(self, handler, data):
        name = data.get("username", "")
        admitted, why = self.admit(name, data.get("password", ""), data.get("own", ""))
        if not admitted:
            self.log.warning("Not let in: %s", why)
            return None
        return name


# ---------------------------------------------------------------- the student's system user and folder


def ensure_student(settings: Settings, name: str) -> pwd.struct_passwd:
    """The system user of a student; in a workshop it is made when it is missing, without password or shell.

    Raises
    ------
    RuntimeError
        The user cannot be made, or one of that name belongs to something else.
    """
    if not NAME.fullmatch(name):
        raise RuntimeError(f"{name!r} cannot be a student's name")
    user = settings.system_user(name)
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        if settings.mode != "workshop":
            raise RuntimeError(f"this machine has no user {user}") from None
        home = settings.home(name)
        command = ["useradd", "--create-home", "--home-dir", str(home), "--user-group"]
        command += ["--shell", "/usr/sbin/nologin", "--comment", "Student of the handbook's hub", user]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"the user {user} could not be made: {done.stderr.strip()}") from None
        found = pwd.getpwnam(user)
    if found.pw_uid == 0 or (settings.mode == "workshop" and Path(found.pw_dir) != settings.home(name)):
        raise RuntimeError(f"the user {user} is not a student's; its folder is {found.pw_dir}")
    home = Path(found.pw_dir)
    if settings.mode == "workshop":
        home.chmod(0o700)
    link = home / "handbook"
    if not link.is_symlink() and not link.exists():  # the link itself is made as the student, not as root
        code = "import os, sys; os.symlink(sys.argv[1], sys.argv[2])"
        subprocess.run(
            [f"{settings.environment}/bin/python", "-c", code, settings.handbook, str(link)],
            user=found.pw_uid,
            group=found.pw_gid,
            extra_groups=[],
            cwd="/",
            check=False,
        )
    return found


def remove_student(settings: Settings, name: str) -> None:
    """Remove a workshop student's system user and folder. Only users that a workshop made."""
    user = PREFIX + name
    if Path(pwd.getpwnam(user).pw_dir) != settings.home(name):
        raise RuntimeError(f"the user {user} is not a student's")
    subprocess.run(["userdel", "--remove", user], check=True, capture_output=True)


def limits(settings: Settings) -> dict[int, int]:
    """What the kernel holds each process of a student to, where systemd does not hold all of them together.

    RLIMIT_DATA counts private writable memory, which is what a program asks for; RLIMIT_AS would also count every mapped
    library and stop a kernel that uses little.
    """
    return {
        resource.RLIMIT_DATA: settings.memory_mb * 1_000_000,
        resource.RLIMIT_NPROC: settings.processes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 4096,
    }


class StudentSpawner(LocalProcessSpawner):
    """A server as the student's own system user, with limits, no new privileges and private new files."""

    settings = Any()

    def make_preexec_fn(self, name):
        become = set_user_setuid(self.settings.system_user(name))
        bounds, libc = limits(self.settings), ctypes.CDLL(None, use_errno=True)

        def prepare():
            os.umask(0o077)
            os.nice(5)  # the hub itself goes first
            for what, most in bounds.items():
                resource.setrlimit(what, (most, most))
            become()
            libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS: sudo and su give nothing

        return prepare

    def user_env(self, env):
        found = pwd.getpwnam(self.settings.system_user(self.user.name))
        own = {"USER": found.pw_name, "HOME": found.pw_dir, "SHELL": "/bin/bash"}
        return env | own | {"JUPYTER_RUNTIME_DIR": f"{found.pw_dir}/.run"}

    async def start(self):
        ensure_student(self.settings, self.user.name)
        return await super().start()
