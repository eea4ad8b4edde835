"""The platform's REST API: signed requests, repeated where that does no harm, with typed answers and errors."""

from bot.api.attachments import Attachment
from bot.api.calls import CallsApi, Invitee
from bot.api.client import ApiClient, TeamApi
from bot.api.comments import Comment, CommentsApi, parse_comment
from bot.api.config import ApiConfig
from bot.api.contacts import ContactInfo, ContactsApi
from bot.api.results import AudioStream, CallInfo, Member, Recording
from bot.api.spec import RequestSpec
from bot.api.threads import ThreadInfo, ThreadsApi

__all__ = [
    "ApiClient",
    "ApiConfig",
    "Attachment",
    "AudioStream",
    "CallInfo",
    "CallsApi",
    "Comment",
    "CommentsApi",
    "ContactInfo",
    "ContactsApi",
    "Invitee",
    "Member",
    "Recording",
    "RequestSpec",
    "TeamApi",
    "ThreadInfo",
    "ThreadsApi",
    "parse_comment",
]
