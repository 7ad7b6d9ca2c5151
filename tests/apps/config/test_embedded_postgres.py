"""The private server: shared by reference, stopped by the last one, and back after being killed."""

import os
import shutil
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg
import pytest

from fairport.config.embedded_postgres import (
    LONGEST_SOCKET_ADDRESS,
    EmbeddedServer,
    EmbeddedServerError,
    binaries,
)


def test_it_runs_until_the_last_user_leaves(server_folder: Path) -> None:
    first, second = EmbeddedServer(server_folder), EmbeddedServer(server_folder)
    with first.running():
        with second.running():
            assert first.is_answering()
        assert first.is_answering()
    assert not first.is_alive()


def test_its_data_stays_and_nobody_else_reaches_it(server_folder: Path) -> None:
    server = EmbeddedServer(server_folder)
    with server.running(), psycopg.connect(server.conninfo()) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert server.socket_folder.stat().st_mode & 0o077 == 0
        assert server.data.stat().st_mode & 0o077 == 0
    with server.running(), psycopg.connect(server.conninfo()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_it_comes_back_after_its_process_was_killed(server_folder: Path) -> None:
    server = EmbeddedServer(server_folder)
    with server.running():
        postmaster = psutil.Process(int((server.data / "postmaster.pid").read_text().split("\n")[0]))
        postmaster.send_signal(signal.SIGKILL)
        postmaster.wait(10)
        assert not server.is_alive()
        assert (server.data / "postmaster.pid").exists()
        with server.running():
            assert server.is_answering()


def test_the_number_of_another_process_in_the_pid_file_does_not_stop_it(server_folder: Path) -> None:
    server = EmbeddedServer(server_folder)
    with server.running():
        pass
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n/tmp\n\n1 1\nready\n")
    with server.running():
        assert server.is_answering()


def test_a_deep_folder_gets_a_short_socket(server_folder: Path) -> None:
    server = EmbeddedServer(server_folder / ("a deep 'folder' " * 5) / "postgres")
    assert len(os.fsencode(server.folder)) > LONGEST_SOCKET_ADDRESS
    with server.running():
        assert server.is_answering()
        assert not server.socket_folder.is_relative_to(server.folder)
    shutil.rmtree(server.socket_folder)


def test_another_major_version_is_refused_in_one_sentence(server_folder: Path) -> None:
    server = EmbeddedServer(server_folder)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedServerError, match=r"was made by PostgreSQL 12, but .* are version \d+") as caught:
        ExitStack().enter_context(server.running())
    assert "\n" not in str(caught.value)


def test_a_folder_without_programs_is_refused(server_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRPORT_PG_BIN", str(server_folder))
    with pytest.raises(EmbeddedServerError, match="There is no PostgreSQL server in"):
        binaries()


def test_the_programs_of_the_wheel_are_postgresql_18() -> None:
    version = subprocess.run([binaries() / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith("postgres (PostgreSQL) 18.")
