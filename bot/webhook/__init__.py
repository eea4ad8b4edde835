"""The webhook: from an HTTP request to a durable event."""

from bot.webhook.peers import Network, Peers
from bot.webhook.receiver import Limits, Receiver
from bot.webhook.unanswered import Unanswered, unanswered_in
from bot.webhook.verify import Verifier

__all__ = ["Limits", "Network", "Peers", "Receiver", "Unanswered", "Verifier", "unanswered_in"]
