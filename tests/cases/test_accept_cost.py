"""What one acceptance may cost the database: it is what a window does sixty times a day, twenty windows at once."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.cases.intake.outcomes import accept
from portal.cases.models import Case
from portal.cases.models.acting import acting
from portal.documents.models import Counter, Document
from portal.handover.models import Slip, SlipLine
from portal.lib.refusal import Refused
from portal.organisations.models import User
from tests.cast import Cast, received_case


def statements_of_accepting(case: Case, by: User) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        accept(case, by=by)
    return [query["sql"] for query in asked.captured_queries]


def is_taking(statement: str) -> bool:
    return "documents_counter" in statement


@pytest.mark.django_db
def test_accepting_for_six_departments_takes_at_most_45_queries(cast: Cast) -> None:
    case = Case.objects.get(pk=received_case("TZ-09").pk)
    asked = statements_of_accepting(case, User.objects.get(pk=cast.receiver.pk))
    assert Slip.objects.filter(case=case).count() == 6
    assert len(asked) <= 45


@pytest.mark.django_db
def test_numbers_are_taken_behind_everything_that_does_without_one(cast: Cast) -> None:
    """From the first number to the end of the transaction every other window waits: short, and nothing is looked up."""
    asked = statements_of_accepting(Case.objects.get(pk=received_case("TZ-09").pk), cast.receiver)
    waited = asked[next(at for at, statement in enumerate(asked) if is_taking(statement)) :]
    assert sum(is_taking(statement) for statement in waited) == 4
    assert len(waited) <= 21
    for statement in waited:
        looked_up = re.search(r'(?:FROM|UPDATE) "(cases_task|cases_casematerial|organisations_|workdays_)', statement)
        assert looked_up is None, statement
        assert not statement.startswith("SAVEPOINT")


@pytest.mark.django_db
def test_a_number_costs_one_statement(db: None) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert [Counter.take("a series of its own"), *Counter.take_many("a series of its own", 3)] == [1, 2, 3, 4]
    assert sum("documents_counter" in query["sql"] for query in asked) == 2


@pytest.mark.django_db
def test_what_is_put_off_is_done_in_its_order_when_the_outermost_verb_ends(cast: Cast) -> None:
    case, done = received_case("TZ-09"), []
    with acting(case):
        case.at_last(lambda: done.append("first"))
        with acting(case):
            case.at_last(lambda: (done.append("second"), case.at_last(lambda: done.append("third"))))
        assert done == []
    assert done == ["first", "second", "third"]


@pytest.mark.django_db
def test_a_refused_verb_does_nothing_of_what_it_put_off(cast: Cast) -> None:
    case, done = received_case("TZ-09"), []
    with pytest.raises(Refused), acting(case):
        case.at_last(lambda: done.append("never"))
        raise Refused("否")
    with pytest.raises(RuntimeError):
        case.at_last(lambda: done.append("never"))
    with acting(case):
        pass
    assert done == []


@pytest.mark.django_db
def test_slips_made_together_are_numbered_in_their_order_and_each_lists_the_papers(cast: Cast) -> None:
    case = received_case("TZ-09")
    accept(case, by=cast.receiver)
    slips = list(Slip.objects.filter(case=case).order_by("pk").select_related("document"))
    serials = [slip.document.serial for slip in slips]
    assert serials == list(range(serials[0], serials[0] + 6))
    assert sorted(slip.code for slip in slips) == [slip.code for slip in slips]
    for slip in slips:
        assert slip.document.content["code"] == slip.code
        assert slip.document.content["taker"] == slip.department.full_name
        assert slip.round == 1
        assert SlipLine.objects.filter(slip=slip).count() == case.materials.filter(received=True).count()
    assert Document.objects.filter(kind="handover", cases=case).count() == 6
