"""Promised work: a row written with the change, a queue that only wakes it up.

`portal.jobs.outbox.promise` is called inside the transaction of the change, `portal.jobs.registry.handler` names what
does the work. django-q2 is touched in `portal.jobs.queue` alone.
"""
