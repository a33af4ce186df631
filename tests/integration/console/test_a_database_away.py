"""Every page of the console says so while the database is away."""

import re
import sqlite3
from html import unescape
from pathlib import Path

import httpx

from app.http.console.pages.all_views import VIEWS
from tests.console import signed_in
from tests.service import DEMO_CONFIG, serve


def linked(client: httpx.Client, path: str) -> list[str]:
    """The pages that one leads to."""
    found = re.findall(r'href="(/console[^"?#]*)', client.get(path).text)
    return [unescape(path) for path in found if "/assets/" not in path]


def test_every_page_says_so_while_the_database_is_away(tmp_path: Path) -> None:
    with serve(DEMO_CONFIG, tmp_path) as service, signed_in(service.url) as client:
        menu = set(linked(client, "/console"))
        paths = menu.union(*[linked(client, path) for path in menu])
        assert len(paths) >= sum(bool(view.label) and view.role != "admin" for view in VIEWS)
        with sqlite3.connect(service.settings.database_file) as database:
            database.execute("ALTER TABLE operator_session RENAME TO gone")
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert "The database does not answer" in answer.text
        with sqlite3.connect(service.settings.database_file) as database:
            database.execute("ALTER TABLE gone RENAME TO operator_session")
