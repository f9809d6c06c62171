"""The verb itself knows who applied before: two windows at once are warned like one after the other."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from portal.cases import integrity
from portal.cases.intake.receive import receive
from portal.cases.models import Application, Case, Event
from portal.catalog.models import ServiceItem
from portal.documents.models import Counter
from portal.lib.refusal import Refused
from portal.organisations.models import Role, User, Window
from tests.cast import COMPANY, Cast, build_cast, company, person, received_case
from tests.races import at_once, lock_off, must_go_wrong


def take(by: User, *, why: str = "", **changes: Any) -> Case:
    item, window = ServiceItem.objects.get(code="TZ-09"), Window.objects.get(code="A01")
    key = uuid.uuid4()
    return receive(item=item, applicant=company(**changes), window=window, by=by, key=key, in_spite_of=why)


@pytest.mark.django_db
def test_the_same_person_with_the_same_item_is_taken_in_again_only_with_a_reason(cast: Cast) -> None:
    earlier = take(cast.receiver)
    for why in ("", "   "):
        with pytest.raises(Refused, match=f"办件{earlier}没有办完.*请写明理由") as refused:
            take(cast.second_receiver, why=why)
        assert refused.value.field == "in_spite_of"
    assert Application.objects.count() == Case.objects.count() == 1
    assert list(integrity.problems()) == []


@pytest.mark.django_db
def test_that_it_was_confirmed_is_an_event_of_the_new_case_without_the_number(cast: Cast) -> None:
    earlier = take(cast.receiver)
    again = take(cast.second_receiver, why="另一处工地")
    event = again.events.get(verb="confirm_again")
    assert (event.actor, event.seq) == (cast.second_receiver, 2)
    assert str(earlier) in event.text
    assert "另一处工地" in event.text
    assert COMPANY not in event.text
    assert not earlier.events.filter(verb="confirm_again").exists()


@pytest.mark.django_db
def test_one_identity_under_another_name_is_confirmed_as_well(cast: Cast) -> None:
    take(cast.receiver)
    with pytest.raises(Refused, match="以前登记的名称是“绍兴示例建设有限公司”"):
        take(cast.receiver, name="绍兴示例实业有限公司")
    renamed = take(cast.receiver, why="企业已经更名", name="绍兴示例实业有限公司")
    assert renamed.events.get(verb="confirm_again").text.endswith("企业已经更名")


@pytest.mark.django_db
def test_a_reason_that_nothing_asked_for_leaves_no_event(cast: Cast) -> None:
    assert not take(cast.receiver, why="另一处工地").events.filter(verb="confirm_again").exists()


# -- two windows at once -------------------------------------------------------------------------------------------


def windows_at_once() -> bool:
    """Whether of two windows that take in the same company at one instant exactly one is asked."""
    hands = [person(f"hand-{number}", [(Role.RECEIVER, "A01", "")]) for number in range(2)]
    Case.objects.filter(status="received").update(status="withdrawn")
    outcomes = at_once([lambda by=by: bool(take(by)) for by in hands])
    asked = [one for one in outcomes if isinstance(one, Refused) and one.field == "in_spite_of"]
    return outcomes.count(True) == 1 and len(asked) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_two_windows_at_once_the_second_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    build_cast()
    assert all(windows_at_once() for _ in range(5))
    assert not Event.objects.filter(verb="confirm_again").exists()
    assert received_case().events.filter(verb="confirm_again").exists()
    free = iter(range(1000, 9000))
    monkeypatch.setattr(Counter, "take", classmethod(lambda cls, series: next(free)))  # nobody waits for a number
    with lock_off(monkeypatch):
        must_go_wrong(windows_at_once)
