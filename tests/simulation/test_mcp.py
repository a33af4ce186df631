"""What a buyer asks of a day, answered by the tools of `leadbid mcp` over standard input and output as by the commands.

The clock of both stands at the end of the day, so that "today" is the day.
"""

import asyncio
import json
import re
import sys
import time
from argparse import Namespace
from collections.abc import Awaitable, Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.cli.day.business_day import ENDS
from app.cli.service.mcp import offered
from app.cli.tools.tool import NotAnswered
from app.journal.lines import PostLine
from tests.business_day import copied
from tests.simulation.conftest import Day

NOW = ENDS - 60.0
_SERVER = (
    f"import sys, time; time.time = lambda: {NOW!r}; from app.cli import main; sys.exit(main(['mcp', *sys.argv[1:]]))"
)


@pytest.fixture(scope="module")
def data(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The day in a place of its own: who looks for a lead or pauses something leaves a line in the audit log."""
    return copied(day.data, tmp_path_factory.mktemp("asked"))


def asked(data: Path, scene: Callable[[Any], Awaitable[None]], *words: str) -> None:
    """A scene of a client that has started the server as an assistant does."""
    # Not before it is needed: to import it takes a second, and each worker imports every test.
    mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    stdio = pytest.importorskip("mcp.client.stdio")
    server = mcp.StdioServerParameters(command=sys.executable, args=["-c", _SERVER, "--data", str(data), *words])

    async def play() -> None:
        async with mcp.Client(stdio.stdio_client(server)) as client:
            await scene(client)

    asyncio.run(play())


def told(data: Path, *words: str) -> Any:
    """What a command prints as JSON at the same moment."""
    said = StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(said), redirect_stderr(StringIO()):
        patched.setattr(time, "time", lambda: NOW)
        main([*words, "--json", "--data", str(data)])
    return json.loads(said.getvalue())


async def answer(client: Any, tool: str, /, **arguments: Any) -> Any:
    """What a tool answers, as its text says it and as a program reads it."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content[0].text
    read = json.loads(result.content[0].text)
    assert result.structured_content == (read if isinstance(read, dict) else {"rows": read})
    return read


def test_ten_questions_of_a_buyer_are_answered_as_by_the_commands_and_nothing_else_is_offered(
    day: Day, data: Path
) -> None:
    bid = next(line for line in day.pings if line.decision.bids)
    none = next(line for line in day.pings if line.decision.refusal is not None)
    bought = next(line for line in day.journal if isinstance(line, PostLine) and line.status == "accepted")
    noon, morning = "2026-11-20T12:00", "2026-11-20T06:00"
    questions: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
        "why no leads from acme since noon?": (
            "trading_by_hour",
            {"seller": "acme", "since": noon},
            ("journal", "stats", "--by-hour", "--seller", "acme", "--since", noon),
        ),
        "what did we pay per lead in solar today?": (
            "trading",
            {"since": morning},
            ("journal", "stats", "--since", morning),
        ),
        "which cap is full?": ("status", {}, ("status",)),
        "which limits hold?": ("caps", {}, ("cap", "list")),
        "why did we bid that on this ping?": ("explain", {"id": bid.bid_ids[0]}, ("explain", bid.bid_ids[0])),
        "why did we not bid on that one?": ("explain", {"id": none.id}, ("explain", none.id)),
        "what became of this lead?": ("lead", {"lead": bought.lead_id}, ("leads", "find", "--lead", bought.lead_id)),
        "which seller sends bad certificates?": (
            "trading_by_hour",
            {"since": morning},
            ("journal", "stats", "--by-hour", "--since", morning),
        ),
        "how is acme doing?": ("scorecard", {"seller": "acme", "days": 1}, ("scorecard", "acme", "--days", "1")),
        "who is open?": ("sellers", {}, ("sellers", "list")),
        "what is waiting to be delivered?": (
            "deliveries",
            {"status": "pending"},
            ("deliveries", "list", "--status", "pending"),
        ),
        "what do we owe acme this month?": (
            "invoice",
            {"seller": "acme", "month": "2026-11"},
            ("invoice", "acme", "--month", "2026-11"),
        ),
        "what did we give back?": ("returns", {}, ("returns", "list")),
        "what was anybody told of?": ("alerts", {}, ("alerts", "list")),
        "who changed something?": ("audit", {"limit": 3}, ("audit", "list", "--limit", "3")),
    }
    answers: dict[str, Any] = {}

    async def scene(client: Any) -> None:
        for question, (tool, arguments, words) in questions.items():
            answers[question] = await answer(client, tool, **arguments)
            assert answers[question] == await asyncio.to_thread(told, data, *words), question
        await only_looks(client)

    asked(data, scene)

    by_hour = answers["why no leads from acme since noon?"]["hours"]
    assert [row["hour"] for row in by_hour][:2] == ["2026-11-20T12", "2026-11-20T13"]
    assert sum(row["pings"] for row in by_hour) > sum(row["bids"] for row in by_hour) > 0
    assert all(row["pings"] == row["bids"] + sum(row["no_bids"].values()) for row in by_hour)
    solar = answers["what did we pay per lead in solar today?"]["verticals"]["solar"]
    assert 500 < solar["spend_cents"] / solar["leads"] < 12_000
    caps = {each["cap"]: each for each in answers["which cap is full?"]["caps"]}
    # Those of days that are over are not kept, and the last outcome came days later.
    assert 0 < caps["mortgage-refinance/budget-per-month"]["used"] < 800_000
    explained = answers["why did we bid that on this ping?"]
    assert explained["bids"][0]["price_cents"] == bid.decision.bids[0].price_cents
    assert "= bid" in explained["text"]
    refusal = none.decision.refusal
    assert refusal is not None
    assert answers["why did we not bid on that one?"]["reason"] == refusal.code
    assert answers["what do we owe acme this month?"]["leads"] > 0
    total = sum(row["leads"] for row in answers["which seller sends bad certificates?"]["hours"])
    assert total == day.figures["posts_accepted"]


async def only_looks(client: Any) -> None:
    """Without a word that allows it there is no tool that changes anything."""
    tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == [tool.name for tool in offered(allow_acts=False)]
    assert all(tool.annotations.read_only_hint for tool in tools)
    for tool in tools:
        assert tool.input_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert all(each["description"] for each in tool.input_schema["properties"].values())
    refused = await client.call_tool("pause", {"name": "acme", "why": "unpaid", "by": "Jane"})
    assert refused.is_error
    assert "there is no tool `pause`" in refused.content[0].text


def test_where_it_may_act_an_act_needs_a_reason_and_a_name(data: Path) -> None:
    async def acting(client: Any) -> None:
        for lacking in ({"why": "unpaid"}, {"by": "Jane"}, {"why": "", "by": "Jane"}):
            refused = await client.call_tool("pause", {"name": "solar-sunbelt", **lacking})
            assert refused.is_error
        done = await answer(client, "pause", name="solar-sunbelt", why="crew is ill", by="Jane", until="2h")
        assert done["now"].startswith("solar-sunbelt is paused until 2026-11-21 ")
        assert (await answer(client, "resume", name="solar-sunbelt", why="well again", by="Jane"))["now"]
        wrong = await client.call_tool("pause", {"name": "solar-sunbeld", "why": "crew is ill", "by": "Jane"})
        assert wrong.is_error
        assert "did you mean" in wrong.content[0].text
        acts = (await answer(client, "audit", limit=2))[::-1]
        assert [(each["action"], each["why"]) for each in acts] == [
            ("pause", "crew is ill"),
            ("end pause", "well again"),
        ]
        assert all(each["told_by"].endswith(" for Jane") for each in acts)

    asked(data, acting, "--allow-acts")


@pytest.mark.parametrize(
    ("tool", "arguments", "expected"),
    [
        ("explain", {"id": "nothing-like-it"}, "Looked in"),
        ("explain", {}, "missing required field `id`"),
        ("scorecard", {"seller": "acmi"}, "acme"),
        ("trading", {"since": "yesterday"}, "write 2026-11-21"),
        ("trading_by_hour", {"since": "2020-01-01"}, "744 at most"),
        ("lead", {}, "one of the arguments --phone --email --lead"),
        ("status", {"colour": "red"}, "unknown field `colour`"),
    ],
)
def test_an_error_names_the_remedy(data: Path, tool: str, arguments: dict[str, Any], expected: str) -> None:
    found = next(each for each in offered(allow_acts=True) if each.name == tool)
    with pytest.raises(NotAnswered, match=re.escape(expected)):
        found.call(arguments, Namespace(data=data))
