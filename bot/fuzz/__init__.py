"""Random people and faults, let loose on handlers: what they find, and the smallest scenario that shows it."""

from bot.fuzz.fuzzer import AT_ONCE, LIMIT, Case, Fuzzer, Orders, Results
from bot.fuzz.judge import Finding, Judgement, Kind, judged
from bot.fuzz.played import Played, PlayedCall
from bot.fuzz.quiet import Pardon
from bot.fuzz.report import case_lines, file_name, report, scenario_text
from bot.fuzz.run import Playhouse

__all__ = [
    "AT_ONCE",
    "LIMIT",
    "Case",
    "Finding",
    "Fuzzer",
    "Judgement",
    "Kind",
    "Orders",
    "Pardon",
    "Played",
    "PlayedCall",
    "Playhouse",
    "Results",
    "case_lines",
    "file_name",
    "judged",
    "report",
    "scenario_text",
]
