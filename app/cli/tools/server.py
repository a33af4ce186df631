"""The MCP server: lists tools, calls them in a thread each, and writes nothing to standard output but the protocol."""

import argparse
import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import mcp_types as types
import msgspec
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from app.cli.tools.tool import NotAnswered, Tool

_INSTRUCTIONS = (
    "leadbid buys leads by ping-post. Each tool answers what the command of the same report prints as JSON. Start with "
    "`status`. For why no leads come from a seller, call `trading_by_hour`; for one ping, `explain`."
)
_log = logging.getLogger(__name__)


async def serve(tools: Sequence[Tool], places: argparse.Namespace, version: str) -> None:
    """Serve on standard input and output until the client closes them. `places` is where the service's files are."""
    by_name = {tool.name: tool for tool in tools}

    async def on_list(_context: object, _params: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_listed(tool) for tool in tools])

    async def on_call(_context: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = by_name.get(params.name)
        if tool is None:
            return _failed(f"there is no tool `{params.name}`: there are {', '.join(by_name)}")
        return await _called(tool, params.arguments or {}, places)

    server: Server[Any] = Server(
        "leadbid", version=version, instructions=_INSTRUCTIONS, on_list_tools=on_list, on_call_tool=on_call
    )
    async with stdio_server() as (received, sent):
        await server.run(received, sent, server.create_initialization_options())


async def _called(tool: Tool, arguments: dict[str, Any], places: argparse.Namespace) -> types.CallToolResult:
    try:
        body = await asyncio.to_thread(tool.call, arguments, places)
    except NotAnswered as reason:
        return _failed(str(reason))
    except Exception as error:  # noqa: BLE001 - the assistant goes on with its other questions
        _log.exception("the tool %s failed", tool.name)
        return _failed(f"{tool.name} failed ({type(error).__name__}): the log on standard error says where")
    answer = msgspec.json.decode(body)
    return types.CallToolResult(
        content=[types.TextContent(text=body.decode())],
        structured_content=answer if isinstance(answer, dict) else {"rows": answer},
    )


def _failed(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)


def _listed(tool: Tool) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=not tool.acts, destructive_hint=False, idempotent_hint=not tool.acts, open_world_hint=False
    )
    return types.Tool(name=tool.name, description=tool.what, input_schema=tool.schema, annotations=hints)
