#!/usr/bin/env python3
"""Set up and run a class's hub on one Linux machine. Standard library only.

    python3 classroom/hub/hub.py install [--to /opt/cyberdip]      as root, once, and again after an update
    python3 classroom/hub/hub.py check SETTINGS                    what is wrong with hub.toml, in sentences
    python3 classroom/hub/hub.py start SETTINGS                    as root; ends with Ctrl-C
    python3 classroom/hub/hub.py forget SETTINGS NAME              let a student choose a new password
    python3 classroom/hub/hub.py remove SETTINGS --yes             after a workshop: its users and their folders

`install` makes, below the folder that --to names: `env` (Python's packages, each checked against its hash), `proxy`
(configurable-http-proxy, from its lock), `handbook` (one copy, readable for all, writable for none but root) and, where this
is a git checkout, `handbook.git` (from which students may pull a copy of their own).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import settings  # noqa: E402

LEFT_OUT = (
    ".git",
    ".venv*",
    ".cache",
    "artifacts",
    "my_work",
    "wheelhouse",
    "__pycache__",
    ".ipynb_checkpoints",
)


def run(*command, **more) -> None:
    """Run a command; a sentence and the end when it fails."""
    print("+", *map(str, command), flush=True)
    try:
        subprocess.run(list(map(str, command)), check=True, **more)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not on this machine; docs/hub.md says what is needed.")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{Path(str(command[0])).name} ended with code {error.returncode}; what it said is above.")


def copy_handbook(to: Path) -> None:
    """The handbook's files, as git knows them or else all but what is made by use; readable for all."""
    part = to.with_name(to.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    if (ROOT / ".git").exists():
        part.mkdir(parents=True)
        with subprocess.Popen(
            ["git", "-c", f"safe.directory={ROOT}", "archive", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE
        ) as archive:
            run("tar", "-x", "-C", part, stdin=archive.stdout)
    else:
        shutil.copytree(ROOT, part, ignore=shutil.ignore_patterns(*LEFT_OUT))
    run("chmod", "-R", "u=rwX,go=rX", part)
    old = to.with_name(to.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if to.exists():
        to.rename(old)
    part.rename(to)
    shutil.rmtree(old, ignore_errors=True)


def install(to: Path) -> None:
    """Make or renew the folders; running it twice gives the same."""
    os.umask(0o022)
    if shut := shut_folder(Path(sys.executable)):
        sys.exit(f"Students cannot run this Python, because {shut} is closed to them; use /usr/bin/python3.")
    to.mkdir(parents=True, exist_ok=True)
    env, proxy, handbook = to / "env", to / "proxy", to / "handbook"
    if not (env / "bin" / "python").exists():
        run(sys.executable, "-m", "venv", env)
    pip = [env / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locks = ["-r", ROOT / "requirements.txt", "-r", HERE / "requirements.txt"]
    run(*pip, "--require-hashes", "--only-binary=:all:", *locks)
    copy_handbook(handbook)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", handbook)
    # students cannot write these folders, so what Python would compile at first use is compiled now
    packages = [handbook / name for name in ("cyberdip_utils", "cyberdip_chapters", "cyberdip_jupyter")]
    run(env / "bin" / "python", "-m", "compileall", "-q", *packages)
    proxy.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, proxy / name)
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=proxy)
    if (ROOT / ".git").exists():
        clone = to / "handbook.git"
        shutil.rmtree(clone, ignore_errors=True)
        run("git", "-c", f"safe.directory={ROOT}/.git", "clone", "--quiet", "--bare", f"file://{ROOT}", clone)
        run("chmod", "-R", "u=rwX,go=rX", clone)
        # git copies from another user's clone only where a settings file allows it
        allow = f"[include]\n\tpath = /etc/gitconfig\n[safe]\n\tdirectory = {clone}\n"
        (to / "handbook.gitconfig").write_text(allow, encoding="utf-8")
    print(
        f"Ready. Next: {to}/env/bin/python {handbook}/classroom/hub/hub.py check /etc/cyberdip-hub/hub.toml"
    )


def missing(given: settings.Settings) -> list[str]:
    """What the machine lacks for these settings, in sentences."""
    found = []
    if sys.platform != "linux":
        return ["The hub needs Linux: students' servers are separate system users."]
    if os.geteuid():
        found.append("The hub has to be started by root, because each server runs as its student's own user.")
    needed = {
        "environment": "bin/jupyterhub",
        "proxy": "node_modules/.bin/configurable-http-proxy",
        "handbook": "notebooks/00_start_here.ipynb",
    }
    for name, file in needed.items():
        if not (Path(getattr(given, name)) / file).exists():
            found.append(f"{getattr(given, name)} has no {file}; run hub.py install, or correct {name}.")
    if not found and (shut := shut_folder(Path(given.environment) / "bin" / "python")):
        found.append(f"Students cannot run {given.environment}/bin/python, because {shut} is closed to them.")
    for file in Path(given.handbook).rglob("*"):
        if writable_for_all(file):
            found.append(f"Anyone can change {file}; run: chmod -R go-w {given.handbook}")
            break
    if not shutil.which("node"):
        found.append("node is not on this machine; the proxy needs version 18 or newer.")
    if given.mode == "accounts":
        found += open_accounts([*given.students, *given.teachers])
    if given.mode == "workshop" and not shutil.which("useradd"):
        found.append("useradd is not on this machine; a workshop makes a system user for each student.")
    for name in ("certificate", "key"):
        if getattr(given, name) and not Path(getattr(given, name)).is_file():
            found.append(f"{name}: there is no {getattr(given, name)}.")
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e6
    if given.memory_mb + given.reserve_mb > total:
        found.append(
            f"One student may use {given.memory_mb} MB and {given.reserve_mb} MB are kept back; the machine has {total:.0f}."
        )
    return found


def open_accounts(names: list[str]) -> list[str]:
    """Accounts that are missing, are root's, or have a home folder that others can look into; in sentences."""
    import pwd

    found = []
    for name in names:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            found.append(f"This machine has no user {name}.")
            continue
        if user.pw_uid == 0:
            found.append(f"{name} is root; the hub is no place for that.")
        elif Path(user.pw_dir).is_dir() and Path(user.pw_dir).stat().st_mode & 0o077:
            found.append(f"Others can look into {user.pw_dir}; run: chmod 700 {user.pw_dir}")
    return found


def writable_for_all(path: Path) -> bool:
    """Can others than owner and group change it?"""
    return not path.is_symlink() and bool(path.stat().st_mode & 0o002)


def shut_folder(program: Path) -> Path | None:
    """The first folder on the way to a program that other users cannot pass through; None if there is none."""
    real = program.resolve()
    return next((f for f in reversed(real.parents) if not f.stat().st_mode & 0o001), None)


def main(argv: list[str] | None = None) -> int:
    """The commands."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = ap.add_subparsers(dest="command", required=True)
    sub.add_parser("install").add_argument("--to", type=Path, default=Path("/opt/cyberdip"))
    for name in ("check", "start", "forget", "remove"):
        one = sub.add_parser(name)
        one.add_argument("settings", type=Path)
        if name == "forget":
            one.add_argument("name")
        if name == "remove":
            one.add_argument("--yes", action="store_true")
    args = ap.parse_args(argv)
    if args.command == "install":
        install(args.to.resolve())
        return 0
    try:
        given = settings.load(args.settings)
    except settings.Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    if args.command in ("check", "start"):
        lacks = missing(given)
        if lacks:
            print("\n".join(lacks), file=sys.stderr)
            return 1
        if args.command == "check":
            kind = "units of systemd" if given.uses_systemd else "processes with limits and the guard"
            print(f"{given.mode}: up to {given.max_students} students as {kind}; nothing is missing.")
            return 0
        environ = {k: v for k, v in os.environ.items() if k in ("LANG", "LC_ALL", "CYBERDIP_HUB_PASSWORD")}
        environ["PATH"] = os.pathsep.join([f"{given.environment}/bin", os.environ.get("PATH", os.defpath)])
        environ["CYBERDIP_HUB_SETTINGS"] = str(args.settings.resolve())
        os.umask(0o077)
        Path(given.state).mkdir(parents=True, exist_ok=True)
        os.chdir(given.state)
        program = f"{given.environment}/bin/jupyterhub"
        os.execve(program, [program, "-f", str(HERE / "jupyterhub_config.py")], environ)
    if given.mode != "workshop":
        print("Only a workshop keeps passwords and makes users; see passwd and userdel.", file=sys.stderr)
        return 1
    if Path(sys.prefix).resolve() != Path(given.environment).resolve():  # the rest needs the hub's packages
        python = f"{given.environment}/bin/python"
        os.execv(python, [python, str(HERE / "hub.py"), *(argv if argv is not None else sys.argv[1:])])
    from doors import Register, remove_student

    register = Register(Path(given.state) / "register.json")
    names = register.read()
    if args.command == "forget":
        if args.name not in names:
            print(f"There is no student {args.name}.", file=sys.stderr)
            return 1
        register.write({k: v for k, v in names.items() if k != args.name})
        print(
            f"Whoever comes in next as {args.name} chooses the password; the folder is as it was. Do it together."
        )
        return 0
    import pwd

    made = [
        u.pw_name.removeprefix(settings.PREFIX)
        for u in pwd.getpwall()
        if u.pw_name.startswith(settings.PREFIX)
    ]
    made = [name for name in made if Path(pwd.getpwnam(settings.PREFIX + name).pw_dir) == given.home(name)]
    if not args.yes:
        print(f"This removes {len(made)} users and their folders below {given.homes}; say so with --yes.")
        return 1
    for name in made:
        remove_student(given, name)
    register.write({})
    print(f"{len(made)} users and their folders are gone.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
