from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.prompts import PromptLibrary, prompt_routes, prompt_url
from tests.prompts.sounds import mp3, put, wav

Client = TestClient[web.Request, web.Application]

IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60"


@pytest.fixture
def library(tmp_path: Path) -> PromptLibrary:
    put(tmp_path / "prompts/en/welcome.wav", wav(0.1))
    put(tmp_path / "prompts/hold.mp3", mp3())
    put(tmp_path / "secret.wav", wav())
    return PromptLibrary.load([tmp_path / "prompts"])


@pytest.fixture
async def client(library: PromptLibrary) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(prompt_routes(library))
    async with TestClient(TestServer(app)) as client:
        yield client


def path_of(library: PromptLibrary, name: str) -> str:
    return prompt_url("", library.get(name))


def test_the_url_has_language_name_and_digest(library: PromptLibrary) -> None:
    welcome, hold = library.get("welcome"), library.get("hold")
    base = "https://bot.example.com/ivr/"
    assert prompt_url(base, welcome) == f"https://bot.example.com/ivr/prompts/en/welcome.{welcome.digest}.wav"
    assert prompt_url(base, hold) == f"https://bot.example.com/ivr/prompts/any/hold.{hold.digest}.mp3"


@pytest.mark.parametrize(("name", "media_type"), [("welcome", "audio/wav"), ("hold", "audio/mpeg")])
async def test_a_prompt_is_served_for_good(client: Client, library: PromptLibrary, name: str, media_type: str) -> None:
    async with client.get(path_of(library, name)) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Cache-Control"] == IMMUTABLE
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert await answer.read() == library.get(name).path.read_bytes()


async def test_without_digest_it_is_served_for_a_minute(client: Client) -> None:
    async with client.get("/prompts/en/welcome.wav") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, SHORT)


async def test_with_the_digest_of_another_version_the_present_one_is_served_for_a_minute(client: Client) -> None:
    async with client.get("/prompts/en/welcome.0123456789abcdef.wav") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, SHORT)


async def test_a_head_request_gets_the_size_alone(client: Client, library: PromptLibrary) -> None:
    async with client.head(path_of(library, "welcome")) as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(library.get("welcome").size))
        assert await answer.read() == b""


async def test_a_range_is_served(client: Client, library: PromptLibrary) -> None:
    whole = library.get("welcome").path.read_bytes()
    async with client.get(path_of(library, "welcome"), headers={"Range": "bytes=10-19"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
        assert await answer.read() == whole[10:20]
    async with client.get(path_of(library, "welcome"), headers={"Range": "bytes=999999-"}) as answer:
        assert answer.status == 416


async def test_a_known_version_is_not_sent_again(client: Client, library: PromptLibrary) -> None:
    async with client.get(path_of(library, "welcome")) as answer:
        etag = answer.headers["ETag"]
    async with client.get(path_of(library, "welcome"), headers={"If-None-Match": etag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")


async def test_a_file_changed_after_the_start_is_not_kept_for_good(client: Client, library: PromptLibrary) -> None:
    path = library.get("welcome").path
    path.write_bytes(wav(0.3))
    os.utime(path, ns=(1, 1))
    async with client.get(path_of(library, "welcome")) as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, SHORT)


async def test_a_file_deleted_after_the_start_is_not_found(client: Client, library: PromptLibrary) -> None:
    library.get("welcome").path.unlink()
    async with client.get(path_of(library, "welcome")) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/prompts/en/nothing.wav",
        "/prompts/ru/welcome.wav",
        "/prompts/any/welcome.wav",
        "/prompts/en/welcome.mp3",
        "/prompts/en/welcome.toml",
        "/prompts/en/welcome",
        "/prompts/en/welcome.zz.wav",
        "/prompts/welcome.wav",
        "/prompts/en/",
        "/prompts/../secret.wav",
        "/prompts/%2e%2e/secret.wav",
        "/prompts/en/..%2f..%2f..%2fsecret.wav",
        "/prompts/en/%2e%2e%2f%2e%2e%2fsecret.wav",
        "/prompts/en/welcome.wav%00",
    ],
)
async def test_nothing_else_can_be_reached(client: Client, path: str) -> None:
    async with client.get(URL(path, encoded=True)) as answer:
        assert answer.status == 404


async def test_only_reading_is_allowed(client: Client) -> None:
    async with client.post("/prompts/en/welcome.wav") as answer:
        assert answer.status == 405
