"""The files of the softphone."""

from __future__ import annotations

import json
import re

import pytest

from bot.simulator.control.page import FOLDER, HEADERS
from bot.simulator.faults import KINDS
from tests.simulator.bot_side import SignedClient

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPTS = [path for path in FOLDER.rglob("*.js") if "vendor" not in path.parts]
TEXTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (FOLDER / "texts").glob("*.json")}


async def test_a_browser_gets_the_page_and_others_get_help(client: SignedClient) -> None:
    async with client.session.get(f"{client.url}/", headers=BROWSER) as response:
        page = await response.text()
    assert (response.status, response.content_type) == (200, "text/html")
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    for path in ("/", "/simulator/help"):
        async with client.session.get(f"{client.url}{path}") as response:
            assert response.content_type == "text/plain"
            assert f"curl {client.url}/simulator/calls" in await response.text()
    assert "<script>" not in page
    for address in re.findall(r'(?:href|src)="([^"]+)"', page):
        async with client.session.get(f"{client.url}/{address}") as response:
            assert response.status == 200, address


async def test_a_file_that_has_not_changed_is_not_sent_again(client: SignedClient) -> None:
    url = f"{client.url}/simulator/page/main.js"
    async with client.session.get(url) as response:
        etag = response.headers["ETag"]
    async with client.session.get(url, headers={"If-None-Match": etag}) as response:
        assert (response.status, await response.read()) == (304, b"")
    async with client.session.get(url, headers={"If-None-Match": '"another"'}) as response:
        assert response.status == 200


@pytest.mark.parametrize("path", ["nothing.js", "../control/page.py", "%2e%2e/control/page.py", "vendor/NOTICE.md"])
async def test_there_are_no_other_files(client: SignedClient, path: str) -> None:
    async with client.session.get(f"{client.url}/simulator/page/{path}") as response:
        assert response.status == 404


def test_every_language_says_everything() -> None:
    assert set(TEXTS) == {"en", "ru"}
    assert TEXTS["en"].keys() == TEXTS["ru"].keys()
    for texts in TEXTS.values():
        assert all(texts.values())
    for key, text in TEXTS["en"].items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", TEXTS["ru"][key])), key


def test_the_page_says_nothing_that_no_dictionary_has_and_leaves_nothing_unsaid() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    quoted = set(re.findall(r'"([a-z]+(?:[._-][a-z_-]+)*)"', source))
    patterns = re.findall(r"say\(`([^`]+)`", source)
    known = TEXTS["en"].keys()
    for key in re.findall(r'say\("([^"]+)"', source):
        assert key in known
    shapes = [re.sub(r"\\\$\\\{[^}]*\\\}", ".+", re.escape(pattern)) for pattern in patterns]
    made = {key for key in known for shape in shapes if re.fullmatch(shape, key)}
    assert not known - quoted - made


def test_every_fault_has_a_name() -> None:
    assert {f"fault.{kind}" for kind in KINDS} == {key for key in TEXTS["en"] if key.startswith("fault.")}


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in FOLDER.rglob("*"):
        if path.suffix in (".js", ".css", ".html", ".json") and "vendor" not in path.parts:
            assert "//" not in re.sub(r"(?m)(^|\s)//.*$", "", path.read_text(encoding="utf-8")), path


def test_every_library_has_its_licence() -> None:
    folders = [path for path in (FOLDER / "vendor").iterdir() if path.is_dir()]
    assert len(folders) == 3
    for folder in folders:
        assert list(folder.glob("LICENSE*"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_short_and_says_what_it_is(script: object) -> None:
    lines = script.read_text(encoding="utf-8").splitlines()  # type: ignore[attr-defined]
    assert len(lines) <= 250
    assert lines[0].startswith("// ")
