"""The rota: who is on duty, when, for which group.

It comes from a TOML file or is simply a list of contact ids. Everything but `RotaWatch` and `Turns` is pure: the same
rota, group and moment always give the same answer.
"""

from bot.rota.fetch import FetchLimits as FetchLimits
from bot.rota.model import Member as Member
from bot.rota.model import OnDuty as OnDuty
from bot.rota.model import Order as Order
from bot.rota.model import Turn as Turn
from bot.rota.presence import Presence as Presence
from bot.rota.presence import reachable as reachable
from bot.rota.rota import SIMPLE_GROUP as SIMPLE_GROUP
from bot.rota.rota import Rota as Rota
from bot.rota.turns import Turns as Turns
from bot.rota.watch import RotaWatch as RotaWatch
from bot.rota.who import load_with_copies as load_with_copies
from bot.rota.who import moment as moment
from bot.rota.who import who_lines as who_lines
