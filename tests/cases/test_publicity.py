"""Which decisions are public: by rule, from the day the rule says, for as long as it says, and nothing without one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.cases.models import Case, PublicityRule
from portal.cases.states import AFTER_DECISION, CaseStatus
from portal.catalog.models import ServiceItem
from tests.cast import Cast, accepted_case, decided_case, private_person, received_case

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)


def decided_on(day: date, case: Case, **changes) -> Case:
    at = timezone.make_aware(datetime(day.year, day.month, day.day, 16))
    Case.objects.filter(pk=case.pk).update(decided_at=at, **changes)
    return case


def public(today: date) -> set[int]:
    return set(Case.objects.made_public(today).values_list("pk", flat=True))


def rule(cast: Cast, **fields) -> PublicityRule:
    return PublicityRule.objects.create(center=cast.center, **{"licences_only": False, **fields})


@pytest.fixture
def case(cast: Cast) -> Case:
    return decided_on(MONDAY, decided_case(cast))


def test_without_a_rule_nothing_is_public(case: Case) -> None:
    assert public(MONDAY) == set()


@pytest.mark.parametrize(
    ("after", "first"),
    [(0, MONDAY), (1, date(2026, 6, 2)), (5, date(2026, 6, 8)), (7, date(2026, 6, 10))],
)
def test_a_decision_is_public_from_its_working_day_on(after: int, first: date, case: Case, cast: Cast) -> None:
    rule(cast, after_days=after)
    assert public(first) == {case.pk}
    assert public(first - timedelta(days=1)) == set()


def test_a_decision_on_a_day_off_counts_from_that_day(case: Case, cast: Cast) -> None:
    rule(cast, after_days=1)
    decided_on(date(2026, 6, 6), case)
    assert public(date(2026, 6, 7)) == set()
    assert public(date(2026, 6, 8)) == {case.pk}


def test_a_decision_is_public_for_its_days_and_no_longer(case: Case, cast: Cast) -> None:
    rule(cast, after_days=0, show_days=30)
    assert public(MONDAY + timedelta(days=30)) == {case.pk}
    assert public(MONDAY + timedelta(days=31)) == set()


def test_a_refusal_is_public_like_a_grant(cast: Cast) -> None:
    case = decided_on(MONDAY, decided_case(cast, granted=False))
    rule(cast, after_days=0)
    assert public(MONDAY) == {case.pk}


@pytest.mark.parametrize("status", CaseStatus.values)
def test_only_decided_cases_are_public(status: str, case: Case, cast: Cast) -> None:
    rule(cast, after_days=0)
    decided_on(MONDAY, case, status=status)
    assert public(MONDAY) == ({case.pk} if status in AFTER_DECISION else set())


def test_what_is_not_decided_is_not_public(cast: Cast) -> None:
    rule(cast, after_days=0)
    received_case()
    accepted_case()
    assert public(timezone.localdate() + timedelta(days=9)) == set()


def test_a_rule_of_an_item_stands_in_place_of_the_general_one(case: Case, cast: Cast) -> None:
    rule(cast, after_days=0)
    own = rule(cast, item=case.item, after_days=0, is_public=False)
    assert public(MONDAY) == set()
    PublicityRule.objects.filter(pk=own.pk).update(is_public=True, after_days=3)
    assert public(MONDAY) == set()
    assert public(date(2026, 6, 4)) == {case.pk}


def test_a_rule_of_an_item_speaks_of_that_item_only(case: Case, cast: Cast) -> None:
    rule(cast, item=ServiceItem.objects.get(code="BDC-01"), after_days=0)
    assert public(MONDAY) == set()


def test_a_general_rule_may_speak_of_licences_only(cast: Cast) -> None:
    licence = decided_on(MONDAY, decided_case(cast, "TZ-09"))
    other = decided_on(MONDAY, decided_case(cast, "BDC-01"))
    assert licence.definition.item_type == "行政许可"
    assert other.definition.item_type != "行政许可"
    found = rule(cast, after_days=0, licences_only=True)
    assert public(MONDAY) == {licence.pk}
    PublicityRule.objects.filter(pk=found.pk).update(licences_only=False)
    assert public(MONDAY) == {licence.pk, other.pk}


def test_cases_of_persons_can_be_held_back(case: Case, cast: Cast) -> None:
    found = rule(cast, after_days=0)
    applicant = private_person()
    case.application.applicant_kind = applicant.kind
    case.application.save()
    assert public(MONDAY) == {case.pk}
    PublicityRule.objects.filter(pk=found.pk).update(persons=False)
    assert public(MONDAY) == set()


def test_a_rule_of_another_centre_says_nothing_here(case: Case, cast: Cast) -> None:
    other = type(cast.center).objects.exclude(pk=cast.center.pk).first()
    PublicityRule.objects.create(center=other, licences_only=False, after_days=0)
    assert public(MONDAY) == set()


def test_the_number_of_queries_does_not_grow_with_the_rules(case: Case, cast: Cast, django_assert_num_queries) -> None:
    rule(cast, after_days=0)
    for number, item in enumerate(ServiceItem.objects.exclude(pk=case.item_id)):
        rule(cast, item=item, after_days=number)
    public(MONDAY)  # the calendar is read and kept
    with django_assert_num_queries(2):
        public(MONDAY)


def test_there_is_one_rule_for_each_scope(case: Case, cast: Cast) -> None:
    for item in (None, case.item):
        rule(cast, item=item)
        with pytest.raises(IntegrityError), transaction.atomic():
            rule(cast, item=item)


def test_a_decision_cannot_be_held_back_beyond_seven_working_days(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        PublicityRule(center=cast.center, after_days=8).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(cast, after_days=8)


def test_the_rule_of_a_new_portal_is_made_once_and_peoples_changes_stay(cast: Cast) -> None:
    PublicityRule.keep_general(cast.center)
    PublicityRule.objects.update(after_days=5)
    PublicityRule.keep_general(cast.center)
    assert [(rule.after_days, rule.licences_only) for rule in PublicityRule.objects.all()] == [(5, True)]
