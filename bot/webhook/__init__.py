"""The webhook: from an HTTP request to a durable event."""

from bot.webhook.peers import Network, Peers
from bot.webhook.receiver import Limits, Receiver
from bot.webhook.verify import Verifier

__all__ = ["Limits", "Network", "Peers", "Receiver", "Verifier"]
