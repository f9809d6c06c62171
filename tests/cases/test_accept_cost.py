"""What one acceptance may cost the database: it is what a window does sixty times a day, twenty windows at once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.cases.intake.outcomes import accept
from portal.cases.models import Case
from portal.documents.models import Document
from portal.handover.models import Slip, SlipLine
from portal.organisations.models import User
from tests.cast import Cast, received_case


@pytest.mark.django_db
def test_accepting_for_six_departments_takes_at_most_sixty_queries(cast: Cast) -> None:
    case = Case.objects.get(pk=received_case("TZ-09").pk)
    receiver = User.objects.get(pk=cast.receiver.pk)
    with CaptureQueriesContext(connection) as asked:
        accept(case, by=receiver)
    assert Slip.objects.filter(case=case).count() == 6
    assert len(asked) <= 60


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
