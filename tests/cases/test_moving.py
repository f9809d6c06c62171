"""A changed calendar moves open deadlines: one date everywhere, an event, a report, and nothing that is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.cases.clocks.limits import limit_rows
from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.correction import request_correction
from portal.cases.models import Case, Event
from portal.desk.home import tiles
from portal.handover.models import Slip
from portal.jobs.models import Promise
from portal.jobs.outbox import run
from portal.organisations.models import User
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, take_in, transfer_result
from portal.workdays import moving
from portal.workdays.integrity import problems
from portal.workdays.models import MOVE_DEADLINES, CalendarChange, CalendarDay, CalendarYear, MovedDeadline
from portal.workdays.registry import DEADLINES, KEEPERS, kept_by, register
from tests.cast import Cast, accepted_case, decided_case, hold_posts_since, received_case, sign_all

pytestmark = pytest.mark.django_db
ACCEPTED = datetime(2027, 1, 6, 2, 0, tzinfo=UTC)
"""Wednesday, ten o'clock in the hall; nobody has entered 2027 yet."""
LATER = datetime(2027, 1, 15, 2, 0, tzinfo=UTC)
NEW_DAYS_OFF = (date(2027, 1, 11), date(2027, 1, 12), date(2027, 1, 13), date(2027, 1, 14), date(2027, 1, 15))


@pytest.fixture
def in_january_2027(cast: Cast) -> Iterator[time_machine.Coordinates]:
    hold_posts_since(date(2026, 1, 1))
    with time_machine.travel(ACCEPTED, tick=False) as traveller:
        yield traveller


def do_promised_work() -> int:
    """Everything that waits to be moved, and what it promises in turn; how many jobs that were."""
    done = 0
    while waiting := list(Promise.objects.filter(kind=MOVE_DEADLINES, status="waiting").values_list("pk", flat=True)):
        done += sum(run(pk) for pk in waiting)
    return done


def enter_2027() -> None:
    """An invented notice: six working days off in the middle of January."""
    CalendarYear.objects.create(year=2027, source="国务院办公厅通知")
    for day in (*NEW_DAYS_OFF, date(2027, 1, 18)):
        CalendarDay.objects.create(date=day, is_workday=False, note="调整放假")


def at_desk(user: User, name: str, *args: object, **query: str) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def following(case: Case) -> str:
    answer = Client().post("/cases/follow/", {"number": case.number, "code": case.application.query_code})
    return answer.content.decode()


def everywhere(case: Case, cast: Cast) -> dict[str, str]:
    """Every place that tells the promised date of a case, as it stands now."""
    explained = limit_rows(Case.objects.get(pk=case.pk), date(2027, 1, 15))
    return {
        "case page": at_desk(cast.receiver, "cases_modeladmin_inspect", case.pk),
        "follow page": following(case),
        "explanation": "".join("".join(row.explanation) + row.due_text for row in explained),
    }


def test_a_year_entered_later_gives_one_date_in_every_place(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    case = accepted_case()
    assert (case.statutory_due, case.promised_due) == (date(2027, 1, 27), date(2027, 1, 13))
    for place, text in everywhere(case, cast).items():
        assert "2027年1月13日（预计）" in text, place
        assert "2027年1月27日（预计）" in text, place
    enter_2027()
    do_promised_work()
    case.refresh_from_db()
    assert (case.statutory_due, case.promised_due) == (date(2027, 2, 4), date(2027, 1, 21))
    for place, text in everywhere(case, cast).items():
        assert "2027年1月21日" in text, place
        assert "2027年2月4日" in text, place
        assert "预计" not in text, place
    assert "期限届满日为2027年2月4日" in everywhere(case, cast)["explanation"]
    in_january_2027.move_to(LATER)
    assert "剩余3个工作日" in at_desk(cast.receiver, "cases_modeladmin_index")
    assert "2027-01-21" in at_desk(cast.receiver, "desk_ledger", "TZ-09")
    assert {tile.label: tile.count for tile in tiles(cast.supervisor)}["超过承诺期限"] == 0
    assert list(problems()) == []


def test_until_the_job_is_done_every_place_tells_the_stored_date_and_none_a_second_one(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    case = accepted_case()
    enter_2027()
    for place, text in everywhere(case, cast).items():
        assert "2027年1月13日" in text, place
        assert "2027年1月21日" not in text, place
    assert "正在重新计算" in everywhere(case, cast)["explanation"]


def test_a_typhoon_day_moves_what_was_to_end_on_it_or_after(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    case = accepted_case()
    CalendarDay.objects.create(date=date(2027, 1, 13), is_workday=False, note="台风")
    do_promised_work()
    case.refresh_from_db()
    assert (case.statutory_due, case.promised_due) == (date(2027, 1, 28), date(2027, 1, 14))
    event = case.events.get(verb="move_deadlines")
    assert event.actor is None
    assert "承诺期限由2027年1月13日改为2027年1月14日（预计）" in event.text
    assert "原因：工作日历变动（2027年1月13日放假（台风））" in event.text
    assert list(problems()) == []


def test_a_day_that_is_withdrawn_moves_them_back(cast: Cast, in_january_2027: time_machine.Coordinates) -> None:
    case = accepted_case()
    day = CalendarDay.objects.create(date=date(2027, 1, 13), is_workday=False, note="台风")
    do_promised_work()
    day.delete()
    do_promised_work()
    case.refresh_from_db()
    assert (case.statutory_due, case.promised_due) == (date(2027, 1, 27), date(2027, 1, 13))
    assert case.events.filter(verb="move_deadlines").count() == 2


def test_a_day_after_the_last_one_moves_nothing_and_writes_nothing(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    case = accepted_case()
    CalendarDay.objects.create(date=date(2027, 1, 28), is_workday=False, note="台风")
    do_promised_work()
    assert not case.events.filter(verb="move_deadlines").exists()
    assert not MovedDeadline.objects.exists()
    assert not CalendarChange.objects.unfinished().exists()


def moved(case: Case) -> dict[str, tuple[date, date]]:
    rows = MovedDeadline.objects.filter(holder=case.pk).order_by("pk")
    return {row.name: (row.old, row.new) for row in rows}


def test_every_kind_of_deadline_that_is_open_moves(cast: Cast, in_january_2027: time_machine.Coordinates) -> None:
    silent, asked = received_case(), received_case(complete=False)
    request_correction(asked, {asked.materials.first().key: "请提交原件。"}, by=cast.receiver)
    sent = accepted_case()
    decided = decided_case(cast, "BDC-01")
    slip = transfer_result(decided, [NewResult("证", "1")], set(), by=cast.officer(decided.lead.code))
    take_in(slip, "A架", by=cast.issuer)
    asked.refresh_from_db()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, is_workday=False) for day in (date(2027, 1, 7), asked.correction_due)
    )
    do_promised_work()
    assert moved(silent) == {"cases.acceptance": (date(2027, 1, 13), date(2027, 1, 14))}
    assert moved(asked) == {"cases.correction": (date(2027, 4, 6), date(2027, 4, 7))}
    assert set(moved(sent)) == {"cases.statutory", "cases.promised", "cases.task", "handover.slip"}
    assert Slip.objects.filter(case=sent).first().due == date(2027, 1, 8)
    assert moved(decided) == {"pickup.delivery": (date(2027, 1, 20), date(2027, 1, 21))}
    assert Delivery.objects.get(case=decided).due == date(2027, 1, 21)
    assert set(DEADLINES) == {name for case in (silent, asked, sent, decided) for name in moved(case)}
    assert Event.objects.filter(verb="move_deadlines").count() == 4
    assert list(problems()) == []


def test_what_is_closed_keeps_its_dates(cast: Cast, in_january_2027: time_machine.Coordinates) -> None:
    decided, withdrawn = decided_case(cast), accepted_case()
    withdraw(withdrawn, by=cast.receiver, reason="不办了")
    CalendarDay.objects.create(date=date(2027, 1, 7), is_workday=False, note="台风")
    do_promised_work()
    for case in (decided, withdrawn):
        case.refresh_from_db()
        assert (case.statutory_due, case.promised_due) == (date(2027, 1, 27), date(2027, 1, 13))
        assert "cases.promised" not in moved(case)


def test_the_report_names_the_applicants_papers_that_carry_the_old_date(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    case = accepted_case()
    notice = case.documents.get(kind="acceptance")
    assert notice.content["promised_due"] == "2027年1月13日（预计）"
    assert "公布后可能变动" in notice.content["estimate_note"]
    CalendarDay.objects.create(date=date(2027, 1, 7), is_workday=False, note="台风")
    do_promised_work()
    rows = list(MovedDeadline.objects.filter(holder=case.pk))
    with_paper = {row.name: row.papers for row in rows if row.has_papers}
    assert with_paper == {"cases.statutory": [notice.number], "cases.promised": [notice.number]}
    assert {row.name for row in rows if not row.has_papers and row.papers == []} == {"cases.task", "handover.slip"}
    notice.refresh_from_db()
    assert notice.content["promised_due"] == "2027年1月13日（预计）"


def test_the_job_done_twice_moves_nothing_twice(cast: Cast, in_january_2027: time_machine.Coordinates) -> None:
    case = accepted_case()
    CalendarDay.objects.create(date=date(2027, 1, 13), is_workday=False, note="台风")
    do_promised_work()
    before = (moved(case), case.events.count(), MovedDeadline.objects.count())
    CalendarChange.objects.update(finished_at=None)
    moving.move_deadlines(CalendarChange.objects.latest("pk").pk)
    assert (moved(case), case.events.count(), MovedDeadline.objects.count()) == before


def test_a_newer_change_takes_the_older_ones_over(cast: Cast, in_january_2027: time_machine.Coordinates) -> None:
    case = accepted_case()
    enter_2027()
    do_promised_work()
    event = case.events.get(verb="move_deadlines")
    assert "2027年1月18日放假（调整放假）等7次变动" in event.text
    assert not CalendarChange.objects.unfinished().exists()


def test_a_long_job_goes_on_as_another_promise(
    cast: Cast, in_january_2027: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [accepted_case() for _ in range(3)]
    monkeypatch.setattr(moving, "BATCH", 1)
    monkeypatch.setattr(moving, "ROUND_SECONDS", -1.0)
    CalendarDay.objects.create(date=date(2027, 1, 13), is_workday=False, note="台风")
    assert do_promised_work() == 4
    assert {moved(case)["cases.promised"] for case in cases} == {(date(2027, 1, 13), date(2027, 1, 14))}
    assert not CalendarChange.objects.unfinished().exists()


def test_a_deadline_that_is_not_where_the_calendar_puts_it_is_found_the_same_night(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    case = accepted_case()
    Case.objects.filter(pk=case.pk).update(promised_due=date(2027, 1, 29))
    assert list(problems()) == [f"cases.promised {case.pk}: stored 2027-01-29, the calendar says 2027-01-13"]


def test_the_nightly_look_reads_the_calendar_anew_and_waits_for_moves_that_are_due(
    cast: Cast, in_january_2027: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted_case()
    counted = CalendarChange.written_here
    CalendarDay.objects.create(date=date(2027, 1, 13), is_workday=False, note="台风")
    monkeypatch.setattr(CalendarChange, "written_here", counted)  # as if another process had written it
    assert list(problems()) == []
    CalendarChange.objects.update(finished_at=LATER)
    assert "the calendar says 2027-01-14" in "\n".join(problems())


def test_a_deadline_has_a_name_of_its_own_and_the_cases_one_keeper(cast: Cast) -> None:
    known, keepers = dict(DEADLINES), list(KEEPERS)
    with pytest.raises(ValueError, match="two deadlines named handover.slip"):
        register("handover.slip", "", field="due", holder="case_id", open=Slip.objects.all, recompute=lambda row: None)
    with pytest.raises(ValueError, match="one keeper"):
        kept_by(keepers[0])
    assert (known, keepers) == (DEADLINES, KEEPERS)
    assert len(keepers) == 1


def test_a_step_runs_from_its_slip_also_when_the_calendar_changes(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    case = accepted_case()
    in_january_2027.move_to(datetime(2027, 1, 8, 2, 0, tzinfo=UTC))
    sign_all(case, cast)
    task = case.tasks.filter(status="working").first()
    before, sent = task.due, timezone.localdate(task.sent_at)
    CalendarDay.objects.create(date=sent, is_workday=False, note="台风")
    do_promised_work()
    task.refresh_from_db()
    assert task.due == before  # the days of a step begin after the day on which it was sent
    CalendarDay.objects.create(date=before, is_workday=False, note="台风")
    do_promised_work()
    task.refresh_from_db()
    assert task.due > before


def held(case: Case) -> list[tuple[date, date]]:
    """From when to when the rows say of whose applicant a paper tells another date than the one that stands."""
    rows = MovedDeadline.objects.filter(holder=case.pk, name="cases.promised", has_papers=True)
    return list(rows.values_list("old", "new"))


def test_the_list_of_papers_tells_the_date_that_stands_after_several_moves(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    case = accepted_case()
    for day in (12, 13):
        CalendarDay.objects.create(date=date(2027, 1, day), is_workday=False, note="台风")
        do_promised_work()
    case.refresh_from_db()
    assert held(case) == [(date(2027, 1, 14), case.promised_due)]


def test_a_paper_that_is_right_again_is_no_longer_listed(cast: Cast, in_january_2027: time_machine.Coordinates) -> None:
    case = accepted_case()
    day = CalendarDay.objects.create(date=date(2027, 1, 13), is_workday=False, note="台风")
    do_promised_work()
    assert held(case)
    day.delete()
    do_promised_work()
    assert held(case) == []


def test_a_year_without_any_day_stays_an_estimate(cast: Cast, in_january_2027: time_machine.Coordinates) -> None:
    case = accepted_case()
    CalendarYear.objects.create(year=2027, source="国务院办公厅通知")
    do_promised_work()
    for place, text in everywhere(case, cast).items():
        assert "2027年1月13日（预计）" in text, place


def test_a_case_that_is_decided_is_not_said_to_be_worked_out_anew(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    case = decided_case(cast)
    CalendarDay.objects.create(date=date(2027, 1, 13), is_workday=False, note="台风")
    do_promised_work()
    said = everywhere(Case.objects.get(pk=case.pk), cast)["explanation"]
    assert "办结以后不再变动" in said
    assert "正在重新计算" not in said


def test_before_acceptance_the_light_is_that_of_the_answer_that_is_owed(
    cast: Cast, in_january_2027: time_machine.Coordinates
) -> None:
    received_case()
    assert "受理剩余5个工作日" in at_desk(cast.receiver, "cases_modeladmin_index")
    in_january_2027.move_to(LATER)
    assert "受理已超期" in at_desk(cast.receiver, "cases_modeladmin_index")


def test_who_keeps_the_calendar_may_take_back_what_was_entered_by_mistake(cast: Cast) -> None:
    keeper = User.objects.get(pk=cast.publisher.pk)
    assert keeper.has_perm("workdays.delete_calendarday")
    assert keeper.has_perm("workdays.delete_calendaryear")


def test_a_day_is_said_to_be_off_or_worked_and_not_left_to_an_empty_box(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.publisher, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("workdays_calendarday_modeladmin_create")
    form = {"date": "2027-01-13", "note": "台风", "source": "人工录入"}
    assert client.post(address, form).status_code == 200
    assert not CalendarDay.objects.filter(date=date(2027, 1, 13)).exists()
    assert client.post(address, {**form, "is_workday": "False"}).status_code == 302
    assert not CalendarDay.objects.get(date=date(2027, 1, 13)).is_workday
