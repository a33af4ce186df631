"""What every test stands on: a network that ends at loopback, and a real PostgreSQL for those that ask."""

import gc
import os
import ssl
import sys
from collections.abc import Generator, Iterator
from functools import cache
from typing import Any

import argon2
import certifi
import httpcore
import hypothesis
import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from hypothesis.internal.conjecture import providers
from litestar.utils.signature import ParsedSignature

from app import parquet
from app.drill.kit.throwaway_postgres import ServerNotFound, throwaway_postgres
from tests.browser import Browser, find_browser
from tests.compiled_once import compile_together
from tests.loopback_only import end_the_network_at_loopback
from tests.own_database import own_database

# Workers share the cores among them: threads of a fit would only spin while they wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

end_the_network_at_loopback()

# A request that names none has five seconds otherwise, which pass where four workers share two cores.
for _phase in ("connect", "read", "write", "pool"):
    setattr(DEFAULT_TIMEOUT_CONFIG, _phase, 30.0)

# The same examples in every run: a failure that comes and goes helps nobody.
hypothesis.settings.register_profile("leadbid", derandomize=True, deadline=None, database=None, max_examples=30)
hypothesis.settings.register_profile("thorough", hypothesis.settings.get_profile("leadbid"), max_examples=300)
hypothesis.settings.load_profile("leadbid")
# It would also try the constants of whatever modules happen to be loaded, so that a file by itself had other examples
# than among all others; and each worker would take a thousand modules apart for them.
providers._get_local_constants = lambda: providers._local_constants


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Ten thousand tests and all of their imports live to the end: the collector need not walk them again and again."""
    gc.disable()
    compile_together(session.config)
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        # As the service has it: a test that makes a million objects would have them walked a thousand times.
        gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def _authorities_are_read_once() -> Iterator[None]:
    """Each of hundreds of HTTP clients would read the certificates of all authorities, and none speaks TLS to them."""
    by_files, read = ssl.create_default_context, cache(lambda file: by_files(cafile=file))

    def context(purpose: ssl.Purpose = ssl.Purpose.SERVER_AUTH, **files: Any) -> ssl.SSLContext:
        return read(certifi.where()) if files == {"cafile": certifi.where()} else by_files(purpose, **files)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", context)
        # With these a service starts in half of the time.
        patch.setattr(httpcore, "default_ssl_context", cache(httpcore.default_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def _signatures_are_read_once() -> Iterator[None]:
    """Each of hundreds of services would read those of all handlers, which stay as they are written."""
    from_fn, read = ParsedSignature.from_fn, dict[Any, ParsedSignature]()

    def remembered(fn: Any, namespace: dict[str, Any]) -> ParsedSignature:
        # What answers OPTIONS is made anew for each route, and what shows a page for each page, of one code.
        key = getattr(fn, "__code__", fn), repr(getattr(fn, "__annotations__", ""))
        if key not in read:
            read[key] = from_fn(fn, namespace)
        return read[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ParsedSignature, "from_fn", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _a_password_costs_little() -> Iterator[None]:
    """It costs strangers 64 MB on purpose, and tests sign in some hundred times. A hash says by what it is checked."""
    at_its_price, cheap = argon2.PasswordHasher.hash, argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argon2.PasswordHasher, "hash", lambda _, password: at_its_price(cheap, password))
        yield


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of an empty PostgreSQL that lives as long as the session; with CI=true there must be one."""
    try:
        with throwaway_postgres() as url:
            yield url
    except ServerNotFound as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture
def own_postgres_url(postgres_url: str) -> Iterator[str]:
    """An empty database on that server for one test alone: a database belongs to the keys that first served it."""
    with own_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real one."""
    browser = Browser(find_browser())
    yield browser
    browser.close()


@pytest.fixture
def without_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where the extra is not installed."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    parquet._duckdb.cache_clear()
