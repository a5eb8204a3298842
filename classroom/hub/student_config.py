"""Settings of each student's JupyterLab; the hub starts it with this file and lets no student's own file change it."""

import os

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError

c = get_config()  # noqa: F821  (Jupyter gives it)

KERNELS = int(os.environ.get("CYBERDIP_HUB_KERNELS", "3"))
IDLE = int(float(os.environ.get("CYBERDIP_HUB_IDLE", "60")) * 60)


class FewKernels(AsyncMappingKernelManager):
    """Kernels up to a number; the next one is refused with a sentence that JupyterLab shows."""

    async def start_kernel(self, *args, **kwargs):
        if len(self.list_kernel_ids()) >= KERNELS:
            raise HTTPError(
                409,
                f"{KERNELS} chapters are running, as many as this class's hub gives each student. "
                "Shut one down: the list is under the round button with the square, on the left.",
            )
        return await super().start_kernel(*args, **kwargs)


c.ServerApp.kernel_manager_class = FewKernels
c.ServerApp.terminals_enabled = False
# By TCP any other user of the machine could listen to what a kernel prints; these sockets lie in the own closed folder.
c.KernelManager.transport = "ipc"
c.ServerApp.allow_origin = ""
c.ServerApp.disable_check_xsrf = False
c.ServerApp.max_body_size = c.ServerApp.max_buffer_size = 50_000_000
c.FewKernels.cull_idle_timeout = IDLE  # a kernel that no open page is connected to
c.FewKernels.cull_interval = min(60, max(5, IDLE // 2))
c.LabApp.extension_manager = "readonly"
c.LabApp.news_url = None
# The handbook asks nothing of any other host, so pages may not either: no script, picture or answer goes outside.
c.ServerApp.tornado_settings = {
    "headers": {
        "Content-Security-Policy": (
            "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
            "connect-src 'self' data: blob:; worker-src 'self' blob:; frame-src 'self' blob: data:; "
            "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
}
