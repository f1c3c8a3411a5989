"""Our own program as a process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from jiazheng.settings import Settings


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """What a process of the tested system needs to know."""
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "KEYS_DATABASE_URL": settings.keys_database_url,
        "REDIS_URL": settings.redis_url,
        "JIAZHENG_KEYRING_FILE": str(settings.keyring_file),
        "JIAZHENG_ERASURES_FILE": str(settings.erasures_file),
        "JIAZHENG_IMPORTS_FOLDER": str(settings.imports_folder),
        **more,
    }


@contextmanager
def role(name: str, settings: Settings, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A role's process; it must end cleanly at SIGTERM."""
    argv = [sys.executable, "-W", "error", "-m", "jiazheng", name]
    env = environment(settings, **more)
    with subprocess.Popen(argv, env=env, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        yield process
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
