"""The requests of threads, comments, contacts, streams and files that are simulated, described once.

Source: the platform's documents of its requests. Where they contradict
themselves, this is how it is settled:

- Reading contacts is said to need ``userId``, ``userIds`` or ``customField``, and the
  example has ``billingType`` alone: any of the four will do.
- What the documents list as parameters of reading threads are partly fields of
  the answer. One of those that choose threads is needed.
- A comment without a text is not described as wrong; here it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.simulator.description import JsonType, RequestDescription

THREAD_ANSWER: Final = (
    "threadId",
    "createdAt",
    "deadline",
    "responsibleUserId",
    "status",
    "streamId",
    "teamId",
    "title",
    "customerId",
    "customerIds",
    "commentsFilter",
    "type",
    "roles",
    "updatedAt",
)
"""The fields of a thread in an answer."""

_MISSPELT: Final = "massage"


def _of_thread(path: str, *, answers: tuple[str, ...] = (), **fields: JsonType) -> RequestDescription:
    """Return a request about one thread, all of whose fields are required; what answers with it is misspelt."""
    return RequestDescription(
        path=path,
        fields={"threadId": "string", **fields},
        required=("threadId", *fields),
        answers=answers,
        message_field=_MISSPELT if answers == THREAD_ANSWER else "message",
    )


def _of_stream(path: str, *, answers: tuple[str, ...] = (), **fields: JsonType) -> RequestDescription:
    """Return a request about one stream, all of whose fields are required."""
    return RequestDescription(
        path=path, fields={"streamId": "string", **fields}, required=("streamId", *fields), answers=answers
    )


def _of_customers(path: str) -> RequestDescription:
    return RequestDescription(
        path=path,
        fields={"threadId": "string", "customerId": "string", "customerIds": "array"},
        required=("threadId",),
        at_least_one=("customerId", "customerIds"),
    )


_THREADS: Final = (
    RequestDescription(
        path="thread/read",
        fields={
            "threadId": "string",
            "statusId": "string",
            "statusIds": "array",
            "streamId": "string",
            "ltUpdatedAt": "number",
            "gtUpdatedAt": "number",
            "deadline": "array",
            "responsibleUserId": "string",
            "status": "string",
            "customerId": "string",
            "customerIds": "array",
            "title": "string",
            "type": "string",
            "roles": "array",
            "createdAt": "number",
            "updatedAt": "number",
        },
        at_least_one=("threadId", "statusId", "statusIds", "streamId"),
        answers=THREAD_ANSWER,
    ),
    RequestDescription(
        path="thread/create",
        fields={
            "statusId": "string",
            "streamId": "string",
            "title": "string",
            "deadline": "array",
            "responsibleUserId": "string",
            "customerId": "string",
            "roles": "string",
            "description": "array",
        },
        required=("statusId", "streamId"),
        answers=("threadId",),
        message_field=_MISSPELT,
    ),
    _of_thread("thread.status", answers=THREAD_ANSWER, statusId="string"),
    _of_thread("thread.stream", answers=THREAD_ANSWER, streamId="string"),
    _of_thread("thread.title", title="string"),
    _of_thread("thread.responsible/set", answers=THREAD_ANSWER, userId="string"),
    _of_thread("thread.responsible/remove", userId="string"),
    _of_thread("thread.followers/set", userId="string"),
    _of_thread("thread.followers/remove", userId="string"),
    _of_customers("thread.customer/add"),
    _of_customers("thread.customer/remove"),
    _of_thread("thread.fields.budget", answers=THREAD_ANSWER, budget="number"),
    _of_thread("thread.fields.deadline", answers=THREAD_ANSWER, deadline="array"),
    _of_thread("thread.fields.priority", answers=THREAD_ANSWER, priority="string"),
    _of_thread("thread.fields.points", answers=THREAD_ANSWER, points="number"),
    _of_thread("thread.fields.timetoc", answers=THREAD_ANSWER, timetocompletion="number"),
    _of_thread("thread.description/read", answers=("content", "created", "teamId", "descriptionId", "threadId")),
    _of_thread("thread.description/set", answers=("descriptionId",), content="array"),
    _of_thread("thread.description/addcontent", answers=("descriptionId",), content="array"),
)

_COMMENTS: Final = (
    RequestDescription(
        path="comment/create",
        fields={
            "threadId": "string",
            "streamId": "string",
            "to": "string",
            "text": "string",
            "type": "string",
            "isPublic": "boolean",
        },
        required=("text",),
        exactly_one=("threadId", "streamId", "to"),
        answers=("commentId",),
        message_field=_MISSPELT,
    ),
    RequestDescription(
        path="comment/read",
        fields={
            "threadId": "string",
            "streamId": "string",
            "commentId": "string",
            "skip": "number",
            "type": "string",
        },
        at_least_one=("threadId", "streamId", "commentId"),
        answers=("commentId", "type", "createdAt", "to", "from", "att", "channel"),
    ),
    RequestDescription(
        path="comment/count",
        fields={"threadId": "string", "threadIds": "array", "streamId": "string"},
        at_least_one=("threadId", "threadIds", "streamId"),
        answers=("count",),
    ),
)

_CONTACTS: Final = (
    RequestDescription(
        path="contact/read",
        fields={"userId": "string", "userIds": "array", "billingType": "string", "customField": "string"},
        at_least_one=("userId", "userIds", "billingType", "customField"),
        answers=("_id", "billingType", "basicData", "teamId", "status", "voiceRules"),
    ),
    RequestDescription(
        path="contact/create",
        fields={"basicData": "object", "customFields": "array"},
        required=("basicData",),
        answers=("contactId",),
    ),
    RequestDescription(
        path="contact/local", fields={"userId": "string"}, required=("userId",), answers=("userId", "local")
    ),
)

_STREAMS: Final = (
    RequestDescription(
        path="stream/read",
        fields={"streamId": "string", "streamIds": "array"},
        at_least_one=("streamId", "streamIds"),
        answers=(
            "streamId",
            "name",
            "roles",
            "statuses",
            "settings",
            "teamId",
            "owner",
            "isPrivate",
            "createdAt",
            "updatedAt",
            "admins",
        ),
    ),
    _of_stream("stream.member/add", userId="string"),
    _of_stream("stream.member/remove", userId="string"),
    _of_stream("stream.member/set.admin", userId="string"),
    _of_stream("stream.member/revoke.admin", userId="string"),
    RequestDescription(
        path="stream.status/create",
        fields={"name": "string", "streamId": "string", "type": "string", "color": "string"},
        required=("name", "streamId", "type"),
        answers=("statusId",),
    ),
    RequestDescription(
        path="stream.status/read",
        fields={"streamId": "string", "statusId": "string"},
        at_least_one=("streamId", "statusId"),
        answers=("statusId", "streamId", "name", "type", "color"),
    ),
    RequestDescription(
        path="stream.status/set.name",
        fields={"statusId": "string", "name": "string"},
        required=("statusId", "name"),
    ),
    _of_stream("stream.status/delete", statusId="string"),
)

_FILES: Final = (
    RequestDescription(
        path="file/get.url",
        fields={"fileId": "string", "fileIds": "array"},
        at_least_one=("fileId", "fileIds"),
        answers=("filename", "fileId", "url"),
    ),
    RequestDescription(
        path="file/put.url",
        fields={
            "filename": "string",
            "filenames": "array",
            "size": "number",
            "streamId": "string",
            "threadId": "string",
            "authorId": "string",
        },
        at_least_one=("filename", "filenames"),
        answers=("id", "url"),
        message_field=_MISSPELT,
    ),
    RequestDescription(
        path="file/read",
        fields={
            "id": "string",
            "ids": "array",
            "skip": "number",
            "streamId": "string",
            "threadId": "string",
            "authorId": "string",
            "limit": "number",
        },
        at_least_one=("id", "ids", "streamId", "threadId", "authorId"),
        answers=("authorId", "createdAt", "filename", "id", "size", "streamId", "threadId"),
    ),
)

RECORD_REQUESTS: Final[Mapping[str, RequestDescription]] = {
    description.path: description for description in (*_THREADS, *_COMMENTS, *_CONTACTS, *_STREAMS, *_FILES)
}
"""The requests of threads, comments, contacts, streams and files, by path."""
