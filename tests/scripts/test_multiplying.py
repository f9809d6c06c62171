"""The bench's large year is a house that could be: every number its own and of a series without gaps."""

from __future__ import annotations

from collections import defaultdict

import pytest

from portal.cases.models import Application, Case, Task
from portal.cases.numbers import ApplicationNumber, CaseNumber, counter_of_applications, counter_of_cases
from portal.documents.models import Counter, Document
from portal.documents.numbers import PaperNumber
from portal.handover.models import Slip
from portal.handover.numbers import SlipCode, counter_of_slips
from tests.bench.bulk import _tables
from tests.bench.multiply import multiply
from tests.cast import Cast, accepted_case, received_case

pytestmark = pytest.mark.django_db
TIMES = 3


def series() -> dict[str, list[int]]:
    """The serials that are given out, read from the numbers themselves."""
    found = defaultdict(list)
    for text in Application.objects.values_list("number", flat=True):
        application = ApplicationNumber.parse(text)
        found[counter_of_applications(application.day)].append(application.serial)
    for text in Case.objects.exclude(number=None).values_list("number", flat=True):
        case = CaseNumber.parse(text)
        found[counter_of_cases(case.letter, case.day)].append(case.serial)
    for text in Slip.objects.values_list("code", flat=True):
        slip = SlipCode.parse(text)
        found[counter_of_slips(slip.year)].append(slip.serial)
    for text in Document.objects.values_list("number", flat=True):
        paper = PaperNumber.parse(text)
        found[paper.series].append(paper.serial)
    return found


def test_copies_take_the_numbers_that_follow_and_the_counters_stand_behind_them(cast: Cast) -> None:
    for _ in range(2):
        accepted_case("TZ-09")
    received_case("BDC-01")
    multiply(_tables(), TIMES)
    assert Case.objects.count() == 3 * (TIMES + 1)
    for name, serials in series().items():
        assert sorted(serials) == list(range(1, len(serials) + 1)), name
        assert Counter.objects.get(series=name).last == len(serials)
    assert accepted_case("TZ-09").number not in {None, ""}


def test_a_copy_holds_together_as_its_model_does(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    multiply(_tables(), TIMES)
    copy = Case.objects.order_by("-pk")[0]
    assert copy.application_id != case.application_id
    assert copy.application.applicant_name != case.application.applicant_name
    assert copy.slips.count() == case.slips.count() > 1
    assert {slip.document.kind for slip in copy.slips.all()} == {"handover"}
    assert set(Task.objects.filter(case=copy).values_list("step")) == set(case.tasks.values_list("step"))
    assert copy.received_at < case.received_at
