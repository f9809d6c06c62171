"""重新执行: a person sets promised work going again that was given up."""

from __future__ import annotations

from portal.jobs.models import Promise
from portal.lib.refusal import Refused
from portal.organisations.authority import require
from portal.organisations.models import User


def retry(promise: Promise, *, by: User) -> None:
    """Raises Refused without the post, or for work that has not (any more) failed."""
    require(by, "promises.retry")
    if not promise.retry(by=by):
        raise Refused("这项工作没有失败，不需要重新执行。")
