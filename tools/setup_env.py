#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Make the handbook's environment and run its commands. Standard library only.

    python tools/setup_env.py lab [JupyterLab options]    read the handbook
    python tools/setup_env.py setup [--dev]               install only
    python tools/setup_env.py test | lint | strip | data | data-refresh | bench | bench-hub | book | readme |
        classroom | slides [options]

The environment is `.venv` beside this folder: the packages of requirements.txt (or requirements-dev.txt),
each checked against its hash, and this package, installed editable. A receipt in `.venv` says what was
installed; while it still matches, nothing is installed again.

The code above `main` is plain enough for Python 2.7 and 3.6 to read, so that an old Python gets a sentence
and not a SyntaxError. Your own pip settings (mirror, proxy, certificates) are respected.
"""

from __future__ import print_function

import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

OLDEST = (3, 11)
NEEDED_GB = 1.5
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
ASIDE = os.path.join(ROOT, ".venv.old")
WHEELS = os.path.join(ROOT, "wheelhouse")
RECEIPT = os.path.join(VENV, "cyberdip-receipt.json")
LOCKS = {"base": "requirements.txt", "dev": "requirements-dev.txt"}

# What pip says when it fails -> what we say. First match wins.
PIP_FAILURES = [
    (
        r"No space left on device|not enough space on the disk|ENOSPC",
        "The disk filled up during the installation; free about %.1f GB and try again." % NEEDED_GB,
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "A downloaded package is not the one this handbook was tested with (its hash differs); try again, "
        "and if it happens twice tell your network administrator or the handbook's authors.",
    ),
    (
        r"NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|getaddrinfo failed|MaxRetryError"
        r"|Temporary failure in name resolution|Name or service not known|Network is unreachable"
        r"|Connection (refused|reset|broken|aborted)|Remote end closed|Max retries exceeded",
        "The first installation needs the internet, and the package index could not be reached; check the "
        "connection (or pip's proxy setting) and try again.",
    ),
    (
        r"\(from versions: none\)[\s\S]*No matching distribution found for (\S+)",
        "The package index could not be reached, or it has no ready-made package of {0} for this Python and "
        "computer; check the connection (or pip's proxy setting), or try Python 3.12.",
    ),
    (
        r"No matching distribution found for (\S+)",
        "The package index has no ready-made package of {0} for this Python and computer; try Python 3.12 on "
        "64-bit Windows, macOS or Linux.",
    ),
]


class Failure(Exception):
    """A reason to stop that can be told in one sentence."""


def task_commands(task, args):
    """The commands of a task, each a list for the environment's Python, and the environment it needs."""
    pytest = ["-m", "pytest"]
    if task == "lab":
        first = "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"
        return "base", [["-m", "jupyterlab", first] + args]
    if task == "test":
        notebooks_too = ["tests", "notebooks", "--ignore=tests/browser", "-n", "auto", "--dist", "loadfile"]
        in_browser = ["tests/browser", "-n", "2", "--dist", "loadgroup"]
        return "dev", [pytest + notebooks_too + args, pytest + in_browser + args]
    if task == "lint":
        checks = [["ruff", "check"], ["ruff", "format", "--check"], ["codespell_lib"]]
        return "dev", [["-m"] + check for check in checks] + [["tools/tidy_notebooks.py", "check"]]
    if task == "strip":
        return "dev", [["tools/tidy_notebooks.py", "strip"] + args]
    if task == "data":
        return "dev", [["data/build.py"] + args]
    if task == "data-refresh":
        return "dev", [["data/refresh.py"] + args]
    if task == "bench-hub":
        return "dev", [["bench/hub.py"] + args]
    if task == "classroom":
        return "dev", [["classroom/build.py"] + (args or ["editions"])]
    if task == "slides":
        return "dev", [["classroom/build.py", "slides"] + args]
    if task == "readme":
        return "dev", [["tools/readme.py"] + args]
    if task == "book":
        return "dev", [["site/web_book.py"] + args]
    return "dev", [["bench/run.py"] + args]


def check_machine():
    """Raise Failure when this Python cannot make the environment."""
    if sys.version_info[:2] < OLDEST:
        raise Failure(
            "The handbook needs Python %d.%d or newer, and %s is Python %d.%d; install a newer one, or name "
            "it: make lab PYTHON=python3.12" % (OLDEST + (sys.executable,) + tuple(sys.version_info[:2]))
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Failure(
            "This Python cannot make virtual environments; on Debian or Ubuntu install that part with: "
            "sudo apt install python3-venv"
        )


def check_disk():
    """Raise Failure when there is too little room for the environment."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        raise Failure(
            "The installation needs about %.1f GB of free disk, and %s has %.2f GB; free some and try again."
            % (NEEDED_GB, ROOT, free)
        )


def venv_python(venv_dir=None):
    """The path of the environment's Python."""
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(venv_dir or VENV, *parts)


def venv_version():
    """The version of the environment's Python as "3.12", or None when it does not start."""
    try:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        said = subprocess.check_output(
            [venv_python(), "-c", code], stderr=subprocess.STDOUT, env=clean_environ()
        )
        return said.decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def clean_environ():
    """This process's variables, less those that would lead Python or pip away from the environment."""
    away = ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIREMENT")
    return dict((key, value) for key, value in os.environ.items() if key not in away)


def file_hash(name):
    """SHA-256 of a file of the checkout, the same whatever line endings git wrote."""
    with open(os.path.join(ROOT, name), "rb") as handle:
        return hashlib.sha256(handle.read().replace(b"\r\n", b"\n")).hexdigest()


def package_hash():
    """One hash over what installing this package puts into the environment: its description, Jupyter's files."""
    names = ["pyproject.toml"]
    for folder, _, files in os.walk(os.path.join(ROOT, "jupyter")):
        if ".ipynb_checkpoints" not in folder:
            names += [os.path.relpath(os.path.join(folder, name), ROOT) for name in files]
    said = "".join(name.replace(os.sep, "/") + " " + file_hash(name) for name in sorted(names))
    return hashlib.sha256(said.encode("utf-8")).hexdigest()


def wanted(kind):
    """The receipt that an up-to-date environment of this kind ("base" or "dev") holds."""
    receipt = {"root": ROOT, "package": package_hash(), "base": file_hash(LOCKS["base"])}
    if kind == "dev":
        receipt["dev"] = file_hash(LOCKS["dev"])
    return receipt


def read_receipt():
    """What `.venv` says is installed in it: a dict, empty when there is no whole environment."""
    try:
        with io.open(RECEIPT, encoding="utf-8") as handle:
            return json.load(handle)
    except (IOError, OSError, ValueError):
        return {}


def write_receipt(receipt):
    with io.open(RECEIPT, "w", encoding="utf-8") as handle:
        handle.write(json.dumps(receipt, indent=1, sort_keys=True))


def remove(folder):
    """Remove an environment, also when a file in it is read-only or just being closed."""
    for _ in range(3):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            return


def tell(text, end="\n"):
    sys.stderr.write(text + end)
    sys.stderr.flush()


def pip_install(arguments, log, total=0):
    """Run pip in `.venv`, its words to `log`; show a count of packages. Raise Failure with the reason."""
    command = [venv_python(), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"] + arguments
    started = log.tell()
    process = subprocess.Popen(
        command, cwd=ROOT, env=clean_environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        seen = 0
        for line in process.stdout:
            log.write(line)
            if total and line.startswith((b"Collecting ", b"Requirement already satisfied")):
                seen += 1
                if sys.stderr.isatty():
                    tell("\r  %d of about %d packages fetched" % (min(seen, total), total), end="")
            if total and line.startswith(b"Installing collected packages") and sys.stderr.isatty():
                tell("\r  unpacking; this takes about a minute   ", end="")
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        if total and sys.stderr.isatty():
            tell("")
    if code:
        log.flush()
        with io.open(log.name, encoding="utf-8", errors="replace") as handle:
            handle.seek(started)
            said = handle.read()
        raise Failure(explain(said))


def explain(said):
    """One sentence for what pip printed before it failed."""
    for pattern, sentence in PIP_FAILURES:
        found = re.search(pattern, said)
        if found:
            return sentence.format(*found.groups())
    errors = [line.strip() for line in said.splitlines() if line.upper().startswith("ERROR")]
    return "pip could not install the packages: " + (errors[-1] if errors else "it gave no reason.")


def install(kind, fresh, log):
    """Make `.venv` if `fresh`, then install the lock of this kind and the package."""
    if fresh:
        base = getattr(sys, "_base_executable", None) or sys.executable
        made = subprocess.Popen(
            [base, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean_environ()
        )
        said = made.communicate()[0]
        log.write(said)
        if made.returncode:
            words = said.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            raise Failure("Python could not make the virtual environment .venv: " + words[-1])
    have = {} if fresh else read_receipt()
    want = wanted(kind)
    if have.get(kind) != want[kind]:
        with io.open(os.path.join(ROOT, LOCKS[kind]), encoding="utf-8") as handle:
            total = len(re.findall(r"(?m)^[A-Za-z0-9._-]+==", handle.read()))
        options = ["--require-hashes", "--only-binary=:all:", "-r", os.path.join(ROOT, LOCKS[kind])]
        if os.path.isdir(WHEELS):  # the offline package for a class brings them along
            options += ["--no-index", "--find-links", WHEELS]
        pip_install(options, log, total)
    pip_install(["--no-deps", "--no-build-isolation", "--editable", ROOT], log)
    write_receipt(dict(have, python=venv_version(), **want))


def ensure(kind):
    """Bring `.venv` up to date for this kind of use, and leave it as it was when that fails."""
    check_machine()
    python, have, want = venv_version(), read_receipt(), wanted(kind)
    works = python is not None and have.get("python", python) == python
    if works and all(have.get(key) == value for key, value in want.items()):
        asked = "%d.%d" % sys.version_info[:2]
        if asked != python:
            tell(
                "Using .venv with its Python %s; to change to Python %s, remove .venv first."
                % (python, asked)
            )
        return
    check_disk()
    # An environment that someone made in another way (no receipt, no mark of ours) is used, not replaced.
    mark = os.path.join(VENV, "cyberdip-unfinished")
    foreign = works and not have and not os.path.exists(mark)
    changed = any(have.get(key) != want[key] for key in ("root", "base"))
    stale_dev = kind == "dev" and "dev" in have and have["dev"] != want["dev"]
    fresh = not foreign and (not works or changed or stale_dev)

    handle, log_name = tempfile.mkstemp(prefix="cyberdip-setup-", suffix=".log")
    os.close(handle)
    log = open(log_name, "r+b")
    if fresh:
        tell("Setting up the handbook in .venv; the first time this takes one to three minutes …")
    else:
        tell("Bringing .venv up to date …")
    try:
        if not fresh:  # another tool may have made it without pip; does nothing where pip is there
            subprocess.call([venv_python(), "-m", "ensurepip"], stdout=log, stderr=log, env=clean_environ())
        else:
            if have and python:
                remove(ASIDE)
                os.rename(VENV, ASIDE)
            elif os.path.exists(VENV):
                remove(VENV)
            os.mkdir(VENV)
            open(mark, "w").close()
        install(kind, fresh, log)
        if fresh:
            os.remove(mark)
    except BaseException as error:
        if fresh:
            remove(VENV)
            if os.path.exists(ASIDE):
                os.rename(ASIDE, VENV)
        log.close()
        if isinstance(error, KeyboardInterrupt):
            os.remove(log_name)
            raise Failure("Stopped before the installation was complete; nothing half-made was left behind.")
        if isinstance(error, OSError):
            os.remove(log_name)
            raise Failure("The environment could not be written: %s." % error)
        if isinstance(error, Failure):
            raise Failure("%s\n(The full record of the installation: %s)" % (error, log_name))
        raise
    log.close()
    os.remove(log_name)
    remove(ASIDE)
    tell("The environment is ready.")


def run(command, environ):
    """Run a command of the environment; its exit code. Ctrl-C goes to the command, which decides."""
    process = subprocess.Popen([venv_python()] + command, cwd=ROOT, env=environ)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def main(argv):
    tasks = (
        "setup",
        "lab",
        "test",
        "lint",
        "strip",
        "data",
        "data-refresh",
        "bench",
        "bench-hub",
        "book",
        "readme",
        "classroom",
        "slides",
    )
    if not argv or argv[0] not in tasks:
        tell(__doc__.strip())
        return 2
    task, args = argv[0], argv[1:]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end: tidy up, as for Ctrl-C
    try:
        if task == "setup":
            ensure("dev" if "--dev" in args else "base")
            return 0
        kind, commands = task_commands(task, args)
        ensure(kind)
    except Failure as failure:
        tell(str(failure))
        return 1
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    environ = clean_environ()
    bin_folder = os.path.dirname(venv_python())
    environ["PATH"] = bin_folder + os.pathsep + environ.get("PATH", "")
    environ["VIRTUAL_ENV"] = VENV
    environ["PYTHONUTF8"] = "1"
    if task == "test":
        environ["CYBERDIP_STRICT"] = "1"
    if len(commands) == 1 and os.name == "posix":
        os.chdir(ROOT)
        sys.stdout.flush()
        os.execve(venv_python(), [venv_python()] + commands[0], environ)
    return max([abs(run(command, environ)) for command in commands])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
