"""Where a role tells its metrics."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from jiazheng.settings import Settings


@contextmanager
def metrics_told(settings: Settings) -> Iterator[None]:
    """Answer `GET /metrics` in Prometheus's text format for the time of a role, if a port is set.

    Raises:
        OSError: the port is taken.
    """
    if settings.metrics_port is None:
        yield
        return
    server, thread = start_http_server(settings.metrics_port, settings.host)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
