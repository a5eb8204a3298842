"""JupyterHub for one class on one machine. What differs from class to class is in ``hub.toml``, not here.

Started by ``hub.py start``, which names the settings in CYBERDIP_HUB_SETTINGS.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from doors import ClassAuthenticator, StudentSpawner, ensure_student  # noqa: E402
from settings import PREFIX, load  # noqa: E402

c = get_config()  # noqa: F821  (JupyterHub gives it)

given = load(os.environ["CYBERDIP_HUB_SETTINGS"])
os.environ.pop("CYBERDIP_HUB_PASSWORD", None)  # read; no child of the hub needs it
state = Path(given.state)
state.mkdir(parents=True, exist_ok=True)
state.chmod(0o700)  # database, cookie secret, students' hashes
if given.mode == "workshop":
    Path(given.homes).mkdir(parents=True, exist_ok=True)
    Path(given.homes).chmod(0o711)  # a student can pass through to the own folder and cannot list the others
python = f"{given.environment}/bin/python"

# ---------------------------------------------------------------- the hub and its proxy

host = f"[{given.address}]" if ":" in given.address else given.address
c.JupyterHub.bind_url = f"{'https' if given.certificate else 'http'}://{host}:{given.port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{given.hub_port}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{given.proxy_port}"
c.ConfigurableHTTPProxy.command = [f"{given.proxy}/node_modules/.bin/configurable-http-proxy"]
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = given.certificate, given.key
c.JupyterHub.db_url = f"sqlite:///{state / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")  # made with mode 0600
c.JupyterHub.cookie_max_age_days = 1
c.JupyterHub.default_url = "/hub/spawn"
c.JupyterHub.active_server_limit = given.max_students + len(given.teachers)
c.JupyterHub.concurrent_spawn_limit = given.max_students
c.JupyterHub.allow_named_servers = False
c.JupyterHub.authenticate_prometheus = True
c.JupyterHub.last_activity_interval = 60
c.JupyterHub.tornado_settings = {
    "headers": {
        "Content-Security-Policy": (
            "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; "
            "frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
}

# ---------------------------------------------------------------- who comes in

if given.mode == "workshop":
    ClassAuthenticator.settings = given
    c.JupyterHub.authenticator_class = ClassAuthenticator
    c.Authenticator.allow_all = not given.students  # a name still needs both passwords
else:
    c.JupyterHub.authenticator_class = "pam"
    c.Authenticator.allow_all = False
    c.PAMAuthenticator.open_sessions = False
    c.PAMAuthenticator.check_account = True
c.Authenticator.allowed_users = {*given.students, *given.teachers}
c.Authenticator.admin_users = set()
c.Authenticator.username_pattern = r"^[a-z][a-z0-9_-]{0,19}$"
c.JupyterHub.admin_access = False
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    },
    {
        "name": "teacher",
        "description": "See who is there, start and stop servers; no access to a student's files",
        "scopes": ["admin-ui", "list:users", "read:users", "servers"],
        "users": list(given.teachers),
    },
]

# ---------------------------------------------------------------- what a student gets

if given.uses_systemd:
    from systemdspawner import SystemdSpawner

    class StudentUnit(SystemdSpawner):
        """A unit of systemd for each student: control groups hold memory and CPU of all its processes together."""

        async def start(self):
            self.home = ensure_student(given, self.user.name).pw_dir
            return await super().start()

        def get_env(self):
            return super().get_env() | {"JUPYTER_RUNTIME_DIR": f"{self.home}/.run"}

    c.JupyterHub.spawner_class = StudentUnit
    c.SystemdSpawner.username_template = (PREFIX if given.mode == "workshop" else "") + "{USERNAME}"
    c.SystemdSpawner.unit_name_template = "cyberdip-{USERNAME}"
    c.SystemdSpawner.mem_limit = f"{given.memory_mb * 1_000_000 // 1_048_576}M"
    c.SystemdSpawner.cpu_limit = given.cpu
    c.SystemdSpawner.isolate_tmp = c.SystemdSpawner.isolate_devices = True
    c.SystemdSpawner.disable_user_sudo = True
    c.SystemdSpawner.unit_extra_properties = {"TasksMax": str(given.processes), "UMask": "0077"}
else:
    StudentSpawner.settings = given
    c.JupyterHub.spawner_class = StudentSpawner

c.Spawner.cmd = [f"{given.environment}/bin/jupyterhub-singleuser"]
c.Spawner.args = [f"--config={HERE / 'student_config.py'}"]
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab/tree/handbook/notebooks/00_start_here.ipynb"
c.Spawner.disable_user_config = True
c.Spawner.env_keep = ["LANG", "LC_ALL"]
c.Spawner.http_timeout = c.Spawner.start_timeout = 300  # thirty students at nine o'clock on two cores
c.Spawner.poll_interval = 15
c.Spawner.environment = {
    "PATH": f"{given.environment}/bin:/usr/local/bin:/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    # one thread for each kernel: threads of twenty students would only wait for each other
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")},
    "CYBERDIP_HUB_KERNELS": str(given.kernels),
    "CYBERDIP_HUB_IDLE": str(given.idle_minutes),
    "JUPYTERHUB_ACTIVITY_INTERVAL": "60",
    # nbgitpuller may copy from the hub's own clone, which belongs to another user
    "GIT_CONFIG_SYSTEM": f"{given.handbook}.gitconfig",
}

# ---------------------------------------------------------------- services

idle = int(given.idle_minutes * 60)
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            f"{given.environment}/bin/jupyterhub-idle-culler",
            f"--timeout={idle}",
            f"--cull-every={min(300, max(10, idle // 4))}",
        ],
    }
]
if not given.uses_systemd and sys.platform == "linux":
    names = "" if given.mode == "workshop" else ",".join((*given.students, *given.teachers))
    command = [python, str(HERE / "guard.py"), f"--limit={given.memory_mb}", f"--reserve={given.reserve_mb}"]
    c.JupyterHub.services.append(
        {"name": "guard", "command": [*command, f"--homes={given.homes}", f"--names={names}"]}
    )
