"""Servers of the tests' own on the loopback, started and stopped here: PostgreSQL and Chroma."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg

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
        command = [CHROMA, "run", "--path", self._folder, "--port", str(self.port)]
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

    def names(self) -> set[str]:
        import chromadb  # takes seconds

        client = chromadb.HttpClient(host="127.0.0.1", port=self.port)
        return {each.name for each in client.list_collections()}


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


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest if there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None
