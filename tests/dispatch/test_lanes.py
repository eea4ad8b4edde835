from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.dispatch.lanes import Lanes
from bot.errors import JournalUnavailable
from bot.journal import StoredEvent
from tests.support.events import TEAM, event


def stored(seq: int, thread: str = "t1") -> StoredEvent:
    return StoredEvent(seq, event("Call.Member.dtmf", thread), 0.0)


class Disk:
    """Everything that was ever put, as the journal would give it back."""

    def __init__(self) -> None:
        self.rows: list[StoredEvent] = []
        self.reads = 0
        self.broken = False

    async def pending(self, lane: str, after: int, limit: int) -> Sequence[StoredEvent]:
        self.reads += 1
        if self.broken:
            raise JournalUnavailable("broken")
        await asyncio.sleep(0)
        return [row for row in self.rows if row.event.lane == lane and row.seq > after][:limit]


async def drain(lanes: Lanes, lane: str) -> list[int]:
    found = []
    while (one := await lanes.pop(lane)) is not None:
        found.append(one.seq)
    return found


async def test_events_of_a_lane_come_in_order_and_the_lane_is_gone_after_the_last() -> None:
    lanes = Lanes(Disk().pending)
    for seq in (1, 2, 3):
        lanes.put(stored(seq))
    lane = await lanes.next_lane()
    assert lane == f"{TEAM}/thread/t1"
    assert await drain(lanes, lane) == [1, 2, 3]
    assert len(lanes) == 0
    await lanes.wait_idle()


async def test_what_is_beyond_the_bound_is_read_again_and_nothing_comes_twice() -> None:
    disk = Disk()
    lanes = Lanes(disk.pending, per_lane=3)
    disk.rows = [stored(seq) for seq in range(1, 12)]
    for row in disk.rows[:9]:
        lanes.put(row)
    lane = await lanes.next_lane()
    first = await lanes.pop(lane)
    assert first is not None
    for row in disk.rows[9:]:
        lanes.put(row)
    assert [first.seq, *await drain(lanes, lane)] == list(range(1, 12))
    lanes.put(stored(12))
    assert await lanes.next_lane() == lane
    assert await drain(lanes, lane) == [12]


async def test_what_is_on_disk_but_was_not_put_waits_for_being_put() -> None:
    disk = Disk()
    lanes = Lanes(disk.pending, per_lane=1)
    disk.rows = [stored(seq) for seq in (1, 2, 3)]
    lanes.put(disk.rows[0])
    lanes.put(disk.rows[1])
    lane = await lanes.next_lane()
    assert await drain(lanes, lane) == [1, 2]
    lanes.put(disk.rows[2])
    assert await drain(lanes, await lanes.next_lane()) == [3]


async def test_rows_that_vanished_do_not_hold_a_lane() -> None:
    lanes = Lanes(Disk().pending, per_lane=1)
    lanes.put(stored(1))
    lanes.put(stored(2))
    assert await drain(lanes, await lanes.next_lane()) == [1]
    assert len(lanes) == 0


async def test_a_lane_outlives_a_failure_to_read() -> None:
    disk = Disk()
    lanes = Lanes(disk.pending, per_lane=1)
    disk.rows = [stored(1), stored(2)]
    for row in disk.rows:
        lanes.put(row)
    lane = await lanes.next_lane()
    await lanes.pop(lane)
    disk.broken = True
    try:
        await lanes.pop(lane)
    except JournalUnavailable:
        lanes.leave(lane)
    disk.broken = False
    assert await lanes.next_lane() == lane
    assert await drain(lanes, lane) == [2]


async def test_memory_is_bounded_in_all() -> None:
    lanes = Lanes(Disk().pending, total=2)
    assert await lanes.room() == 2
    lanes.put(stored(1, "a"))
    lanes.put(stored(2, "b"))
    waiting = asyncio.create_task(lanes.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    await lanes.pop(await lanes.next_lane())
    assert await waiting == 1


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=60), st.integers(1, 4))
def test_every_event_comes_once_and_in_order_whatever_the_interleaving(
    steps: list[tuple[int, bool]], per_lane: int
) -> None:
    async def play() -> None:
        disk = Disk()
        lanes = Lanes(disk.pending, per_lane=per_lane)
        seen: dict[str, list[int]] = {}
        for seq, (thread, work) in enumerate(steps, start=1):
            row = stored(seq, f"t{thread}")
            disk.rows.append(row)
            lanes.put(row)
            if work:
                lane = await lanes.next_lane()
                one = await lanes.pop(lane)
                if one is not None:
                    seen.setdefault(lane, []).append(one.seq)
                    lanes.leave(lane)
        while len(lanes):
            lane = await lanes.next_lane()
            seen.setdefault(lane, []).extend(await drain(lanes, lane))
        for lane, numbers in seen.items():
            assert numbers == [row.seq for row in disk.rows if row.event.lane == lane]
        assert sum(map(len, seen.values())) == len(steps)

    asyncio.run(play())
