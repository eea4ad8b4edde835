from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.api import ApiClient, Attachment, CommentsApi, parse_comment
from bot.errors import BadRequest, InDoubt
from bot.events import JsonObject, JsonValue
from tests.api.platform import TEAM, THREAD, Platform, answers, cut
from tests.api.test_answer import JSON

Act = Callable[[CommentsApi], Awaitable[object]]

REQUESTS: list[tuple[Act, str, dict[str, object]]] = [
    (lambda api: api.create(thread_id="t", text="hi"), "comment/create", {"threadId": "t", "text": "hi"}),
    (
        lambda api: api.create(stream_id="s", text="hi", is_public=False),
        "comment/create",
        {"streamId": "s", "text": "hi", "isPublic": False},
    ),
    (lambda api: api.create(to="c", text=" hi "), "comment/create", {"to": "c", "text": " hi "}),
    (lambda api: api.read(thread_id="t"), "comment/read", {"threadId": "t"}),
    (
        lambda api: api.read(stream_id="s", comment_id="c", skip=0, type="file"),
        "comment/read",
        {"streamId": "s", "commentId": "c", "skip": 0, "type": "file"},
    ),
]

WRONG: list[Act] = [
    lambda api: api.create(text="hi"),
    lambda api: api.create(thread_id="t", to="c", text="hi"),
    lambda api: api.create(thread_id="t", text=" "),
    lambda api: api.create(thread_id="", text="hi"),
    lambda api: api.create(thread_id="t", text=5),  # type: ignore[arg-type]
    lambda api: api.read(),
    lambda api: api.read(thread_id=" "),
    lambda api: api.read(thread_id="t", skip=-1),
    lambda api: api.read(thread_id="t", skip=True),
    lambda api: api.read(thread_id="t", type=""),
]

# As the platform documents an event and an answer, and as it documents attachments.
EVENT: JsonObject = {
    "teamId": "595b405b81d3f8001497603d",
    "eventType": "Comment.created",
    "streamId": "595b405b81d3f80014976034",
    "id": "595b405b81d3f80014976031",
    "createdAt": 1524043332761,
    "updatedAt": 1524043332761,
    "type": "",
    "to": "595b405b81d3f80014976032",
    "from": "595b405b81d3f80014976033",
    "att": [{"type": "text", "data": {"text": "hello world"}}],
}
ANSWER: JsonObject = {
    "type": "file",
    "createdAt": 1524043332761,
    "to": [],
    "from": "",
    "att": "a text",
    "commentId": "5971f31881d3f800149760b4",
    "channel": None,
    "threadId": THREAD,
}


@pytest.fixture
def comments(client: ApiClient) -> CommentsApi:
    return client.team(TEAM).comments


@pytest.mark.parametrize(("act", "path", "body"), REQUESTS)
async def test_requests(
    comments: CommentsApi, platform: Platform, act: Act, path: str, body: dict[str, object]
) -> None:
    await act(comments)
    [seen] = platform.seen
    assert (seen.path, seen.json, seen.signed) == (f"/{TEAM}/{path}", body, True)


@pytest.mark.parametrize("act", WRONG)
async def test_wrong_arguments_send_nothing(comments: CommentsApi, platform: Platform, act: Act) -> None:
    with pytest.raises(BadRequest) as caught:
        await act(comments)
    assert not platform.seen
    assert caught.value.path.startswith("comment/")


@pytest.mark.parametrize(
    ("data", "comment_id"),
    [
        ({"commentId": "c"}, "c"),
        ({"id": 7}, "7"),
        ('{"_id":"c"}', "c"),
        ("c", "c"),
        ({"commentId": ""}, None),
        (None, None),
        (["c"], None),
    ],
)
async def test_the_id_of_a_new_comment(
    comments: CommentsApi, platform: Platform, data: object, comment_id: str | None
) -> None:
    platform.then(answers(body={"code": 200, "massage": "OK", "data": data}))
    assert await comments.create(thread_id="t", text="hi") == comment_id


async def test_a_comment_is_never_posted_twice(comments: CommentsApi, platform: Platform) -> None:
    platform.then(cut)
    with pytest.raises(InDoubt):
        await comments.create(thread_id="t", text="hi")
    assert len(platform.seen) == 1


async def test_reading_is_repeated(comments: CommentsApi, platform: Platform) -> None:
    platform.then(cut)
    assert await comments.read(thread_id="t") == ()
    assert len(platform.seen) == 2


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        ([ANSWER, EVENT], ["5971f31881d3f800149760b4", "595b405b81d3f80014976031"]),
        (json.dumps([json.dumps(ANSWER), 5, None]), ["5971f31881d3f800149760b4"]),
        (ANSWER, ["5971f31881d3f800149760b4"]),
        ([], []),
        (None, []),
    ],
)
async def test_comments_of_an_answer(comments: CommentsApi, platform: Platform, data: object, ids: list[str]) -> None:
    platform.then(answers(body={"code": 200, "data": data}))
    found = await comments.read(thread_id="t")
    assert [comment.comment_id for comment in found] == ids


@pytest.mark.parametrize("data", [5, "gone", True])
async def test_data_that_cannot_be_read(comments: CommentsApi, platform: Platform, data: object) -> None:
    platform.then(answers(body={"code": 200, "data": data}))
    with pytest.raises(InDoubt, match="unreadable data"):
        await comments.read(thread_id="t")


def test_a_comment_of_an_event() -> None:
    comment = parse_comment(EVENT)
    assert (comment.comment_id, comment.author) == ("595b405b81d3f80014976031", "595b405b81d3f80014976033")
    assert (comment.text, comment.type) == ("hello world", "")
    assert comment.created_at == datetime(2018, 4, 18, 9, 22, 12, 761000, tzinfo=UTC)
    assert comment.attachments == (
        Attachment(type="text", text="hello world", file_url=None, file_id=None, data={"text": "hello world"}),
    )
    assert (comment.call_duration, comment.dialog_duration) == (None, None)
    assert (comment.file_urls, comment.file_ids) == ((), ())
    assert comment.raw is EVENT


def test_a_comment_of_an_answer() -> None:
    comment = parse_comment(ANSWER)
    assert (comment.comment_id, comment.author, comment.type) == ("5971f31881d3f800149760b4", None, "file")
    assert comment.text == "a text"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"att": [{"type": "text", "data": {"text": "a"}}, {"type": "text", "data": {"text": "b"}}]}, "a\nb"),
        ({"att": ["a", "b"]}, "a\nb"),
        ({"att": '[{"type":"text","data":"{\\"text\\":\\"a\\"}"}]'}, "a"),
        ({"att": {"type": "text", "text": "a"}}, "a"),
        ({"att": {"type": "text", "data": "a"}}, "a"),
        ({"att": {"data": {"text": "a"}}}, "a"),
        ({"att": [], "attText": "a"}, "a"),
        ({"att": [{"type": "text", "data": {}}, None, []]}, ""),
        ({}, ""),
    ],
)
def test_texts_in_every_place(data: JsonObject, text: str) -> None:
    assert parse_comment(data).text == text


URL = "https://files.example/1.wav"


@pytest.mark.parametrize(
    "data",
    [
        {"att": [{"type": "file", "data": {"url": URL, "mime": "audio/wav", "preview": "https://x/y.png"}}]},
        {"att": [{"type": "file", "data": {"preview": "https://x/y.png", "fileUrl": URL}}]},
        {"att": [{"type": "call", "data": {"record": URL}}]},
        {"att": [{"type": "file", "url": URL}]},
        {"att": {"data": {"url": URL}}},
        {"att": [{"type": "file", "data": {"url": URL}}, {"type": "file", "data": {"url": URL}}], "fileUrl": URL},
        {"fileUrl": URL},
        {"metadata": {"fileUrl": URL}},
        {"metadata": json.dumps({"fileUrl": URL})},
    ],
)
def test_links_in_every_place(data: JsonObject) -> None:
    assert parse_comment(data).file_urls == (URL,)


def test_what_is_no_link_of_a_file() -> None:
    seen = "see https://files.example"
    comment = parse_comment({"att": [seen, {"type": "file", "data": {"url": "file:///etc", "x": 1}}], "url": URL})
    assert comment.file_urls == ()
    assert comment.text == seen


def test_files_by_their_ids() -> None:
    files = [{"type": "file", "data": {"fileId": "f1"}}, {"type": "image", "data": {"id": 2}}, {"type": "file"}]
    assert parse_comment({"att": files}).file_ids == ("f1", "2")  # type: ignore[dict-item]  # lists are invariant


@pytest.mark.parametrize(
    ("data", "call", "dialog"),
    [
        ({"att": [{"type": "call", "data": {"callDuration": 5, "dialogDuration": 3}}]}, 5.0, 3.0),
        ({"callDuration": "5.5", "metadata": {"dialogDuration": 0}}, 5.5, 0.0),
        ({"callDuration": True, "dialogDuration": "long"}, None, None),
        ({"callDuration": -1, "dialogDuration": "inf"}, None, None),
        ({"callDuration": 10**400, "dialogDuration": None}, None, None),
        ({"callDuration": 5, "att": [{"type": "call", "data": {"callDuration": 4}}]}, 4.0, None),
    ],
)
def test_durations_in_every_place(data: JsonObject, call: float | None, dialog: float | None) -> None:
    comment = parse_comment(data)
    assert (comment.call_duration, comment.dialog_duration) == (call, dialog)


FIELDS = (
    "commentId",
    "id",
    "_id",
    "from",
    "type",
    "createdAt",
    "metadata",
    "fileUrl",
    "callDuration",
    "att",
    "attText",
)
PARTS = st.lists(
    st.fixed_dictionaries({}, optional={"type": JSON, "data": JSON, "text": JSON, "url": JSON}), max_size=3
)


@settings(deadline=None, max_examples=40)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON | PARTS)))
def test_whatever_comes_is_a_comment(data: dict[str, JsonValue]) -> None:
    comment = parse_comment(data)
    assert comment.raw is data
    assert isinstance(comment.text, str)
    assert all(url.startswith("http") for url in comment.file_urls)


@settings(deadline=None, max_examples=40)
@given(PARTS)
def test_packed_and_plain_attachments_are_the_same(parts: list[JsonValue]) -> None:
    try:
        packed = msgspec.json.encode(parts)
    except TypeError:  # numbers and texts that no JSON on the wire holds
        return
    assert (
        parse_comment({"att": packed.decode()}).attachments
        == parse_comment({"att": msgspec.json.decode(packed)}).attachments
    )
