"""The last day of a term still counts, the day after does not; the least and the most that is allowed is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.cases.clocks.lights import Colour, case_light, light, task_light
from portal.cases.clocks.limits import limit_rows
from portal.cases.intake.correction import request_correction
from portal.cases.intake.files import MAX_FILES, keep_upload
from portal.cases.intake.reveal import reveal_identity
from portal.cases.models import Case, CaseFile, Task
from portal.cases.states import TaskStatus
from portal.catalog.editions.publishing import publish
from portal.catalog.schema.definition import Limit
from portal.handover.models import Slip
from portal.handover.signing import bounce, sign
from portal.lib.refusal import Refused
from tests.cast import Cast, accepted_case, decided_case, hold_posts_since, received_case
from tests.files import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.once]
CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 6, 1, 10, tzinfo=CHINA)


@pytest.fixture
def on_a_monday(cast: Cast) -> Iterator[time_machine.Coordinates]:
    """1 June 2026; 19 June is the next holiday (端午)."""
    hold_posts_since(date(2026, 1, 1))
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def test_a_correction_may_still_be_asked_on_the_fifth_day(cast: Cast, on_a_monday: time_machine.Coordinates) -> None:
    case, late = received_case(complete=False), received_case(complete=False)
    assert case.acceptance_due == date(2026, 6, 8)
    on_a_monday.move_to(MONDAY + timedelta(days=7))
    request_correction(case, {"m01": "请补交"}, by=cast.receiver)
    assert case.status == "correction"
    assert case.correction_due == date(2026, 9, 7), "ninety days on is a Sunday"
    on_a_monday.move_to(MONDAY + timedelta(days=8))
    with pytest.raises(Refused, match="依法视为受理"):
        request_correction(late, {"m01": "请补交"}, by=cast.receiver)


def test_a_department_bounces_on_the_second_working_day_and_no_later(
    cast: Cast, on_a_monday: time_machine.Coordinates
) -> None:
    case = accepted_case()
    first, second = case.slips.filter(department__code__in=["sx-rfb", "sx-qxj"]).select_related("department")
    for slip in (first, second):
        cast.officer(slip.department.code)
    hold_posts_since(date(2026, 1, 1))
    on_a_monday.move_to(MONDAY + timedelta(days=2))
    bounce(first, by=cast.officer(first.department.code), reason="不属于本部门")
    on_a_monday.move_to(MONDAY + timedelta(days=3))
    with pytest.raises(Refused, match="超过2个工作日"):
        bounce(second, by=cast.officer(second.department.code), reason="不属于本部门")


def test_a_slip_is_late_after_its_last_day_and_only_while_it_waits(
    cast: Cast, on_a_monday: time_machine.Coordinates
) -> None:
    slip = accepted_case().slips.select_related("department").first()
    assert slip.due == date(2026, 6, 2)
    assert not slip.is_late(date(2026, 6, 2))
    assert slip.is_late(date(2026, 6, 3))
    sign(slip, by=cast.officer(slip.department.code))
    assert not slip.is_late(date(2026, 6, 3))
    assert not Slip(due=None).is_late(date(2026, 6, 3))


def test_signing_late_does_not_move_the_date_that_the_slip_says(
    cast: Cast, on_a_monday: time_machine.Coordinates
) -> None:
    case = accepted_case()
    slip = case.slips.get(department__code="sx-rfb")
    task = case.tasks.get(department__code="sx-rfb")
    sent = task.due
    cast.officer("sx-rfb")
    hold_posts_since(date(2026, 1, 1))
    on_a_monday.move_to(MONDAY + timedelta(days=1))
    sign(slip, by=cast.officer("sx-rfb"))
    task.refresh_from_db()
    assert (task.sent_at, task.signed_at) == (MONDAY, MONDAY + timedelta(days=1))
    assert task.due == sent


@pytest.mark.parametrize(
    "left, limit, late, colour, reason",
    [
        (2, 5, False, Colour.GREEN, "剩余2个工作日"),
        (1, 5, False, Colour.YELLOW, "剩余1个工作日"),
        (2, 6, False, Colour.YELLOW, "剩余2个工作日"),
        (3, 11, False, Colour.YELLOW, "剩余3个工作日"),
        (4, 11, False, Colour.GREEN, "剩余4个工作日"),
        (0, 0, False, Colour.YELLOW, "今日到期"),
        (0, 5, True, Colour.RED, "已超期"),
        (-1, 5, True, Colour.RED, "已超期1个工作日"),
        (3, None, False, Colour.GREY, "没有计时"),
        (None, 5, False, Colour.GREY, "没有计时"),
    ],
)
def test_yellow_begins_at_a_fifth_of_the_limit_rounded_up_and_at_one_day_at_least(
    left: int | None, limit: int | None, late: bool, colour: Colour, reason: str
) -> None:
    found = light(left=left, limit=limit, late=late)
    assert (found.colour, found.reason) == (colour, reason)


def test_a_clock_that_stands_says_whether_it_is_paused_or_finished() -> None:
    assert light(left=3, limit=5, paused=True).reason == "暂停计时"
    assert light(left=3, limit=5, paused=True, late=True).colour == Colour.GREY
    assert light(left=1, limit=5, finished=True).reason == "提前1个工作日办结"
    assert light(left=0, limit=5, finished=True).colour == Colour.BLUE


def test_a_case_has_the_light_of_the_answer_before_acceptance_and_stands_still_when_it_is_decided(
    cast: Cast, on_a_monday: time_machine.Coordinates
) -> None:
    today = date(2026, 6, 1)
    waiting = case_light(received_case(), today)
    assert (waiting.colour, waiting.reason) == (Colour.GREEN, "受理剩余5个工作日")
    case = accepted_case()
    assert case_light(case, case.promised_due).reason == "今日到期"
    assert case_light(case, case.promised_due + timedelta(days=1)).colour == Colour.RED
    case.decided_at = MONDAY
    found = case_light(case, case.promised_due + timedelta(days=9))
    assert found.colour == Colour.BLUE
    assert found.reason.startswith("提前")
    Case.objects.filter(pk=case.pk).update(status="withdrawn")
    assert case_light(Case.objects.get(pk=case.pk), today).colour == Colour.GREY


def test_a_step_is_grey_until_it_is_sent_and_blue_when_it_was_done_in_time(
    cast: Cast, on_a_monday: time_machine.Coordinates
) -> None:
    due = date(2026, 6, 5)
    task = Task(due=due, limit_days=4, status=TaskStatus.WAITING)
    assert task_light(task, due).colour == Colour.GREY
    for status in (TaskStatus.SENT, TaskStatus.WORKING):
        task.status = status
        assert task_light(task, due).reason == "今日到期"
        assert task_light(task, due + timedelta(days=1)).colour == Colour.RED
    task.status, task.done_at = TaskStatus.DONE, MONDAY
    assert task_light(task, due + timedelta(days=9)).reason == "提前4个工作日办结"


@pytest.mark.parametrize(
    ("limit", "said"),
    [(None, "法律、法规、规章没有规定办理期限。"), (Limit(note="期限见建筑法第八条。"), "期限见建筑法第八条。")],
)
def test_where_the_law_sets_no_limit_that_is_said(cast: Cast, limit: Limit | None, said: str) -> None:
    publish(received_case().definition.model_copy(update={"statutory_limit": limit}), by=None)
    case = accepted_case()
    row = limit_rows(case, timezone.localdate())[0]
    assert (row.text, row.due, row.left, row.explanation) == ("无法定时限", None, None, [said])
    assert case.slips.first().document.content["statutory_limit"] == "无法定时限"


def test_a_reason_of_four_characters_is_one(cast: Cast) -> None:
    case = received_case()
    with pytest.raises(Refused, match="不少于4个字"):
        reveal_identity(case, by=cast.receiver, reason=" 核对它 ")
    assert reveal_identity(case, by=cast.receiver, reason=" 核对原件 ")
    assert case.events.get(verb="reveal_identity").text == "核对原件"


def test_a_case_carries_two_hundred_files_and_not_one_more(cast: Cast) -> None:
    case = received_case()
    line = case.materials.first()
    same = {"case": case, "material": line, "content_type": "application/pdf", "size": 1, "uploaded_by": cast.receiver}
    CaseFile.objects.bulk_create(
        CaseFile(name="旧.pdf", path=f"old-{number}.pdf", sha256=f"{number:064d}", **same)
        for number in range(MAX_FILES - 1)
    )
    keep_upload(case, SimpleUploadedFile("最后.pdf", PDF), by=cast.receiver, material=line)
    assert case.files.count() == MAX_FILES == 200
    with pytest.raises(Refused, match="最多保存200个文件"):
        keep_upload(case, SimpleUploadedFile("多余.pdf", PDF + b"%%EOF\n"), by=cast.receiver, material=line)


def test_scans_come_until_the_decision_and_not_after_it(cast: Cast) -> None:
    case = decided_case(cast)
    with pytest.raises(Refused, match="已经作出决定"):
        keep_upload(case, SimpleUploadedFile("迟.pdf", PDF), by=cast.receiver, material=case.materials.first())
    assert timezone.localdate(case.decided_at) == timezone.localdate()
