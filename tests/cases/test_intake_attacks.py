"""Intake under attack: other hands, other places, forms sent twice, stale or made up, the minutes about midnight, days
that the calendar gives and takes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from portal.cases import jobs
from portal.cases.decision.decide import decide
from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.correction import complete_correction, complete_in_time, lapse, request_correction
from portal.cases.intake.files import may_bring
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept, deem_accepted
from portal.cases.intake.printing import print_application_form
from portal.cases.intake.receive import receive
from portal.cases.models import Case, Event, Task
from portal.cases.routes.tasks import redispatch
from portal.catalog.models import ServiceItem
from portal.documents.registry import Rendition
from portal.handover import integrity
from portal.handover.forwarding import forward
from portal.handover.models import Slip
from portal.handover.signing import bounce
from portal.lib.refusal import Refused
from portal.lib.words import midnight
from portal.organisations.models import Organisation, Post, Role, ServiceCenter, User, Window
from portal.workdays.calendar import forget_calendar
from portal.workdays.models import CalendarDay
from tests.cases.test_law_of_intake import FIRST, MONDAY, asked, at, brought, received
from tests.cases.test_moving import do_promised_work
from tests.cast import Cast, accepted_case, company, good_rows, hold_posts_since, reasoned, received_case, sign_all
from tests.desk.test_posting import people
from tests.desk.test_screens import at_desk

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LEAD, OTHER, INSTANT_LEAD = "sx-jsj", "sx-gtj", "sx-scjg"


@pytest.fixture(autouse=True)
def _long_in_office(cast: Cast) -> None:
    hold_posts_since(date(2026, 1, 1))


def silent(cast: Cast, **first: Any) -> Case:
    """A case that nobody answered, accepted by the portal itself; of its papers only the first came in, as said."""
    case = received(complete=False)
    with at(MONDAY, 12):
        check_materials(case, [row(case, **first)], by=cast.receiver)
    with at("03-10"):
        deem_accepted(case)
    return Case.objects.get(pk=case.pk)


def row(case: Case, **changes: Any) -> dict[str, Any]:
    """The first material, on paper and sound, but for the changes."""
    return {**good_rows(case)[0], "key": FIRST, **changes}


def holder(case: Case) -> str:
    """Who has the paper of the first material."""
    return case.materials.get(key=FIRST).custody.get(until=None).place


# -- other hands ------------------------------------------------------------------------------------------------------


def test_on_the_spot_only_the_item_s_own_department_refuses(cast: Cast) -> None:
    case = received_case("SS-02")
    accept(case, by=cast.business_receiver)
    task, findings = case.tasks.get(), reasoned(case)
    for user in people(cast).values():
        if user is not None:
            with pytest.raises(Refused):
                decide(Task.objects.get(pk=task.pk), by=user, granted=False, findings=findings)
    with pytest.raises(Refused):
        decide(Task.objects.get(pk=task.pk), by=cast.branch.decider(INSTANT_LEAD), granted=False, findings=findings)
    decide(task, by=cast.officer(INSTANT_LEAD), granted=False, findings=findings)
    assert case.events.order_by("-seq").first().verb == "refuse_on_the_spot"


def test_who_took_an_instant_item_in_does_not_refuse_it_either(cast: Cast) -> None:
    case = received_case("SS-02")
    accept(case, by=cast.business_receiver)
    department = Organisation.objects.get(code=INSTANT_LEAD)
    Post.objects.create(user=cast.business_receiver, role=Role.OFFICER, organisation=department, center=cast.center)
    both, findings = User.objects.get(pk=cast.business_receiver.pk), reasoned(case)
    with pytest.raises(Refused, match="受理和审批相分离"):
        decide(case.tasks.get(), by=both, granted=False, findings=findings)


@pytest.mark.parametrize("outcome", ["deemed_agree", "agree", "disagree", "refused ", ""])
def test_an_outcome_that_no_form_offers_decides_nothing(cast: Cast, outcome: str) -> None:
    case = received_case("SS-02")
    accept(case, by=cast.business_receiver)
    url = reverse("tasks_modeladmin_decide", args=[case.tasks.get().pk])
    before = Event.objects.count()
    answer = posted(cast.decider(INSTANT_LEAD), url, outcome=outcome, reasons="名称相同")
    assert answer.status_code == 200
    assert answer.context["form"].errors["outcome"]
    assert Event.objects.count() == before


def test_a_case_that_lapsed_takes_nothing_more(cast: Cast) -> None:
    case = asked(cast)
    with at("07-01"):
        lapse(case)
        verbs: tuple[Callable[[], object], ...] = (
            lambda: check_materials(case, good_rows(case), by=cast.receiver),
            lambda: complete_correction(case, by=cast.receiver),
            lambda: complete_in_time(case),
            lambda: accept(case, by=cast.receiver),
            lambda: request_correction(case, {FIRST: "请补交"}, by=cast.receiver),
            lambda: withdraw(case, by=cast.receiver, reason="不再申请"),
            lambda: print_application_form(case, by=cast.receiver),
            lambda: forward(case, by=cast.receiver),
            lambda: deem_accepted(case),
            lambda: lapse(case),
        )
        before = case.events.count()
        for verb in verbs:
            with pytest.raises(Refused):
                verb()
        assert not may_bring(case, cast.receiver)
        assert case.events.count() == before


# -- forms sent twice, stale or made up -------------------------------------------------------------------------------


def posted(user: User, url: str, *, key: str = "", **data: Any) -> Any:
    return at_desk(user).post(url, {"key": key or str(uuid.uuid4()), **data})


def in_hand(cast: Cast) -> Case:
    """Everything that was asked for is at the window, and judged."""
    case = received_case()
    check_materials(case, [{"key": FIRST, "received": False, "originals": 0, "verdict": ""}], by=cast.receiver)
    request_correction(case, {FIRST: "请补交"}, by=cast.receiver)
    check_materials(case, good_rows(case), by=cast.receiver)
    return case


def brought_later(cast: Cast) -> Case:
    case = received_case(complete=False)
    Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() - timedelta(days=1))
    deem_accepted(case)
    sign_all(case, cast)
    check_materials(case, good_rows(case), by=cast.receiver)
    return case


TWICE: dict[str, Callable[[Cast], Case]] = {
    "receipt": lambda cast: received_case(),
    "form": lambda cast: received_case(),
    "corrected": in_hand,
    "forward": brought_later,
}


@pytest.mark.parametrize("verb", TWICE)
def test_a_form_sent_twice_is_done_once_and_looks_done_both_times(cast: Cast, verb: str) -> None:
    case, key = TWICE[verb](cast), str(uuid.uuid4())
    url = reverse(f"cases_modeladmin_{verb}", args=[case.pk])
    assert posted(cast.receiver, url, key=key).status_code == 302
    done = (case.events.count(), case.documents.count(), Slip.objects.count())
    assert posted(cast.receiver, url, key=key).status_code == 302
    assert posted(cast.receiver, url).status_code == 200  # a new form is a new wish, and is refused
    assert (case.events.count(), case.documents.count(), Slip.objects.count()) == done


def test_the_key_of_somebody_else_s_form_is_no_answer(cast: Cast) -> None:
    case, key = received_case(), str(uuid.uuid4())
    url = reverse("cases_modeladmin_receipt", args=[case.pk])
    assert posted(cast.receiver, url, key=key).status_code == 302
    assert "已经出具" in posted(cast.second_receiver, url, key=key).content.decode()


def test_a_page_that_somebody_overtook_says_where_the_case_stands(cast: Cast) -> None:
    case = received_case()
    accept(case, by=cast.second_receiver)
    answer = posted(cast.receiver, reverse("cases_modeladmin_correct", args=[case.pk]), gap_m01="请补交", way="mail")
    assert "receiver-2已于" in answer.content.decode()
    assert not case.documents.filter(kind="correction").exists()
    checklist = {
        f"m-0-{name}": value for name, value in row(case, received="", verdict="", originals=0, photocopies=0).items()
    }
    checklist |= {"m-TOTAL_FORMS": 1, "m-INITIAL_FORMS": 1}
    url = reverse("cases_modeladmin_materials", args=[case.pk])
    assert "受理时已经合格" in posted(cast.receiver, url, **checklist).content.decode()


@pytest.mark.parametrize(
    "made_up", [{"gap_m99": "请补交户口簿"}, {"gap_": "请补交"}, {"way": "pigeon", "gap_m01": "请补交"}]
)
def test_a_correction_is_asked_for_what_the_list_has_and_served_in_a_known_way(
    cast: Cast, made_up: dict[str, str]
) -> None:
    case = received_case()
    answer = posted(cast.receiver, reverse("cases_modeladmin_correct", args=[case.pk]), **{"way": "mail", **made_up})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Case.objects.get(pk=case.pk).status == "received"


def test_no_field_that_is_made_up_moves_a_date_or_a_name(cast: Cast) -> None:
    case = in_hand(cast)
    crafted = {
        "completed_on": "2020-01-01", "acceptance_due": "2030-01-01", "correction_due": "2030-01-01", "by": "1",
        "accepted_by": cast.editor.pk, "clock_start": "2020-01-01", "status": "delivered", "start": "2020-01-01",
            "without_scans": "on",
    }  # fmt: skip
    for verb in ("corrected", "accept"):
        assert posted(cast.receiver, reverse(f"cases_modeladmin_{verb}", args=[case.pk]), **crafted).status_code == 302
    case.refresh_from_db()
    today = timezone.localdate()
    assert (case.completed_on, case.acceptance_due, case.clock_start) == (today, today, today)
    assert (case.status, case.accepted_by) == ("dispatched", cast.receiver)


def test_no_address_does_what_only_the_portal_does(cast: Cast) -> None:
    case = asked(cast)
    for verb in ("lapse", "deem_accepted"):
        address = reverse("cases_modeladmin_inspect", args=[case.pk]).replace("inspect", verb)
        assert posted(cast.receiver, address).status_code == 404


# -- about midnight ---------------------------------------------------------------------------------------------------


@contextmanager
def midnight_comes_with_the_first_query(day: date) -> Iterator[None]:
    """It is a second before midnight when a verb begins, and a second past it when the database answers."""
    with at(day, 23, 59) as clock:

        def late(execute: Any, *args: Any) -> Any:
            clock.move_to(midnight(day + timedelta(days=1)) + timedelta(seconds=1))
            return execute(*args)

        with connection.execute_wrapper(late):
            yield


def test_what_waited_for_the_lock_over_midnight_is_judged_by_the_new_day(cast: Cast) -> None:
    case = asked(cast)
    with at(case.correction_due):
        check_materials(case, good_rows(case), by=cast.receiver)
    with midnight_comes_with_the_first_query(case.correction_due), pytest.raises(Refused, match="补正期限已过"):
        complete_correction(case, by=cast.receiver)


@contextmanager
def midnight_comes_meanwhile(day: date, table: str) -> Iterator[None]:
    """It is a second past midnight from the first query of that table on."""
    with at(day, 23, 59) as clock:

        def late(execute: Any, sql: str, *args: Any) -> Any:
            if table in sql:
                clock.move_to(midnight(day + timedelta(days=1)) + timedelta(seconds=1))
            return execute(sql, *args)

        with connection.execute_wrapper(late):
            yield


def test_a_case_taken_in_over_midnight_counts_from_one_day(cast: Cast) -> None:
    forget_calendar()
    with midnight_comes_meanwhile(MONDAY, "workdays_"):
        case = received_case(complete=False)
        assert timezone.localdate() > MONDAY
    assert (timezone.localdate(case.received_at), case.acceptance_due) == (MONDAY, date(2026, 3, 9))


def test_a_case_accepted_over_midnight_is_numbered_stamped_and_counted_on_one_day(cast: Cast) -> None:
    case = received()
    with midnight_comes_meanwhile(MONDAY, "handover_slip"):
        accept(case, by=cast.receiver)
        assert timezone.localdate() > MONDAY
    assert timezone.localdate(case.accepted_at) == case.clock_start == MONDAY
    assert "20260302" in case.number


def test_the_last_minute_of_the_last_day_is_in_time(cast: Cast) -> None:
    case = asked(cast)
    with at(case.correction_due, 23, 59):
        check_materials(case, good_rows(case), by=cast.receiver)
        complete_correction(case, by=cast.receiver)
    assert case.completed_on == case.correction_due


@pytest.mark.parametrize("verdict", ["good", ""])
def test_what_came_in_in_time_does_not_lapse_because_the_window_forgot_it(cast: Cast, verdict: str) -> None:
    """Whether it was judged or not: the applicant has done their part, and silence accepts from the last day on."""
    case = asked(cast)
    last = case.correction_due
    with at(last, 16):
        check_materials(case, [row(case, verdict=verdict)], by=cast.receiver)
    with at(last + timedelta(days=1), 0, 0):
        with pytest.raises(Refused, match="不能视为放弃"):
            lapse(case)
        jobs.lapse(timezone.now())
        case.refresh_from_db()
        assert (case.status, case.completed_on, case.events.last().actor) == ("correction_done", last, None)
        assert case.documents.filter(kind="correction_receipt").exists()
        jobs.deem_accepted(timezone.now())
    case.refresh_from_db()
    assert (case.status, case.clock_start) == ("dispatched", last)


def test_what_came_in_and_was_found_unsound_lapses(cast: Cast) -> None:
    case = asked(cast)
    with at(case.correction_due, 16):
        check_materials(case, [row(case, verdict="bad", reason="公章模糊")], by=cast.receiver)
        with pytest.raises(Refused):
            complete_in_time(case)
    with at(case.correction_due + timedelta(days=1), 0, 0):
        with pytest.raises(Refused, match="还没有补齐"):
            complete_in_time(case)
        jobs.lapse(timezone.now())
    assert Case.objects.get(pk=case.pk).status == "lapsed"


def test_corrections_that_come_in_on_a_saturday_are_complete_on_that_day(cast: Cast) -> None:
    case = asked(cast)
    brought(case, cast, "03-14")
    with at("03-15", 0, 0):
        jobs.deem_accepted(timezone.now())
    case.refresh_from_db()
    assert (case.status, case.clock_start) == ("dispatched", date(2026, 3, 14))


# -- the days of the centre, and those of the calendar ----------------------------------------------------------------


@pytest.mark.parametrize(("days", "due"), [(1, "2026-03-03"), (34, "2026-04-07"), (3650, "2036-02-28")])
def test_the_days_of_the_centre_count_from_the_notice_and_end_on_a_working_day(cast: Cast, days: int, due: str) -> None:
    """Qingming is the fifth of April 2026; its holidays end on the sixth."""
    ServiceCenter.objects.filter(code="sx-center").update(correction_days=days)
    assert asked(cast).correction_due >= MONDAY + timedelta(days=days)
    if days < 3650:
        assert Case.objects.get().correction_due == date.fromisoformat(due)


def test_every_centre_sets_the_days_of_its_own_cases(cast: Cast) -> None:
    branch = cast.branch
    hold_posts_since(date(2026, 1, 1))
    ServiceCenter.objects.filter(code="br-pj").update(correction_days=10)
    receiver = User.objects.get(pk=branch.receiver.pk)
    window, item = Window.objects.get(code="P01"), ServiceItem.objects.get(code="TZ-09")
    with at(MONDAY):
        case = receive(item=item, applicant=company(), window=window, by=receiver, key=uuid.uuid4())
        with pytest.raises(Refused):
            request_correction(case, {FIRST: "请补交"}, by=User.objects.get(pk=cast.receiver.pk))
        request_correction(case, {FIRST: "请补交"}, by=receiver)
    assert case.correction_due == date(2026, 3, 12)
    assert asked(cast).correction_due > case.correction_due
    with at("03-13", 0, 0):
        jobs.lapse(timezone.now())
    assert sorted(Case.objects.values_list("center__code", "status")) == [
        ("br-pj", "lapsed"),
        ("sx-center", "correction"),
    ]


def day_off(day: date) -> None:
    """A typhoon: what the notice says is entered, and the job that moves the deadlines has not come to it yet."""
    CalendarDay.objects.create(date=day, is_workday=False, note="台风停工")


def test_nothing_lapses_while_the_calendar_is_moving_its_last_day(cast: Cast) -> None:
    ServiceCenter.objects.filter(code="sx-center").update(correction_days=30)
    case = asked(cast)
    with at("04-01", 23, 58):
        day_off(date(2026, 4, 1))
    with at("04-02", 0, 1):
        jobs.lapse(timezone.now())
        assert Case.objects.get(pk=case.pk).status == "correction"
        do_promised_work()
        case.refresh_from_db()
        assert case.correction_due == date(2026, 4, 2)
    with at("04-03", 0, 1):
        jobs.lapse(timezone.now())
    assert Case.objects.get(pk=case.pk).status == "lapsed"


def test_no_silence_is_counted_while_the_calendar_is_moving_its_last_day(cast: Cast) -> None:
    case = received()
    with at("03-09", 23, 58):
        day_off(date(2026, 3, 9))
    with at("03-10", 0, 1):
        jobs.deem_accepted(timezone.now())
        assert Case.objects.get(pk=case.pk).status == "received"
        accept(case, by=cast.receiver)
    assert case.clock_start == date(2026, 3, 10)  # in time, by the calendar of now


def test_no_opinion_counts_as_given_while_the_calendar_is_moving_its_last_day(cast: Cast) -> None:
    with at(MONDAY):
        case = accepted_case()
    with at(MONDAY, 11):
        sign_all(case, cast)
        task = case.tasks.filter(kind="opinion", status="working").first()
        case.tasks.filter(pk=task.pk).update(deemed_consent=True)
    with at(task.due, 23, 58):
        day_off(task.due)
    with at(task.due + timedelta(days=1), 0, 1):
        jobs.deem_consent(timezone.now())
        assert Task.objects.get(pk=task.pk).status == "working"
        do_promised_work()
    last = Task.objects.get(pk=task.pk).due
    assert last > task.due
    with at(last + timedelta(days=1), 0, 1):
        jobs.deem_consent(timezone.now())
    assert Task.objects.get(pk=task.pk).outcome == "deemed_agree"


def test_one_case_that_cannot_be_accepted_does_not_stop_those_after_it(cast: Cast, caplog: Any) -> None:
    with at(MONDAY):
        sick, sound = received_case("BDC-01"), received_case("TZ-09")
    named, others = (
        {step.department for stage in case.definition.stages_for({}) for step in stage.steps} for case in (sick, sound)
    )
    Organisation.objects.filter(code=min(named - others)).update(code="gone")
    with at("03-10"):
        jobs.deem_accepted(timezone.now())
    assert Case.objects.get(pk=sound.pk).status == "dispatched"
    assert Case.objects.get(pk=sick.pk).status == "received"
    assert f"cases.Case {sick.pk}" in caplog.text


def test_after_five_days_nobody_is_told_to_ask_for_corrections(cast: Cast) -> None:
    case = received(complete=False)
    with at("03-09"), pytest.raises(Refused, match="或者出具一次性补正告知书"):
        accept(case, by=cast.receiver)
    with at("03-10"), pytest.raises(Refused) as refused:
        accept(case, by=cast.receiver)
    assert "补正告知书" not in str(refused.value)


# -- what is brought later --------------------------------------------------------------------------------------------


def test_a_better_paper_follows_the_bad_one_that_was_sent_on(cast: Cast) -> None:
    case = silent(cast, verdict="bad", reason="公章模糊")
    with at("03-11"):
        sign_all(case, cast)
        assert holder(case) == str(case.lead)
        check_materials(case, [row(case)], by=cast.receiver)
        assert holder(case) == "综合窗口"
        slip = forward(case, by=cast.receiver)
        assert [line.name for line in slip.lines.all()] == [case.materials.get(key=FIRST).name]
        assert list(integrity.problems()) == []


def test_a_paper_that_is_on_its_way_and_is_replaced_stays_at_the_window_when_the_slip_is_signed(cast: Cast) -> None:
    case = silent(cast, verdict="bad", reason="公章模糊")
    with at("03-11"):
        check_materials(case, [row(case)], by=cast.receiver)
        sign_all(case, cast)
        assert holder(case) == "综合窗口"
        forward(case, by=cast.receiver)
        assert list(integrity.problems()) == []


def test_a_paper_that_is_judged_later_stays_where_it_is(cast: Cast) -> None:
    case = silent(cast, verdict="")
    with at("03-11"):
        sign_all(case, cast)
        check_materials(case, [row(case)], by=cast.receiver)
    assert holder(case) == str(case.lead)


def test_a_paper_that_was_sent_on_is_not_said_to_be_missing(cast: Cast) -> None:
    case = silent(cast, verdict="bad", reason="公章模糊")
    with at("03-11"):
        sign_all(case, cast)
        with pytest.raises(Refused, match=f"现在“{case.lead}”"):
            check_materials(case, [row(case, received=False, originals=0, photocopies=0)], by=cast.receiver)
    assert holder(case) == str(case.lead)


def test_a_department_gets_no_second_slip_before_it_has_signed_the_first(cast: Cast) -> None:
    case, other = accepted_case(), Organisation.objects.get(code=OTHER)
    first, second = list(case.slips.waiting().exclude(department__code=LEAD).select_related("department"))[:2]
    for slip in (first, second):
        bounce(slip, by=cast.officer(slip.department.code), reason="不属于本部门")
    sent, waits = case.tasks.filter(status="bounced").select_related("case")
    url = reverse("tasks_modeladmin_redispatch", args=[waits.pk])
    redispatch(sent, by=cast.receiver, department=other)
    answer = posted(cast.receiver, url, department=other.pk)
    assert "请等签收以后再分办" in answer.content.decode()
    assert Task.objects.get(pk=waits.pk).status == "bounced"
    sign_all(case, cast)
    assert posted(cast.receiver, url, department=other.pk).status_code == 302
    assert list(integrity.problems()) == []


def test_the_slip_of_what_is_brought_later_begins_no_limit_and_says_so(cast: Cast) -> None:
    case = brought_later(cast)
    due = set(case.tasks.values_list("pk", "due"))
    slip = forward(case, by=cast.receiver)
    officer = at_desk(cast.officer(LEAD))
    page = officer.get(reverse("slips_modeladmin_sign", args=[slip.pk])).content.decode()
    assert "不因本次签收重新计算" in page
    assert "从该时间起算" not in page
    for paper, begins in ((slip.document, False), (case.slips.order_by("pk").first().document, True)):
        said = render_to_string(paper.template, paper.context(Rendition.WHOLE))
        assert ("上列办结日期不顺延" in said) is begins
        assert ("不因本单重新计算" in said) is not begins
    answer = officer.post(
        reverse("slips_modeladmin_sign", args=[slip.pk]), {"key": str(uuid.uuid4()), "matches": "yes"}, follow=True
    )
    assert "已签收补收的材料" in answer.content.decode()
    assert set(case.tasks.values_list("pk", "due")) == due
