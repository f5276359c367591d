"""The tools for MCP clients: the official client, over the real page."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from assistant import Engine
from tests.serving import client

pytest_plugins = ["tests.serving"]

CONDUCTOR = "Who likens his role to a conductor's?"


def call(program: httpx.Client, method: str, **params: Any) -> dict[str, Any]:
    message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
    found: dict[str, Any] = program.post("/mcp", json=message).json()
    assert found["id"] == 7
    return found


def test_each_role_is_offered_its_own_tools(address: str, tokens: dict[str, str]) -> None:
    for role, names in (("leader", ["ask", "search"]), ("trainer", ["ask", "search", "pack"])):
        with client(address, tokens[role]) as program:
            offered = call(program, "tools/list")["result"]["tools"]
            assert [tool["name"] for tool in offered] == names
            assert all(tool["inputSchema"]["properties"] for tool in offered)
            refused = call(program, "tools/call", name="pack", arguments={"topic": "penguins"})
            assert ("error" in refused) == (role == "leader")
    with client(address) as nobody:
        assert nobody.post("/mcp", json={}).status_code == 401


def test_what_goes_wrong_is_told_to_the_model(address: str, tokens: dict[str, str]) -> None:
    with client(address, tokens["leader"]) as program:
        for arguments in ({"question": " "}, {"colour": "red"}):
            told = call(program, "tools/call", name="ask", arguments=arguments)["result"]
            assert told["isError"] and told["content"][0]["text"]
        assert call(program, "resources/list")["error"]["code"] == -32601
        for body in (b"{", b"null", b'"\\ud800"', b"[" * 100_000):
            assert program.post("/mcp", content=body).status_code == 400
        listed = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": [1]}
        assert program.post("/mcp", json=listed).status_code == 400
        told_only = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert program.post("/mcp", json=told_only).status_code == 202


def test_the_official_client_asks(
    address: str, tokens: dict[str, str], starter_engine: Engine
) -> None:
    mcp = pytest.importorskip("mcp", reason="the official MCP client is not installed")
    from mcp.client.streamable_http import streamable_http_client
    from mcp.shared._httpx_utils import create_mcp_http_client

    async def ask() -> tuple[list[str], dict[str, Any]]:
        shown = {"Authorization": f"Bearer {tokens['leader']}"}
        async with (
            create_mcp_http_client(headers=shown) as http,
            streamable_http_client(f"{address}/mcp", http_client=http) as (reading, writing, *_),
            mcp.ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            offered = [tool.name for tool in (await session.list_tools()).tools]
            said = await session.call_tool("ask", {"question": CONDUCTOR})
            return offered, json.loads(said.content[0].text)

    with ThreadPoolExecutor(1) as apart:  # a browser's tests leave a loop running in this thread
        offered, answer = apart.submit(asyncio.run, ask()).result()
    assert offered == ["ask", "search"]
    assert answer["answer"] == starter_engine.ask(CONDUCTOR).answer
