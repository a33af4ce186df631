"""What is documented is what there is."""

import re
from pathlib import Path

from app.cli import COMMANDS
from app.domain.alerts.alert import CAUSES
from app.domain.reasons import REASONS, Reason
from app.drill.run import all_drills
from app.mock_exchange.conformance.checks import CHECKS
from app.platforms.known import DIALECTS
from tests.table import each_row
from tests.words import unplain

DOCS = Path(__file__).parents[2] / "docs"


def rows() -> list[list[str]]:
    """The rows of the table of reasons, cell by cell."""
    lines = (DOCS / "reasons.md").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


def test_the_table_of_reasons_has_every_code_in_the_order_of_judgement() -> None:
    assert [row[0].strip("`") for row in rows()] == list(REASONS)


@each_row("reason", REASONS.values(), ids=REASONS)
def test_a_reason_is_documented_as_it_is_told(reason: Reason) -> None:
    _, number, where, kind, final, remedy = next(row for row in rows() if row[0] == f"`{reason.code}`")
    assert number == ("-" if reason.nbr is None else str(reason.nbr))
    assert kind == (f"{reason.kind}, always told" if reason.asked else reason.kind)
    assert final == ("yes" if reason.kept else "")
    assert where
    assert remedy.endswith(".")


def test_every_check_of_conform_is_documented_by_its_id() -> None:
    text = (DOCS / "dialects.md").read_text(encoding="utf-8")
    rows = [f"| `{check}` | {title} |" for check, title in CHECKS.items()]
    assert [row for row in rows if row not in text] == []


def test_the_dialects_table_has_every_dialect() -> None:
    text = (DOCS / "dialects.md").read_text(encoding="utf-8")
    assert [name for name in DIALECTS if f"\n| `{name}`" not in text] == []


def test_a_page_names_only_commands_that_there_are() -> None:
    for page in DOCS.rglob("*.md"):
        named = set(re.findall(r"leadbid ([a-z]+)(?= -| [A-Z]|`)", page.read_text(encoding="utf-8")))
        assert named <= set(COMMANDS), page


def test_a_page_links_only_to_files_that_there_are() -> None:
    for page in DOCS.rglob("*.md"):
        links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (page.parent / link).exists()] == [], page


def test_every_alert_is_documented_with_what_to_do() -> None:
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    missing = [cause for cause, severity in CAUSES.items() if f"\n| `{cause}` | {severity} | " not in text]
    assert missing == []


def sections(page: Path) -> set[str]:
    """The names by which links reach its headings."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_a_page_links_only_to_sections_that_there_are() -> None:
    for page in (DOCS.parent / "README.md", *DOCS.rglob("*.md")):
        links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf-8"))
        named = [(page.parent / name if name else page, section) for name, section in links]
        assert [f"{to.name}#{section}" for to, section in named if section not in sections(to)] == [], page


SYNONYMS = (
    "postback, publisher, affiliate, supplier, vendor, Jornaya, LeadiD, disposition, opt-out, DNC, return, credit, "
    "duplicate, chargeback, litigator, audit log, legal hold, suppression, evidence, erasure, target, conversion lag, "
    "bid shading, win rate, idempotency key, ping-post, posting instructions, circuit breaker"
)
"""Words by which people of the trade search."""


def glossary() -> list[list[str]]:
    lines = (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]


@each_row("synonym", SYNONYMS.split(", "))
def test_the_glossary_answers_the_trades_word(synonym: str) -> None:
    word = synonym.lower()
    assert [term for term, others, _, _ in glossary() if word in f"{term}, {others}".lower()], word


def test_the_glossary_defines_each_term_once_in_order() -> None:
    terms = [row[0].lower() for row in glossary()]
    assert terms == sorted(set(terms))
    assert all(meaning and "](" in where for _, _, meaning, where in glossary())


PROSE = (
    *sorted(DOCS.rglob("*.md")),
    *(DOCS.parent / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
)


def test_a_page_is_in_plain_words() -> None:
    for page in PROSE:
        lines = enumerate(page.read_text(encoding="utf-8").splitlines(), start=1)
        assert {number: words for number, line in lines if (words := unplain(line))} == {}, page


def test_what_goes_wrong_is_tried_in_each_row() -> None:
    """A comment at the end of a row, which readers do not see, names the tests and drills that bring it about."""
    page = (DOCS / "operations.md").read_text(encoding="utf-8")
    table = page.partition("## What goes wrong, and what then")[2].partition("\n\n`leadbid drill`")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    tests = Path(__file__).parents[1]
    known = {path.name for path in tests.rglob("test_*.py")} | {f"drill {name}" for name in all_drills()}
    assert len(rows) > 20
    for row in rows:
        named = row.rpartition("<!--")[2].partition("-->")[0]
        assert named.strip(), row
        assert {each.strip() for each in named.split(",")} <= known, row


DECISIONS = sorted((DOCS / "decisions").glob("*.md"))


def test_decisions_are_numbered_without_gaps() -> None:
    assert [page.name[:4] for page in DECISIONS] == [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]


@each_row("page", DECISIONS, ids=lambda path: path.name)
def test_a_decision_names_files_that_there_are(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:app|tests|training)/[\w/.]+)`", text)
    assert [path for path in named if not (DOCS.parent / path).exists()] == []
    assert "\nChecked by: " in text
