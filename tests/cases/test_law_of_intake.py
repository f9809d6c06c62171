"""From when the clocks of a case run and what silence means: 行政许可法 art. 32, and the centre's own rule on lapse."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine
from django.template.loader import render_to_string
from django.utils import timezone

from portal.cases import jobs
from portal.cases.clocks.limits import limit_rows
from portal.cases.decision.decide import decide
from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.correction import complete_correction, lapse, request_correction
from portal.cases.intake.files import may_bring
from portal.cases.intake.materials import check_materials, lines_open
from portal.cases.intake.outcomes import accept
from portal.cases.models import Case, CaseMaterial
from portal.documents.registry import Rendition
from portal.handover import integrity, signing
from portal.handover.forwarding import forward, may_forward
from portal.handover.models import Custody
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import OpeningHours, ServiceCenter
from portal.pickup.results import NewResult, ready_at_window
from portal.workdays.integrity import problems
from tests.cast import (
    Cast,
    answer_all,
    good_rows,
    hold_posts_since,
    reasoned,
    received_case,
    settle_calendar,
    sign_all,
)

MONDAY = date(2026, 3, 2)
FIRST = "m01"


@pytest.fixture(autouse=True)
def _long_in_office(cast: Cast) -> None:
    hold_posts_since(date(2026, 1, 1))
    settle_calendar()


def at(day: date | str, hour: int = 10, minute: int = 0) -> time_machine.travel:
    """The clock of the house at that moment, standing still."""
    day = day if isinstance(day, date) else date.fromisoformat(f"2026-{day}")
    zone = timezone.get_current_timezone()
    return time_machine.travel(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone), tick=False)


def received(day: date | str = MONDAY, *, code: str = "TZ-09", complete: bool = True) -> Case:
    with at(day):
        return received_case(code, complete=complete)


def asked(cast: Cast, day: date | str = MONDAY) -> Case:
    """A case whose applicant was told that the first material is missing."""
    case = received(day)
    with at(day, 11):
        check_materials(case, [{"key": FIRST, "received": False, "originals": 0, "verdict": ""}], by=cast.receiver)
        request_correction(case, {FIRST: "请补交"}, by=cast.receiver)
    return case


def brought(case: Case, cast: Cast, day: date | str) -> None:
    with at(day):
        check_materials(case, good_rows(case), by=cast.receiver)
        complete_correction(case, by=cast.receiver)


def text(case: Case, kind: str) -> str:
    """What the paper of this kind says."""
    paper = case.documents.get(kind=kind)
    return render_to_string(paper.template, paper.context(Rendition.WHOLE))


# -- silence ----------------------------------------------------------------------------------------------------------


def test_an_acceptance_within_the_five_days_counts_from_its_own_day(cast: Cast) -> None:
    case = received()
    with at("03-09"):
        accept(case, by=cast.receiver)
    assert case.clock_start == date(2026, 3, 9)


def test_an_acceptance_after_five_days_of_silence_counts_from_receipt(cast: Cast) -> None:
    case = received()
    with at("03-11"):
        accept(case, by=cast.receiver)
    assert case.clock_start == MONDAY


def test_silence_is_told_as_what_it_is(cast: Cast) -> None:
    case = received(complete=False)
    with at("03-10"):
        jobs.deem_accepted(timezone.now())
    case.refresh_from_db()
    said = text(case, "acceptance")
    assert "第四项" in said
    assert "2026年3月2日收到申请材料之日起即为受理" in said
    assert "材料齐全" not in said
    assert "办理期限从2026年3月2日起算" in said


def test_a_promise_that_is_over_when_silence_is_told_is_not_made_again(cast: Cast) -> None:
    case = received(complete=False)
    with at("04-30"):
        jobs.deem_accepted(timezone.now())
    case.refresh_from_db()
    assert case.promised_due < date(2026, 4, 30)
    assert "承诺期限已于" in text(case, "acceptance")
    assert "我们将在" not in text(case, "acceptance")


def test_a_case_accepted_by_silence_is_not_granted_on_nothing(cast: Cast) -> None:
    case = received(complete=False)
    with at("03-10"):
        jobs.deem_accepted(timezone.now())
        case.refresh_from_db()
        sign_all(case, cast)
        answer_all(case, cast)
        decision = case.tasks.get(kind="decision")
        with pytest.raises(Refused, match="材料还没有齐，不能准予"):
            decide(decision, by=cast.decider("sx-jsj"), granted=True)
        check_materials(case, good_rows(case), by=cast.receiver)
        decide(decision, by=cast.decider("sx-jsj"), granted=True)
    assert Case.objects.get(pk=case.pk).status == "decided_granted"


def test_what_is_brought_after_silence_follows_on_a_slip_of_its_own(cast: Cast) -> None:
    case = received(complete=False)
    with at("03-10"):
        jobs.deem_accepted(timezone.now())
        case.refresh_from_db()
        check_materials(case, good_rows(case), by=cast.receiver)
        with pytest.raises(Refused, match="还没有签收上一张"):
            forward(case, by=cast.receiver)
        assert not may_forward(case, cast.receiver)
        sign_all(case, cast)
        assert may_forward(case, cast.receiver)
        assert not may_forward(case, cast.estate_receiver)
        slip = forward(case, by=cast.receiver, once="k1")
        assert {line.name for line in slip.lines.all()} == {line.name for line in case.lines() if line.is_paper}
        assert (slip.round, slip.document.content["round"], slip.document.content["paper_travels"]) == (2, 2, True)
        event = case.events.get(verb="forward")
        assert (event.actor, event.once) == (cast.receiver, "k1")
        assert event.text.startswith(f"{slip.number}：")
        assert list(integrity.problems()) == []
        signing.sign(slip, by=cast.officer("sx-jsj"))
        with pytest.raises(Refused, match="窗口没有保管"):
            forward(case, by=cast.receiver)
    assert set(Custody.objects.now().of_case(case).values_list("organisation__code", flat=True)) == {"sx-jsj"}
    assert case.events.filter(verb="sign_papers").count() == 1


def test_what_is_brought_later_may_be_sent_back_and_goes_out_again(cast: Cast) -> None:
    case = received(complete=False)
    with at("03-10"):
        jobs.deem_accepted(timezone.now())
        case.refresh_from_db()
        sign_all(case, cast)
        check_materials(case, good_rows(case)[:1], by=cast.receiver)
        slip, officer = forward(case, by=cast.receiver), cast.officer("sx-jsj")
        check_materials(case, good_rows(case)[1:], by=cast.receiver)
        assert not may_forward(case, cast.receiver)
        with pytest.raises(Refused, match="还没有签收上一张"):
            forward(case, by=cast.receiver)
        with pytest.raises(Refused, match="理由"):
            signing.bounce(slip, by=officer, reason=" ")
        signing.bounce(slip, by=officer, reason=" 不是本件的 ", once="k2")
        assert set(Custody.objects.now().of_case(case).values_list("holder", flat=True)) == {"window"}
        event = case.events.get(verb="bounce_papers")
        assert (event.actor, event.once, event.text) == (
            officer,
            "k2",
            f"{slip.department}退回{slip.number}：不是本件的",
        )
        assert forward(case, by=cast.receiver).round == 3


def test_nothing_is_forwarded_to_a_department_that_works_from_scans(cast: Cast) -> None:
    case = received(complete=False)
    with at("03-10"):
        jobs.deem_accepted(timezone.now())
        case.refresh_from_db()
        case.tasks.update(takes_paper=False)
        sign_all(case, cast)
        check_materials(case, good_rows(case), by=cast.receiver)
        assert not may_forward(case, cast.receiver)
        with pytest.raises(Refused, match="凭扫描件办理"):
            forward(case, by=cast.receiver)


def test_only_lines_that_do_not_stand_are_open_after_acceptance_and_none_once_all_do(cast: Cast) -> None:
    case = received(complete=False)
    every = [line.key for line in case.lines()]
    assert [line.key for line in lines_open(case)] == every
    with at("03-10"):
        jobs.deem_accepted(timezone.now())
        case.refresh_from_db()
        check_materials(case, good_rows(case)[:2], by=cast.receiver)
        assert [line.key for line in lines_open(case)] == every[2:]
        check_materials(case, good_rows(case)[2:], by=cast.receiver)
        assert lines_open(case) == []
        sign_all(case, cast)
        answer_all(case, cast)
        CaseMaterial.objects.filter(case=case, key=every[0]).update(received=False)
        assert [line.key for line in lines_open(case)] == every[:1]
        decide(case.tasks.get(kind="decision"), by=cast.decider("sx-jsj"), granted=False, findings=reasoned(case))
    decided = Case.objects.get(pk=case.pk)
    assert lines_open(decided) == []
    with pytest.raises(TooLate, match="核对材料"):
        check_materials(decided, good_rows(decided)[:1], by=cast.receiver)


def test_a_clerk_is_told_of_the_notice_only_while_one_may_still_be_given(cast: Cast) -> None:
    case = received(complete=False)
    with at("03-03"), pytest.raises(Refused, match="请补齐后受理，或者出具一次性补正告知书。"):
        accept(case, by=cast.receiver)


def test_what_stood_at_acceptance_is_not_opened_again(cast: Cast) -> None:
    case = received()
    with at("03-03"):
        accept(case, by=cast.receiver)
        with pytest.raises(Refused, match="受理时已经合格"):
            check_materials(case, [{"key": FIRST, "received": False}], by=cast.receiver)


# -- corrections ------------------------------------------------------------------------------------------------------


def test_a_correction_notice_stops_the_clock_of_the_window(cast: Cast) -> None:
    case = asked(cast)
    assert case.acceptance_due is None
    with at("03-31"):
        jobs.deem_accepted(timezone.now())
    assert Case.objects.get(pk=case.pk).status == "correction"


def test_the_day_the_corrections_are_complete_is_day_zero(cast: Cast) -> None:
    case = asked(cast)
    brought(case, cast, "03-16")
    assert case.acceptance_due == date(2026, 3, 16)
    with at("03-20"):
        accept(case, by=cast.receiver)
    assert case.clock_start == date(2026, 3, 16)


def test_a_day_of_silence_after_the_corrections_accepts_from_that_day(cast: Cast) -> None:
    case = asked(cast)
    brought(case, cast, "03-16")
    with at("03-16", 23, 59):
        jobs.deem_accepted(timezone.now())
    assert Case.objects.get(pk=case.pk).status == "correction_done"
    with at("03-17", 0, 1):
        jobs.deem_accepted(timezone.now())
    case.refresh_from_db()
    assert (case.status, case.clock_start) == ("dispatched", date(2026, 3, 16))
    assert "补正材料已于2026年3月16日到齐" in text(case, "acceptance")


def test_after_the_corrections_only_what_was_listed_can_stop_the_acceptance(cast: Cast) -> None:
    case = asked(cast)
    brought(case, cast, "03-16")
    with at("03-16", 11):
        check_materials(case, [{"key": "m02", "verdict": "bad", "reason": "模糊"}], by=cast.receiver)
        accept(case, by=cast.receiver)
    assert case.status == "dispatched"


def test_what_was_listed_and_is_bad_again_stops_it_without_a_second_notice(cast: Cast) -> None:
    case = asked(cast)
    brought(case, cast, "03-16")
    with at("03-16", 11):
        check_materials(case, [{"key": FIRST, "verdict": "bad", "reason": "模糊"}], by=cast.receiver)
        with pytest.raises(Refused) as refused:
            accept(case, by=cast.receiver)
    assert "补正告知书" not in str(refused.value)


def test_corrections_that_do_not_come_lapse_after_the_days_of_the_centre(cast: Cast) -> None:
    ServiceCenter.objects.filter(code="sx-center").update(correction_days=30)
    case = asked(cast)
    assert case.correction_due == date(2026, 4, 1)
    with at("04-01", 23, 59), pytest.raises(Refused, match="还没有过"):
        lapse(case)
    with at("04-02", 0, 1):
        jobs.lapse(timezone.now())
    case.refresh_from_db()
    assert (case.status, case.clock_state) == ("lapsed", "stopped")
    assert "视为放弃本次申请" in text(case, "lapse")
    event = case.events.get(verb="lapse")
    assert (event.actor, event.once) == (None, "lapse")
    assert event.text == "补正期限届满没有补齐，视为放弃本次申请，可以重新申请。"
    assert not may_bring(case, cast.receiver)


def test_corrections_are_complete_on_the_last_day_of_their_time(cast: Cast) -> None:
    case = asked(cast)
    brought(case, cast, case.correction_due)
    assert Case.objects.get(pk=case.pk).status == "correction_done"


def test_corrections_cannot_be_completed_after_their_time(cast: Cast) -> None:
    case = asked(cast)
    with at(case.correction_due.replace(day=case.correction_due.day + 1)):
        with pytest.raises(Refused, match="补正期限已过"):
            check_materials(case, good_rows(case), by=cast.receiver)
        with pytest.raises(Refused, match="补正期限已过"):
            complete_correction(case, by=cast.receiver)


def test_a_change_of_the_days_does_not_move_who_was_told_before(cast: Cast) -> None:
    from portal.cases.clocks.moving import correction_due, in_correction

    case = asked(cast)
    ServiceCenter.objects.filter(code="sx-center").update(correction_days=30)
    assert correction_due(in_correction().get(pk=case.pk)) == case.correction_due


def test_the_way_in_which_a_notice_was_served_is_kept(cast: Cast) -> None:
    case = received()
    with at("03-03"):
        check_materials(case, [{"key": FIRST, "received": False}], by=cast.receiver)
        with pytest.raises(Refused, match="送达方式"):
            request_correction(case, {FIRST: "请补交"}, by=cast.receiver, way="pigeon")
        request_correction(case, {FIRST: "请补交"}, by=cast.receiver, way="mail")
    event = case.events.get(verb="request_correction")
    assert event.data["way"] == "mail"
    assert event.once == "correction", "it can be told once"
    assert "邮寄送达" in event.text


# -- instant items ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [("03-06", 10, "03-06"), ("03-06", 18, "03-09"), ("03-07", 20, "03-09"), ("03-07", 9, "03-09")],
    ids=["in time", "after closing", "Saturday evening", "Saturday morning"],
)
def test_an_instant_item_that_comes_too_late_is_due_on_the_next_working_day(
    cast: Cast, day: str, hour: int, due: str
) -> None:
    center = ServiceCenter.objects.get(code="sx-center")
    OpeningHours.objects.filter(center=center).delete()
    for weekday in range(5):
        OpeningHours.objects.create(center=center, weekday=weekday, opens="08:30", closes="17:00")
    with at(day, hour):
        case = received_case("SS-02")
        accept(case, by=cast.business_receiver)
    assert case.promised_due == date.fromisoformat(f"2026-{due}")
    assert case.tasks.get().due == case.promised_due
    assert list(problems()) == []


def test_an_instant_item_can_be_refused_and_its_decision_is_handed_out(cast: Cast) -> None:
    with at("03-06"):
        case = received_case("SS-02")
        accept(case, by=cast.business_receiver)
        decide(case.tasks.get(), by=cast.decider("sx-scjg"), granted=False, findings=reasoned(case))
        assert case.tasks.get().outcome == "refused"
        case.refresh_from_db()
        assert case.status == "decided_refused"
        ready_at_window(case, [NewResult("不予行政许可决定书", "1")], "A架", by=cast.issuer)
    assert case.status == "ready"


def test_a_case_that_was_given_up_has_no_dates_and_takes_no_more_files(cast: Cast) -> None:
    case = received()
    with at("03-03"):
        accept(case, by=cast.receiver)
        assert limit_rows(case, date(2026, 3, 3))
        withdraw(case, by=cast.receiver, reason="项目暂缓")
        assert limit_rows(case, date(2026, 3, 3)) == []
        assert not may_bring(case, cast.receiver)
