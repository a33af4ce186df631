"""A path means its endpoint in any case and with any slashes; what varies in it stays as it is."""

from app.http.auction.routes import auction_path
from app.http.paths import Endpoints
from tests.table import each_row

ENDPOINTS = Endpoints([("GET", "/"), ("GET", "/v1/posts/{ping_id}"), ("POST", "/v1/notices"), ("GET", "/v1/notices")])


@each_row(
    ("path", "meant"),
    [
        ("/v1/ping", "/v1/ping"),
        ("//v1/ping", "/v1/ping"),
        ("/V1/Ping/", "/v1/ping"),
        ("/v1///test//PING.JSON", "/v1/test/ping.json"),
        ("/v1/Boberdoo/Lead", "/v1/boberdoo/lead"),
        ("/v1/ping ", "/v1/ping"),
        ("/ping", ""),
        ("/v1/pin g", ""),
        ("/v1/ping/x", ""),
        ("/", ""),
        ("/" * 20_000, ""),
    ],
)
def test_a_path_of_the_auction_is_known_by_its_words(path: str, meant: str) -> None:
    assert auction_path(path) == meant


@each_row(
    ("path", "meant"),
    [
        ("/", "/"),
        ("//", "/"),
        ("/V1/Notices/", "/v1/notices"),
        ("/V1/Posts/AbC", "/v1/posts/AbC"),
        ("//v1/posts//AbC\n", "/v1/posts/AbC\n"),
    ],
)
def test_an_endpoint_is_known_by_its_words(path: str, meant: str) -> None:
    endpoint = ENDPOINTS.at(path)
    assert endpoint is not None
    assert endpoint.path == meant


@each_row("path", ["", "/v1", "/v1/posts", "/v1/posts/a/b", "/v2/notices", "/v1/notices/a" * 9][1:])
def test_anything_else_is_none(path: str) -> None:
    assert ENDPOINTS.at(path) is None


def test_an_endpoint_knows_its_methods() -> None:
    endpoint = ENDPOINTS.at("/v1/notices")
    assert endpoint is not None
    assert endpoint.methods == {"GET", "POST"}


@each_row("path", ["/v1/posts/\0", "/v1/posts/a\0b", "/\0"])
def test_no_endpoint_has_a_nul_in_its_path(path: str) -> None:
    assert ENDPOINTS.at(path) is None
