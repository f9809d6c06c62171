"""What cases do by themselves every minute is found by index, however many cases there are."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.cases import jobs
from tests.plans import plan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(("look", "index"), [(jobs.deem_accepted, "case_silence"), (jobs.deem_consent, "task_silence")])
def test_silence_is_found_without_reading_every_case(look: object, index: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        look(NOW)  # type: ignore[operator]
    assert index in plan(asked.captured_queries[0]["sql"])
