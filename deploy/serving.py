"""The HTTP server: what it listens on, whose word it takes, and how it ends."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import uvicorn

from api.app import Application, end_streams


class Server(uvicorn.Server):
    """Serves one application. It ends live streams first, and waits for no reader of theirs.

    Where a request comes from is where its connection does, unless that is one of ``proxies``.
    """

    def __init__(
        self,
        application: Application,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        proxies: Sequence[str] = (),
    ) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                timeout_graceful_shutdown=5,
            )
        )
        self.application = application

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_streams(self.application)
        await super().shutdown(sockets)
