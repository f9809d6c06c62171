"""1+X and the branches: the windows of the starting content beside the five zones, with the people of its demo.

A case of each is played through from the window to the applicant's hands.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from portal.cases import integrity
from portal.cases.decision.decide import decide
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.intake.receive import receive
from portal.cases.models import Case
from portal.cases.routes.opinions import answer
from portal.catalog.items.taking import ranges, taken_in_at, windows_for
from portal.catalog.models import ServiceItem
from portal.catalog.papers.hall_papers import window_sign
from portal.desk.demo import load_demo_accounts
from portal.handover.signing import sign
from portal.lib.refusal import Refused
from portal.organisations.models import Organisation, User, Window, Zone
from portal.pickup.delivering import deliver
from portal.pickup.models import Delivery
from portal.pickup.results import NewResult, take_in, transfer_result
from portal.pickup.settling import NOTHING_SETTLED
from tests.cast import PAID, PERSON, Cast, asked, build_cast, company, good_rows
from tests.desk.test_screens import at_desk

pytestmark = [pytest.mark.django_db, pytest.mark.once]
BRANCH_ITEMS = ["TZ-01", "SS-01", "SS-02", "SS-03", "GY-01"]
TRIED = ("TZ-09", "SS-03", "SS-02", "GY-01", "GY-04", "GY-05", "BDC-05", "BDC-01", "TZ-01", "SS-01")


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> Callable[[str], User]:
    """The people of the demo by their names of sign-in, in a house with the items that these windows name."""
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    build_cast(TRIED)
    load_demo_accounts(django_settings.CONTENT_DIR)
    return lambda username: User.objects.get(username=username)


def window(code: str) -> Window:
    return Window.objects.get(code=code)


def take(code: str, at: str, by: User) -> Case:
    item = ServiceItem.objects.get(code=code)
    situation, answers = asked(item.edition_in_force.parsed)
    words = {"situation": situation, "answers": answers}
    return receive(item=item, applicant=company(), window=window(at), by=by, key=uuid.uuid4(), **words)


def codes(user: User) -> list[str]:
    """What the finder of somebody at a window offers."""
    page = at_desk(user).get(reverse("desk_intake"))
    return sorted(item.code for item in page.context["items"])


def play(case: Case, by: User, office: Callable[[str], User], chief: User) -> Case:
    """Accepted, signed for, answered and decided."""
    check_materials(case, good_rows(case), by=by)
    accept(case, by=by)
    for _ in range(3):
        for slip in case.slips.waiting().select_related("department"):
            sign(slip, by=office(slip.department.code))
        for task in case.tasks.filter(status="working").exclude(kind="decision").select_related("department"):
            task.case = case
            answer(task, by=office(task.department.code), outcome="agree", opinion="")
    decide(case.tasks.get(kind="decision"), by=chief, granted=True)
    return Case.objects.get(pk=case.pk)


def hand_out(case: Case, officer: User, issuer: User) -> Case:
    slip = transfer_result(case, [NewResult("许可证", "1")], set(), by=officer)
    take_in(slip, "A架1层", by=issuer)
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    who = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}
    settled = PAID if case.definition.fee.charged else NOTHING_SETTLED
    deliver(Delivery.objects.get(case=case), by=issuer, code=code, settled=settled, **who)
    return Case.objects.get(pk=case.pk)


def test_a_case_of_the_branch_is_played_from_its_window_to_the_hand_of_the_applicant(
    demo: Callable[[str], User],
) -> None:
    clerk, office, issuer = demo("bh-window"), demo("bh-office"), demo("bh-issuer")
    case = play(take("SS-03", "BH01", clerk), clerk, lambda department: office, demo("bh-chief"))
    done = hand_out(case, office, issuer)
    assert (done.status, done.outcome) == ("delivered", "granted")
    assert done.application.center.name.startswith("滨海新城")
    assert list(integrity.problems()) == []
    assert demo("bh-supervisor") in [user for user in User.objects.all() if sees(user, done)]
    outsiders = ("ss-window", "issuer", "supervisor", "scjg-office", "scjg-chief", "tz-window")
    assert not [name for name in outsiders if sees(demo(name), done)]


def sees(user: User, case: Case) -> bool:
    return Case.objects.visible_to(user).filter(pk=case.pk).exists()


def test_a_case_of_a_professional_window_is_played_through_by_the_departments_of_the_centre(
    demo: Callable[[str], User],
) -> None:
    names = {"sx-jsj": "jsj", "sx-gaj": "gaj", "sx-ghj": "ghj"}
    clerk = demo("zy-supply")
    case = play(take("GY-04", "X01", clerk), clerk, lambda code: demo(f"{names[code]}-office"), demo("jsj-chief"))
    done = hand_out(case, demo("jsj-office"), demo("issuer"))
    assert (done.status, done.application.window.code) == ("delivered", "X01")
    assert list(integrity.problems()) == []


FOREIGN = [
    ("gy-window", "E01", "GY-04"),
    ("gy-window", "E01", "GY-05"),
    ("bdc-window", "C01", "BDC-05"),
    ("zy-supply", "X01", "GY-01"),
    ("zy-archive", "X02", "BDC-01"),
    ("bh-window", "BH01", "TZ-09"),
]
"""Who, at which window, has nothing to do with which item."""


def test_a_window_takes_in_nothing_that_is_another_s(demo: Callable[[str], User]) -> None:
    for who, at, code in FOREIGN:
        with pytest.raises(Refused, match="不受理"):
            take(code, at, demo(who))
        answer = at_desk(demo(who)).get(reverse("desk_intake_item", args=[code]))
        assert answer.status_code == 404, (who, code)
    assert not Case.objects.exists()


def test_the_finder_offers_what_the_window_takes_in_and_nothing_else(demo: Callable[[str], User]) -> None:
    assert codes(demo("bh-window")) == sorted(BRANCH_ITEMS)
    assert codes(demo("zy-supply")) == ["GY-04", "GY-05"]
    assert codes(demo("zy-archive")) == ["BDC-05"]
    assert codes(demo("gy-window")) == ["GY-01"]
    assert codes(demo("bdc-window")) == ["BDC-01"]
    assert set(codes(demo("tz-window"))) == {"TZ-01", "TZ-09"}


def test_signs_and_guides_say_the_same_as_intake(demo: Callable[[str], User]) -> None:
    sign_of = {code: window_sign(window(code))["entries"] for code in ("X01", "X02", "E01", "BH01")}
    assert sign_of["X01"] == ["城市供水报装接入", "管道燃气报装接入"]
    assert sign_of["X02"] == ["不动产登记资料查询"]
    assert sign_of["E01"] == ["城镇污水排入排水管网许可证核发"]
    assert len(sign_of["BH01"]) == 5
    named = {code: [one.code for one in windows_for(ServiceItem.objects.get(code=code))] for code in ("GY-04", "TZ-01")}
    assert named == {"GY-04": ["X01"], "TZ-01": ["A01", "BH01"]}


def test_what_is_said_of_one_item_is_said_of_many(demo: Callable[[str], User]) -> None:
    """Also of a professional window that goes by its department, and of one that has none."""
    city = window("A01").center
    builders = Organisation.objects.get(code="sx-jsj")
    for code, body in (("X08", builders), ("X09", None)):
        made = Window.objects.create(code=code, name=code, kind="professional", center=city, organisation=body)
        made.zones.set(Zone.objects.all())
    for one in Window.objects.all():
        known = ranges([one])[one.pk]
        place = {item.code: {"code": item.code, "zone": item.zone_id, "lead": item.lead_id} for item in items()}
        said = {code for code, where in place.items() if known.covers(**where)}
        assert said == set(taken_in_at([one]).values_list("code", flat=True)), one.code
    assert not taken_in_at([window("X09")]).exists()
    assert {"TZ-09", "GY-01"} <= set(taken_in_at([window("X08")]).values_list("code", flat=True))


def items() -> list[ServiceItem]:
    return list(ServiceItem.objects.all())


@pytest.mark.parametrize("text", ["TZ09", "TZ-09。GY-04", "施工许可"])
def test_what_is_no_code_is_told_beside_its_field(cast: Cast, text: str) -> None:
    with pytest.raises(ValidationError, match="不是事项编码"):
        Window(code="X07", name="窗口", center=window("A01").center, only_items=text).full_clean()
