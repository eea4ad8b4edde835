"""The platform's REST API: signed requests, repeated where that does no harm, with typed answers and errors."""

from bot.api.calls import CallsApi, Invitee
from bot.api.client import ApiClient, TeamApi
from bot.api.config import ApiConfig
from bot.api.results import AudioStream, CallInfo, Member, Recording
from bot.api.spec import RequestSpec

__all__ = [
    "ApiClient",
    "ApiConfig",
    "AudioStream",
    "CallInfo",
    "CallsApi",
    "Invitee",
    "Member",
    "Recording",
    "RequestSpec",
    "TeamApi",
]
