"""A slip that nobody signs reminds, then counts as received; a step has one last day, never beyond the promise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from portal.cases.models import Case, Task
from portal.cases.routes.tasks import redispatch
from portal.desk import home
from portal.documents.registry import Rendition
from portal.handover import integrity
from portal.handover.jobs import unsigned_slips
from portal.handover.models import Custody, HolderKind, Slip
from portal.handover.signing import sign
from portal.handover.unsigned import presume, recall, remind
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Organisation, ServiceCenter
from portal.workdays.integrity import problems as moved_wrongly
from tests.cast import Cast, accepted_case, hold_posts_since
from tests.pages.acts import at_desk
from tests.stages import in_transfer

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
LEAD = "sx-jsj"


@pytest.fixture
def on_a_monday(cast: Cast) -> time_machine.Coordinates:
    with time_machine.travel(MONDAY, tick=False) as travelling:
        hold_posts_since(date(2026, 1, 1))
        yield travelling


def slip_to(case: Case, code: str = LEAD) -> Slip:
    return Slip.objects.get(case=case, department__code=code, direction="to_department", status="issued")


def test_an_unsigned_slip_reminds_once_after_its_day(cast: Cast, on_a_monday: time_machine.Coordinates) -> None:
    case = accepted_case()
    on_a_monday.move_to(MONDAY + timedelta(days=1))
    unsigned_slips(timezone.now())
    assert not case.events.filter(verb="remind_slip").exists()
    on_a_monday.move_to(MONDAY + timedelta(days=2))
    for _ in range(2):
        unsigned_slips(timezone.now())
    assert case.events.filter(verb="remind_slip", actor=None).count() == 6
    assert {slip.status for slip in case.slips.all()} == {"issued"}
    late = {tile.label: tile for tile in home.tiles(cast.receiver)}["超时未签的交接单"]
    assert (late.count, late.urgent) == (6, True)
    assert "超时未签" in at_desk(cast.receiver).get(late.url).content.decode()


def test_a_slip_that_nobody_comes_for_counts_as_received(cast: Cast, on_a_monday: time_machine.Coordinates) -> None:
    case = accepted_case()
    dues = dict(case.tasks.values_list("step", "due"))
    on_a_monday.move_to(MONDAY + timedelta(days=3))
    unsigned_slips(timezone.now())
    case.refresh_from_db()
    assert case.status == "in_department"
    assert {slip.get_status_display() for slip in case.slips.all()} == {"推定签收"}
    assert set(Custody.objects.now().of_case(case).values_list("holder", flat=True)) == {HolderKind.DEPARTMENT}
    assert "推定签收" in case.events.filter(verb="sign_for", actor=None).first().text
    assert dict(case.tasks.values_list("step", "due")) == dues
    assert list(integrity.problems()) == []
    with pytest.raises(TooLate, match="推定签收"):
        sign(Slip.objects.filter(case=case, department__code=LEAD).get(), by=cast.officer(LEAD))


def test_the_centre_sets_the_days_or_does_without(cast: Cast, on_a_monday: time_machine.Coordinates) -> None:
    case = accepted_case()
    on_a_monday.move_to(MONDAY + timedelta(days=30))
    ServiceCenter.objects.update(presume_days=0)
    unsigned_slips(timezone.now())
    assert not case.slips.filter(status="presumed").exists()
    ServiceCenter.objects.update(presume_days=60)
    with pytest.raises(Refused, match="还没有过"):
        presume(Slip.objects.get(pk=slip_to(case).pk))
    ServiceCenter.objects.update(presume_days=5)
    presume(Slip.objects.get(pk=slip_to(case).pk))


def test_neither_reminded_nor_presumed_before_the_day_or_on_another_way(
    cast: Cast, on_a_monday: time_machine.Coordinates
) -> None:
    with pytest.raises(Refused, match="还没有过"):
        remind(slip_to(accepted_case()))
    result = in_transfer(cast).slips.get(direction="to_window")
    on_a_monday.move_to(MONDAY + timedelta(days=30))
    with pytest.raises(Refused, match="出件窗口"):
        presume(result)
    remind(result)
    assert "请窗口尽快签收" in result.case.events.get(verb="remind_slip").text


def test_one_date_on_the_slip_at_signing_and_on_screens(cast: Cast, on_a_monday: time_machine.Coordinates) -> None:
    case = accepted_case()
    slip, task = slip_to(case), case.tasks.get(department__code=LEAD, stage=1)
    printed = slip.document.content["tasks"][0]["due"]
    assert printed == f"{task.due.year}年{task.due.month}月{task.due.day}日"
    text = render_to_string(slip.document.template, slip.document.context(Rendition.WHOLE))
    assert "请在2026年6月2日前签收；移交后超过2个工作日没有签收的，视为本部门已经收件" in text
    assert "办结日期不顺延" in text
    officer = cast.officer(LEAD)
    hold_posts_since(date(2026, 1, 1))
    on_a_monday.move_to(MONDAY + timedelta(days=2))
    sign(slip, by=officer)
    task.refresh_from_db()
    assert printed == f"{task.due.year}年{task.due.month}月{task.due.day}日"
    assert list(moved_wrongly()) == []


def test_a_step_never_ends_beyond_the_promise(cast: Cast, on_a_monday: time_machine.Coordinates) -> None:
    case = accepted_case()
    for task in case.tasks.exclude(due=None):
        assert task.due <= case.promised_due
    slip = slip_to(case, "sx-rfb")
    on_a_monday.move_to(MONDAY + timedelta(days=1))
    recall(slip, by=cast.receiver, reason="分办有误")
    Task.objects.filter(case=case, status="bounced").update(limit_days=90)
    redispatch(case.tasks.get(status="bounced"), by=cast.receiver, department=Organisation.objects.get(code="sx-gtj"))
    again = case.tasks.get(department__code="sx-gtj")
    assert again.due == case.promised_due
    assert list(moved_wrongly()) == []


@pytest.mark.parametrize("days", [1, 3])
def test_the_window_calls_back_what_nobody_has_signed_and_dispatches_anew(
    cast: Cast, on_a_monday: time_machine.Coordinates, days: int
) -> None:
    """Also where it counts as received by now."""
    case = accepted_case()
    slip = slip_to(case, "sx-rfb")
    on_a_monday.move_to(MONDAY + timedelta(days=days))
    unsigned_slips(timezone.now())
    slip.refresh_from_db()
    client = at_desk(cast.receiver)
    url = reverse("slips_modeladmin_recall", args=[slip.pk])
    assert url in client.get(reverse("slips_modeladmin_inspect", args=[slip.pk])).content.decode()
    client.post(url, {"reason": "应由国土部门办理", "key": "7b7a1c6e-0000-4000-8000-000000000041"})
    slip.refresh_from_db()
    assert slip.status == "cancelled"
    task = case.tasks.get(status="bounced")
    assert task.bounce_reason == "应由国土部门办理"
    redispatch(task, by=cast.receiver, department=Organisation.objects.get(code="sx-gtj"))
    sign(slip_to(case, "sx-gtj"), by=cast.officer("sx-gtj"))
    assert list(integrity.problems()) == []


def test_what_somebody_has_signed_is_not_called_back(cast: Cast) -> None:
    case = accepted_case()
    slip = slip_to(case)
    with pytest.raises(Refused, match="理由"):
        recall(slip, by=cast.receiver, reason=" ")
    sign(slip, by=cast.officer(LEAD))
    with pytest.raises(Refused, match="已经签收"):
        recall(slip, by=cast.receiver, reason="分办有误")
    for by in (cast.officer("sx-rfb"), cast.estate_receiver, cast.nobody):
        with pytest.raises(Refused, match="收回"):
            recall(slip_to(case, "sx-rfb"), by=by, reason="分办有误")


def test_when_everything_is_called_back_the_case_stands_accepted_again(cast: Cast) -> None:
    case = accepted_case()
    for slip in case.slips.waiting():
        recall(slip, by=cast.receiver, reason="分办有误")
    case.refresh_from_db()
    assert case.status == "accepted"
    assert set(Custody.objects.now().of_case(case).values_list("holder", flat=True)) == {HolderKind.WINDOW}
    assert list(integrity.problems()) == []
