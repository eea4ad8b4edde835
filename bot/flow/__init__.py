"""A phone call as one async function: steps that survive a restart, and what one does on a call."""

from bot.flow.call import Call, FlowFunction, Transfer
from bot.flow.dialled import Dialled, Fate
from bot.flow.duty import Duty, RotaView, Target
from bot.flow.fallback import Fallback
from bot.flow.gather import Gathered, Reason
from bot.flow.members import CallMember, MemberState
from bot.flow.route import FlowRoute
from bot.flow.runtime import Flows
from bot.flow.services import Services
from bot.flow.voicemail import Message

__all__ = [
    "Call",
    "CallMember",
    "Dialled",
    "Duty",
    "Fallback",
    "Fate",
    "FlowFunction",
    "FlowRoute",
    "Flows",
    "Gathered",
    "MemberState",
    "Message",
    "Reason",
    "RotaView",
    "Services",
    "Target",
    "Transfer",
]
