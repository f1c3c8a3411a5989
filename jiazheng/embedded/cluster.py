"""The data folder of a Postgres server."""

import shutil
import subprocess
from pathlib import Path

import psutil

from jiazheng.embedded.accounts import Account, private_dir
from jiazheng.embedded.errors import ServiceError
from jiazheng.embedded.files import rename_durably, write_private
from jiazheng.embedded.processes import SERVER_ENVIRONMENT, end_all, processes_in

OWNER = "jz_owner"
SOCKET_FILES = (".s.PGSQL.5432", ".s.PGSQL.5432.lock")


class Cluster:
    """A data folder with what is needed to create it, and to clear it after a crash."""

    def __init__(self, home: Path, binaries: Path, account: Account | None) -> None:
        self.data = home / "data"
        self._home = home
        self.binaries = binaries
        self._account = account

    def create(self, owner_password: str) -> None:
        """Runs `initdb` if there is no data folder yet (1 s); raises ServiceError with its output."""
        if self.data.exists():
            return
        draft = self._fresh_draft()
        password_file = self._home / "initdb-password"
        write_private(password_file, owner_password)
        if self._account is not None:
            self._account.own(password_file)
        try:
            self._initdb(draft, password_file)
        finally:
            password_file.unlink()
        # renamed only when complete: an initdb that was killed leaves nothing that looks like a database
        rename_durably(draft, self.data)

    def _fresh_draft(self) -> Path:
        draft = self._home / "data.new"
        if draft.exists():
            shutil.rmtree(draft)
        return private_dir(draft, self._account)

    def _initdb(self, draft: Path, password_file: Path) -> None:
        result = subprocess.run(  # noqa: S603 - the program is ours, and no shell reads its arguments
            [
                *(self.binaries / "initdb", "-D", draft, "-U", OWNER, f"--pwfile={password_file}"),
                *("--auth-local=scram-sha-256", "--auth-host=reject", "--data-checksums", "-E", "UTF8"),
                # the builtin provider sorts by code point whatever the C library of the machine does
                *("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            cwd="/",
            env=SERVER_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
        )
        if result.returncode != 0:
            raise ServiceError(f"initdb failed: {result.stderr.strip() or result.stdout.strip()}")

    def left_over_postmaster(self) -> psutil.Process | None:
        """The server of a supervisor that died, if one works in this data folder."""
        pid = self._recorded_pid()
        return next((process for process in self._processes() if process.pid == pid), None)

    def make_startable(self, sockets: Path) -> None:
        """Clears up after a crash: waits for backends that outlive their postmaster, drops stale pid files.

        Postgres itself refuses to start when the recorded pid belongs to another process by now, which is
        common in containers, where pids are small. Without a living server in the folder they are stale.
        """
        end_all(self._processes())
        if lingering := self._processes():
            raise ServiceError(
                f"processes {[process.pid for process in lingering]} still work in {self.data}"
            )
        for stale in (self.data / "postmaster.pid", *(sockets / name for name in SOCKET_FILES)):
            stale.unlink(missing_ok=True)
        private_dir(self.data, self._account)

    def _processes(self) -> list[psutil.Process]:
        return processes_in(self.data, "postgres")

    def _recorded_pid(self) -> int | None:
        try:
            first_line = (self.data / "postmaster.pid").read_text().partition("\n")[0]
        except FileNotFoundError:
            return None
        return int(first_line) if first_line.isdecimal() else None
