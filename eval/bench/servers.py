"""Servers on the loopback, started and stopped here for tests and measurements: PostgreSQL, Chroma
and the program itself."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg

ROOT = Path(__file__).resolve().parents[2]
CHROMA = shutil.which("chroma", path=str(Path(sys.executable).parent))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Chroma:
    """A Chroma server."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self.start()

    def start(self) -> None:
        assert CHROMA is not None
        command = [CHROMA, "run", "--path", str(self._folder), "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, "--host", "127.0.0.1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the Chroma server did not start")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def signal(self, sent: signal.Signals) -> None:
        self._process.send_signal(sent)
        if sent == signal.SIGKILL:
            self._process.wait()

    def names(self) -> set[str]:
        """Those of its collections."""
        place = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
        listed = httpx.get(place, trust_env=False).raise_for_status().json()
        return {str(each["name"]) for each in listed}


class Postgres:
    """A PostgreSQL server, whose files nobody needs after a crash."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.port = free_port()
        self._folder, self._programs = folder / "data", programs
        self._user: int | None = None
        if os.getuid() == 0:  # which PostgreSQL will not run as
            self._user = pwd.getpwnam("postgres").pw_uid
            os.chown(folder, self._user, -1)
        self._run("initdb", "--auth=trust", "--username=soundings", "--encoding=UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -F -c unix_socket_directories=''"
        self._run("pg_ctl", "start", "--wait", "--log", f"{self._folder}.log", "-o", options)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--wait", "--mode", "immediate")

    def signal(self, sent: signal.Signals) -> None:
        """To all its processes; those that were killed are gone afterwards."""
        first = (self._folder / "postmaster.pid").read_text().split()[0]
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in (first, *children):
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(int(process), sent)
        while sent == signal.SIGKILL and any(Path(f"/proc/{p}").exists() for p in children):
            time.sleep(0.05)

    def _run(self, program: str, *options: str) -> None:
        subprocess.run(
            [self._programs / program, "--pgdata", self._folder, *options],
            user=self._user,
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    def empty(self, name: str) -> str:
        """The address of a new database; another of this name is taken away."""
        place = f"host=127.0.0.1 port={self.port} user=soundings dbname=postgres"
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return f"postgresql+psycopg://soundings@127.0.0.1:{self.port}/{name}"


class Program:
    """`soundings chat` over a home; what it says is in a file beside that."""

    def __init__(self, home: Path, environ: Mapping[str, str] | None = None) -> None:
        self._home, self._environ = home, {**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})}
        self.log = Path(f"{home}.log")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """It is there before it can answer: see `ready`."""
        command = [sys.executable, "-m", "soundings", "--home", str(self._home), "chat"]
        with self.log.open("ab") as said:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=self._environ,
            )

    @property
    def ready(self) -> bool:
        """Raises SystemExit where it has ended by itself."""
        if self._process.poll() is not None:
            raise SystemExit("the program has ended")
        try:
            return httpx.get(f"{self.url}/readyz", timeout=10, trust_env=False).is_success
        except httpx.TransportError:
            return False

    @property
    def pid(self) -> int:
        return self._process.pid

    def signal(self, sent: signal.Signals) -> None:
        self._process.send_signal(sent)
        if sent == signal.SIGKILL:
            self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


@contextmanager
def serving(home: Path) -> Iterator[Program]:
    """A program that can answer, until it is no longer needed."""
    program = Program(home)
    try:
        while not program.ready:
            time.sleep(0.2)
        yield program
    finally:
        program.stop()


@contextmanager
def started() -> Iterator[tuple[Postgres, Chroma]]:
    """Both, until they are no longer needed."""
    installed = programs()
    if installed is None or CHROMA is None:
        raise SystemExit("PostgreSQL has to be installed for this: apt install postgresql")
    # Not under a folder that nobody but its owner may enter: PostgreSQL may be somebody else
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as place:
        (database := Path(place) / "postgres").mkdir()
        Path(place).chmod(0o755)
        postgres, chroma = Postgres(database, installed), None
        try:
            chroma = Chroma(Path(place) / "chroma")
            yield postgres, chroma
        finally:
            if chroma is not None:
                chroma.stop()
            postgres.stop()


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest if there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None
