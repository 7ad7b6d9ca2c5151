"""One command starts everything and stops everything, whatever happens to its parts."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fairport.config.embedded_postgres import EmbeddedServer
from tests.journeys.product import Product, free_port

COUNT = "from fairport.registrations.models import Registration as R; print(R.objects.count())"
SECONDS = 60


@pytest.fixture
def product(server_folder: Path) -> Iterator[Product]:
    """A product that is not started yet; what a failing test leaves running is stopped."""
    product = Product(server_folder)
    yield product
    if product.process is not None:
        product.stop()


def children_of(product: Product) -> list[psutil.Process]:
    assert product.process is not None
    return psutil.Process(product.process.pid).children(recursive=True)


def child_that_runs(product: Product, *words: str) -> psutil.Process:
    [found] = [child for child in psutil.Process(product.process.pid).children() if set(words) <= set(child.cmdline())]
    return found


def assert_nothing_is_left(product: Product, children: list[psutil.Process]) -> None:
    _gone, alive = psutil.wait_procs(children, timeout=SECONDS)
    assert not alive
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", product.port))


def test_ctrl_c_stops_everything_and_a_second_start_keeps_the_data(product: Product) -> None:
    product.start()
    children = children_of(product)
    registrations = int(product.run("manage", "shell", "--verbosity=0", "-c", COUNT))
    assert registrations > 0
    assert product.stop() == 0, product.end_of_log()
    assert_nothing_is_left(product, children)
    assert not EmbeddedServer(product.var / "postgres").is_alive(), product.end_of_log()

    refused = product.run("serve", "--port", str(free_port()), status=1)
    assert "Fairport is ready" not in refused

    with product.running():
        assert int(product.run("manage", "shell", "--verbosity=0", "-c", COUNT)) == registrations
    assert "officer.sandiego@fairport.example" in product.log.read_text()


@pytest.mark.parametrize("words", [("granian",), ("fairport", "worker")], ids=["web", "worker"])
def test_a_part_that_dies_ends_everything_with_status_1(product: Product, words: tuple[str, ...]) -> None:
    product.start()
    children = children_of(product)
    child_that_runs(product, *words).send_signal(signal.SIGKILL)
    assert product.process is not None
    assert product.process.wait(SECONDS) == 1
    assert "ended by itself, so everything was stopped" in product.end_of_log()
    assert_nothing_is_left(product, children)
    assert not EmbeddedServer(product.var / "postgres").is_alive(), product.end_of_log()


def test_a_database_that_dies_ends_everything_with_status_1_and_comes_back(product: Product) -> None:
    product.start()
    server = EmbeddedServer(product.var / "postgres")
    psutil.Process(int((server.data / "postmaster.pid").read_text().split("\n")[0])).send_signal(signal.SIGKILL)
    assert product.process is not None
    assert product.process.wait(SECONDS) == 1
    assert "The database ended by itself" in product.end_of_log()
    with product.running():
        assert product.is_ready()


def test_the_parts_of_a_killed_parent_end_and_the_next_start_takes_over(product: Product) -> None:
    product.start()
    children = children_of(product)
    assert product.process is not None
    product.process.send_signal(signal.SIGKILL)
    product.process.wait(SECONDS)
    assert_nothing_is_left(product, children)
    with product.running():
        assert product.is_ready()
    assert not EmbeddedServer(product.var / "postgres").is_alive(), product.end_of_log()
