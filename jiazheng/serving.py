"""How the API is served, here and in the tests."""

from typing import Any, Final

MAX_HEAD_BYTES = 32 * 1024
"""Of the request line and all headers together; uvicorn's other parser has no such limit."""
KEEP_ALIVE_SECONDS = 5
"""Between two requests of a connection; a proxy in front should close its idle ones earlier."""

SERVED: Final[dict[str, Any]] = {
    "http": "h11",
    "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
    "timeout_keep_alive": KEEP_ALIVE_SECONDS,
    "ws": "none",
    "server_header": False,
}
"""Arguments of uvicorn's."""
