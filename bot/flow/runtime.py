"""All flows of a bot: which call has which, and what comes after one that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.errors import JournalError
from bot.events import CallCreated, CallEndedEvent, CallKey, JsonValue
from bot.flow.fallback import Fallback
from bot.flow.fallback_flow import FALLBACK
from bot.flow.given import Given
from bot.flow.leftover import left_over
from bot.flow.mailbox import Mailbox
from bot.flow.rescue import Rescue
from bot.flow.route import FlowRoute
from bot.flow.running import Result, RunningFlow
from bot.flow.services import Services
from bot.flow.watchdog import watch_silent
from bot.journal import Outcome, StoredEvent
from bot.journal.flows import FlowEnd, FlowId, FlowJournal, FlowStart, FlowState, StepRecord, StoredFlow
from bot.log import handling
from bot.metrics import Metrics

log = structlog.get_logger("bot.flow")


class Flows:
    """Starts, feeds, resumes and watches flows.

    Args:
        journal: where flows are recorded.
        routes: the user's flows, in the order in which they are matched.
        services: what all flows share.
        metrics: where flows are counted.
        last_resort: what is done for a call at once when the fallback itself fails.
        longest: seconds that a flow may last.
        silent: seconds without a sign of life after which the platform is asked whether the call is there.
    """

    def __init__(
        self,
        *,
        journal: FlowJournal,
        routes: Sequence[FlowRoute],
        services: Services,
        metrics: Metrics,
        last_resort: Fallback,
        longest: float = 4 * 3600.0,
        silent: float = 600.0,
    ) -> None:
        self._journal = journal
        self._routes = routes
        self._by_name = {route.name: route for route in (*routes, FALLBACK)}
        self._by_function = {route.function: route for route in routes}
        self._services = services
        self._metrics = metrics
        self._rescue = Rescue(last_resort, services.clock, longest)
        self._longest = longest
        self._silent = silent
        self._flows: dict[str, RunningFlow] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._watchdog: asyncio.Task[None] | None = None
        self._broken: asyncio.Future[None] | None = None
        self._started_at = 0.0
        metrics.flows_running.set_function(lambda: len(self._tasks))

    async def start(self) -> int:
        """Resume the flows that an earlier process has left, and begin to watch.

        Returns:
            How many were resumed.

        Raises:
            JournalUnavailable: they cannot be read.
        """
        self._broken = asyncio.get_running_loop().create_future()
        self._started_at = self._services.clock.now()
        resumed = 0
        async for stored in left_over(self._journal, self._services.clock):
            self._resume(stored)
            resumed += 1
        watching = watch_silent(self._flows, self._services.clock, self._silent)
        self._watchdog = asyncio.create_task(watching, name="flow-watchdog")
        self._watchdog.add_done_callback(self._done)
        if resumed:
            log.info("flows resumed", flows=resumed)
        return resumed

    async def stop(self) -> None:
        """Leave all flows to the next process; their steps are recorded."""
        if self._watchdog is not None:
            self._watchdog.cancel()
            await asyncio.gather(self._watchdog, return_exceptions=True)
        for flow in tuple(self._flows.values()):
            flow.leave()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def watch(self) -> None:
        """Wait for ever, unless the flows' own machinery fails; then raise its error."""
        if self._broken is not None:
            await asyncio.shield(self._broken)

    async def had(self, stored: StoredEvent) -> bool:
        """Return whether an event began a call whose flow has come to its end already, in an earlier process."""
        event = stored.event
        if not isinstance(event, CallCreated) or stored.received_at > self._started_at or event.lane in self._flows:
            return False
        try:
            flows = await self._journal.flows_of(event.lane)
        except JournalError as error:
            log.warning("cannot see whether a call had its flow, it is begun", error=str(error))
            return False
        return any(flow.start.flow_id.call_seq == stored.seq for flow in flows)

    def take(self, stored: StoredEvent) -> bool:
        """Give an event to the flow of its call; the beginning of a call may start one.

        Returns:
            Whether a flow has the call.
        """
        lane = stored.event.lane
        flow = self._flows.get(lane)
        if isinstance(stored.event, CallCreated) and (flow is None or flow.start.flow_id.call_seq < stored.seq):
            route = next((route for route in self._routes if _starts(route, stored.event)), None)
            if flow is not None:
                # The end of the call before was missed.
                flow.steps.end()
                del self._flows[lane]
            return route is not None and self._begin(stored, route, {})
        if flow is None:
            return False
        if flow.mailbox.put(stored) and isinstance(stored.event, CallEndedEvent):
            flow.steps.end()
        return True

    def rescue(self, stored: StoredEvent, *, reason: str) -> None:
        """Start the fallback for a call that no flow has, at one of its events."""
        self._begin(stored, FALLBACK, {"reason": reason})

    def _begin(self, stored: StoredEvent, route: FlowRoute, arguments: dict[str, JsonValue]) -> bool:
        key = stored.event.call_key
        if key is None:
            return False
        # An earlier process may have begun it, and died before that was in the journal.
        since = stored.received_at if stored.received_at < self._started_at else None
        self._launch(FlowId(stored.seq, 0), route, key, Mailbox([stored]), Given(arguments), since=since)
        return True

    def _launch(
        self, flow_id: FlowId, route: FlowRoute, key: CallKey, mailbox: Mailbox, given: Given, *, since: float | None
    ) -> None:
        """Start a flow; ``since`` says when an earlier process may have begun it, None that none has."""
        start = FlowStart(
            flow_id=flow_id,
            lane=str(key),
            name=route.name,
            version=route.version,
            arguments=given.as_json(),
            started_at=self._services.clock.now() if since is None else since,
        )
        if route is FALLBACK:
            self._metrics.fallbacks.labels("flow").inc()
        self._journal.begin_flow(start)
        flow = self._flow(start, route, key, mailbox, resumed=since is not None)
        if mailbox.ended:
            # While the flow before was handing over.
            flow.steps.end()
        self._run(flow)

    def _flow(
        self,
        start: FlowStart,
        route: FlowRoute,
        key: CallKey,
        mailbox: Mailbox,
        *,
        resumed: bool,
        recorded: Sequence[StepRecord] = (),
    ) -> RunningFlow:
        return RunningFlow(
            start,
            route,
            mailbox=mailbox,
            recorded=recorded,
            key=key,
            services=self._services,
            journal=self._journal,
            resumed=resumed,
            longest=self._longest,
        )

    def _resume(self, stored: StoredFlow) -> None:
        start = stored.start
        key = CallKey.parse(start.lane)
        # Neither replayed dead letters nor repeated events were the flow's before.
        mailbox = Mailbox([one for one in stored.events if one.only is None and one.outcome is not Outcome.DUPLICATE])
        route = self._by_name.get(start.name)
        before = self._flows.get(start.lane)
        if before is not None:
            # The process died between the beginning of this flow and the end of the one before.
            before.leave()
            end = FlowEnd(FlowState.PASSED, self._services.clock.now())
            self._journal.end_flow(before.start.flow_id, end)
        if route is not None and route.version == start.version:
            self._run(self._flow(start, route, key, mailbox, resumed=True, recorded=stored.steps))
            return
        problem = "is not registered any more" if route is None else f"has version {route.version} now"
        error = f"the flow {start.name} (version {start.version}) {problem}"
        log.error("flow cannot be resumed", call=start.lane, error=error)
        self._journal.end_flow(start.flow_id, FlowEnd(FlowState.FAILED, self._services.clock.now(), error, ""))
        self._metrics.flows_ended.labels(start.name, FlowState.FAILED).inc()
        self._launch(_next(start.flow_id), FALLBACK, key, mailbox, Given({"reason": error}), since=None)

    def _run(self, flow: RunningFlow) -> None:
        self._flows[flow.start.lane] = flow
        task = flow.task = asyncio.create_task(self._supervise(flow), name=f"flow {flow.start.lane}")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() and self._broken and not self._broken.done():
            self._broken.set_exception(task.exception() or RuntimeError("unreachable"))

    async def _supervise(self, flow: RunningFlow) -> None:
        with handling(flow.mailbox.subject):
            result = await flow.run()
            if result is None:
                return
            if result.transfer is not None and result.transfer.flow not in self._by_function:
                result = flow.failed(LookupError(f"{result.transfer} is no registered flow; add @router.flow"))
            self._metrics.flows_ended.labels(flow.route.name, result.end.state).inc()
            again = self._caller_waits(flow, result)
            if result.error is not None and again and flow.route is FALLBACK:
                # The flow stays open meanwhile, so that a process that dies leaves the call to the next one.
                again = await self._rescue.attempt(flow, result.error)
            if self._flows.get(flow.start.lane) is flow:
                del self._flows[flow.start.lane]
            else:
                # Another call lives there now, and whatever this one wanted is over.
                result, again = replace(result, transfer=None), False
            # What comes next is noted before the end is, and nothing is awaited in between: a process that dies
            # here leaves a call with two flows, of which the newer counts, and never one with none.
            if result.transfer is not None:
                self._follow(flow, self._by_function[result.transfer.flow], result.transfer.arguments)
            elif again:
                self._follow(flow, FALLBACK, {"reason": result.end.error or str(result.error)})
            self._journal.end_flow(flow.start.flow_id, result.end)

    def _caller_waits(self, flow: RunningFlow, result: Result) -> bool:
        """Return whether a flow failed and its call is not over."""
        if result.error is None:
            return False
        over = flow.steps.over or flow.mailbox.ended
        log.error("flow failed", flow=flow.route.name, where=flow.route.where, over=over, exc_info=result.error)
        return not over

    def _follow(self, flow: RunningFlow, route: FlowRoute, arguments: dict[str, JsonValue]) -> None:
        """Start the next flow of a call."""
        failures = flow.failures + 1 if flow.route is FALLBACK else 0
        given = Given(arguments, dict(flow.state), flow.progress, failures)
        since = flow.steps.now if flow.steps.only_replayed else None
        self._launch(_next(flow.start.flow_id), route, flow.key, flow.mailbox, given, since=since)


def _starts(route: FlowRoute, event: CallCreated) -> bool:
    try:
        return route.starts(event)
    except Exception:
        # A condition is the user's code; a call must not be lost to it.
        log.exception("a condition of a flow failed", flow=route.name)
        return False


def _next(flow_id: FlowId) -> FlowId:
    return FlowId(flow_id.call_seq, flow_id.generation + 1)
