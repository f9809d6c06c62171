"""The only door to django-q2. It wakes work up; losing a wake-up costs a minute, never the work."""

from __future__ import annotations

import logging
import os
import signal
import time
from typing import Any

from django.db import transaction

from portal.jobs import heartbeat, processes

logger = logging.getLogger(__name__)

TICK = "portal.jobs.tick.tick"
WORK = "portal.jobs.tick.work"
SCHEDULE = "portal-tick"
SILENCE = 300.0
"""Seconds without a sign of life after which the cluster is taken to hang. The tick comes every minute and a task may
take two (`Q_CLUSTER["timeout"]`), so a cluster that works is never silent for so long."""
STOP_SECONDS = 8.0
"""How long a task may go on after the worker was told to stop; what is cut off is done again later. Less than the ten
seconds that `make run` waits before it ends everything."""


class _WakeUp:
    """Wakes a worker once for everything that was promised in one transaction: the first call does it.

    Every promise registers a call of its own, so that a savepoint which is rolled back takes only its own along.
    """

    def __init__(self, to_come: list[bool]) -> None:
        self.to_come = to_come

    def __call__(self) -> None:
        if self.to_come:
            self.to_come.clear()
            wake()


def wake_after_commit() -> None:
    """Ask for a worker once the caller's transaction is written; once, whatever else it promises."""
    calls = [call for _, call, *_ in transaction.get_connection().run_on_commit if isinstance(call, _WakeUp)]
    transaction.on_commit(_WakeUp(calls[-1].to_come if calls else [True]))


def wake() -> None:
    """Ask a worker to do what is due; a queue that is away is only a delay.

    A wake-up that still stands in the queue will find what is written now: seven hundred promises are not seven hundred
    wake-ups.
    """
    from django_q.brokers import get_broker
    from django_q.tasks import async_task

    try:
        broker = get_broker()
        if not broker.queue_size():
            async_task(WORK, broker=broker)
    except Exception as error:  # the tick finds the work within a minute
        logger.warning("the queue did not take a wake-up (%s); the tick will find the work", type(error).__name__)


def ensure_schedule() -> None:
    """Exactly one schedule row: the tick of every minute."""
    from django_q.models import Schedule

    Schedule.objects.exclude(name=SCHEDULE).delete()
    Schedule.objects.update_or_create(
        name=SCHEDULE, defaults={"func": TICK, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
    )


def run_cluster(*, silence: float = SILENCE) -> None:
    """Run the workers in the foreground until SIGTERM or SIGINT; a cluster that hangs or dies is started anew.

    Raises RuntimeError when the cluster cannot be started at all.
    """
    from django.db import connections

    ensure_schedule()
    processes.adopt_orphans()
    stopping: list[int] = []
    while not stopping:
        connections.close_all()  # a connection must not be shared with the processes forked now
        heartbeat.beat()
        cluster = _cluster(stopping)
        try:
            _start(cluster, stopping)
            _watch(cluster, silence, stopping)
        finally:
            _end(cluster, stopping)


def _cluster(stopping: list[int]) -> Any:
    """A cluster not yet started. Signals only note that we are to stop: django-q2's own handler may wait for ever."""
    from django_q.cluster import Cluster

    cluster = Cluster()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, frame: stopping.append(received))
    return cluster


def _start(cluster: Any, stopping: list[int]) -> None:
    """Start the sentinel and its workers; one that is killed meanwhile has died like any other."""
    try:
        cluster.start()
    except RuntimeError:
        killed = (cluster.sentinel.exitcode or 0) < 0
        if not stopping and not killed:  # a signal to the whole process group may also come before the start is over
            raise


def _watch(cluster: Any, silence: float, stopping: list[int]) -> None:
    """Wait until there is something to do about the cluster."""
    while not stopping and cluster.sentinel.is_alive() and heartbeat.silence() < silence:
        time.sleep(0.5)


def _end(cluster: Any, stopping: list[int]) -> None:
    """Leave nothing of the cluster behind: workers without a guard would go on by themselves."""
    if stopping:
        _stop(cluster)
    else:
        logger.error("the workers hang or have died; they are started anew")
        cluster.sentinel.kill()
    cluster.sentinel.join()
    while left := processes.descendants(os.getpid()):
        processes.kill(left)
        time.sleep(0.05)
    processes.reap()


def _stop(cluster: Any) -> None:
    """Let the task at hand end, for a while; a sentinel that cannot end its workers is ended itself."""
    time.sleep(0.2)  # a signal to the whole group has reached the sentinel by now, and a dead one must not be told
    if cluster.sentinel.is_alive():
        cluster.stop_event.set()
        cluster.sentinel.join(STOP_SECONDS)
    if cluster.sentinel.is_alive():
        logger.warning("a worker did not stop in time; its work will be done again")
        cluster.sentinel.kill()
