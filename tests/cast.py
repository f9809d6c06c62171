"""A fixed cast with fixed rights: who receives, who signs, who decides, who hands out, and who must see nothing.

Everything comes from `site/content`, so that tests speak of the real items: TZ-09 has a lead and five cooperating
departments, BDC-01 a parallel stage before the lead, SS-02 is decided at the window.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from portal.cases.decision.decide import decide
from portal.cases.decision.findings import NOTHING, Findings, requirements
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.intake.receive import Applicant, receive
from portal.cases.models import Case, Task
from portal.cases.routes.opinions import answer
from portal.cases.states import TaskStatus
from portal.catalog.editions.publishing import publish
from portal.catalog.exchange.content import load_items
from portal.catalog.exchange.form_files import answers_of
from portal.catalog.exchange.guides import examples
from portal.catalog.models import ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.handover.models import Slip
from portal.handover.signing import sign
from portal.jobs.models import Promise
from portal.organisations.content import load_organisations
from portal.organisations.models import Organisation, Post, Role, ServiceCenter, User, Window, Zone
from portal.pickup.settling import Settled
from portal.workdays.models import MOVE_DEADLINES, CalendarChange
from portal.workdays.seed import seed_workdays

PERSON = "330602199001010001"
OTHER_PERSON = "330603198512310008"
COMPANY = "91330602MA9999996P"


CENTRE = "sx-center"
BRANCH = "br-pj"
BRANCH_WINDOW = "P01"


@dataclass
class Branch:
    """People of another centre, with the same roles, zones and departments as those of the city's own."""

    receiver: User
    issuer: User
    supervisor: User

    def officer(self, code: str) -> User:
        roles = (Role.DEPT_RECEIVER, Role.OFFICER)
        return person(f"branch-{code}-office", [(role, "", code) for role in roles], center=BRANCH)

    def decider(self, code: str) -> User:
        return person(f"branch-{code}-chief", [(Role.DECIDER, "", code)], center=BRANCH)


@dataclass
class Cast:
    """Everybody a test may need; department people are made when they are first asked for."""

    center: ServiceCenter
    receiver: User
    second_receiver: User
    estate_receiver: User
    business_receiver: User
    window_lead: User
    issuer: User
    supervisor: User
    editor: User
    nobody: User

    def officer(self, code: str) -> User:
        """承办人 and 部门收件员 of a department, given by its organisation code."""
        return person(f"{code}-office", [(role, "", code) for role in (Role.DEPT_RECEIVER, Role.OFFICER)])

    def decider(self, code: str) -> User:
        return person(f"{code}-chief", [(Role.DECIDER, "", code)])

    @property
    def publisher(self) -> User:
        return person("publisher", [(Role.CATALOG_ADMIN, "", "")])

    @property
    def branch(self) -> Branch:
        """The second centre; its one window serves every zone: nothing but the centre tells its people apart."""
        window, created = Window.objects.get_or_create(
            code=BRANCH_WINDOW,
            defaults={"name": "分中心综合窗口", "center": ServiceCenter.objects.get(code=BRANCH)},
        )
        if created:
            window.zones.set(Zone.objects.all())
        return Branch(
            receiver=person("branch-receiver", [(Role.RECEIVER, BRANCH_WINDOW, "")], center=BRANCH),
            issuer=person("branch-issuer", [(Role.ISSUER, BRANCH_WINDOW, "")], center=BRANCH),
            supervisor=person("branch-supervisor", [(Role.SUPERVISOR, "", "")], center=BRANCH),
        )


def person(username: str, posts: list[tuple[str, str, str]], *, center: str = CENTRE) -> User:
    """A user with posts (role, window code, organisation code) in one centre; made once."""
    user, created = User.objects.get_or_create(username=username, defaults={"display_name": username})
    if created:
        place = ServiceCenter.objects.get(code=center)
        for role, window, organisation in posts:
            Post.objects.create(
                user=user,
                role=role,
                center=place,
                window=Window.objects.get(code=window) if window else None,
                organisation=Organisation.objects.get(code=organisation) if organisation else None,
            )
    return User.objects.get(pk=user.pk)


@cache
def starting_items() -> tuple[ItemDefinition, ...]:
    """The items of the starting content, read once per process: definitions are frozen."""
    return tuple(load_items(settings.CONTENT_DIR))


def build_cast(items: tuple[str, ...] = ("TZ-09", "BDC-01", "SS-02")) -> Cast:
    """Load bodies, calendar and the named items, and put everybody at their post."""
    load_organisations(settings.CONTENT_DIR)
    seed_workdays()
    settle_calendar()
    for definition in starting_items():
        if definition.code in items:
            publish(definition, by=None)
    return find_cast()


def hold_posts_since(day: date) -> None:
    """Everybody has been at their post since then: for tests that stop the clock on an earlier or later day."""
    Post.objects.update(valid_from=day)


def settle_calendar() -> None:
    """The calendar has stood for long: nothing waits to be moved by it."""
    CalendarChange.objects.update(finished_at=timezone.now())
    Promise.objects.filter(kind=MOVE_DEADLINES).delete()


def find_cast() -> Cast:
    """Everybody at their post, in a house that stands."""
    return Cast(
        center=ServiceCenter.objects.get(code=CENTRE),
        receiver=person("receiver", [(Role.RECEIVER, "A01", "")]),
        second_receiver=person("receiver-2", [(Role.RECEIVER, "A01", "")]),
        estate_receiver=person("estate-receiver", [(Role.RECEIVER, "C01", "")]),
        business_receiver=person("business-receiver", [(Role.RECEIVER, "B01", "")]),
        window_lead=person("window-lead", [(Role.WINDOW_LEAD, "A01", "")]),
        issuer=person("issuer", [(Role.ISSUER, "Z01", "")]),
        supervisor=person("supervisor", [(Role.SUPERVISOR, "", "")]),
        editor=person("editor", [(Role.CATALOG_EDITOR, "", "")]),
        nobody=person("nobody", []),
    )


def company(**changes: Any) -> Applicant:
    """A company as it is typed at the window."""
    fields = {
        "kind": "body",
        "name": "绍兴示例建设有限公司",
        "identity_kind": "001",
        "identity_number": COMPANY,
        "legal_representative": "示例甲",
        "contact_name": "示例乙",
        "contact_phone": "13800000000",
    }
    return Applicant(**{**fields, **changes})


def private_person(**changes: Any) -> Applicant:
    fields = {
        "kind": "person",
        "name": "示例丙",
        "identity_kind": "111",
        "identity_number": PERSON,
        "contact_name": "示例丙",
        "contact_phone": "13900000000",
    }
    return Applicant(**{**fields, **changes})


AGAIN = "另一个项目"
"""Why a window goes on although the same applicant has an open case of the item, as most of the cast's cases do."""
PAID = Settled("paid", "浙财票0001号")
"""What the counter finds where a fee is due."""
RECEIVERS = {
    "A01": "receiver",
    "B01": "business-receiver",
    "C01": "estate-receiver",
    "E01": "utility-receiver",
    "X01": "supply-receiver",
    "X02": "archive-receiver",
}
WINDOWS = {"TZ": "A01", "SS": "B01", "BDC": "C01", "GY": "E01"}
PROFESSIONAL = {"GY-04": "X01", "GY-05": "X01", "BDC-05": "X02"}


def received_case(code: str = "TZ-09", *, applicant: Applicant | None = None, complete: bool = True) -> Case:
    """A case at the window, with all its materials in and sound unless `complete` is False."""
    window = Window.objects.get(code=PROFESSIONAL.get(code) or WINDOWS[code.split("-")[0]])
    by = person(RECEIVERS[window.code], [(Role.RECEIVER, window.code, "")])
    item = ServiceItem.objects.get(code=code)
    situation, answers = asked(item.edition_in_force.parsed)
    case = receive(
        item=item,
        applicant=applicant or company(),
        window=window,
        by=by,
        key=uuid.uuid4(),
        situation=situation,
        answers=answers,
        in_spite_of=AGAIN,
    )
    if complete:
        check_materials(case, good_rows(case), by=by)
    return case


def asked(definition: ItemDefinition) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an applicant answers: the example of the item's guide, or the first answer of every question."""
    example = examples(settings.CONTENT_DIR).get(definition.code) if definition.form else None
    first = {question.key: question.choices[0].key for question in definition.questions}
    return answers_of(definition, example) if example else (first, {})


def good_rows(case: Case) -> list[dict[str, Any]]:
    """Every material of the list received in full and found sound."""
    return [
        {
            "key": material.key,
            "received": True,
            "way": "1",
            "originals": material.original_copies,
            "photocopies": material.photocopies,
            "pages": 2,
            "verdict": "good",
            "reason": "",
        }
        for material in case.definition.materials_for(case.situation)
    ]


def accepted_case(code: str = "TZ-09") -> Case:
    case = received_case(code)
    accept(case, by=User.objects.get(username=RECEIVERS[case.application.window.code]))
    return case


def sign_all(case: Case, cast: Cast) -> None:
    """Every department with an open slip signs for it."""
    for slip in Slip.objects.waiting().filter(case=case, direction="to_department").select_related("department"):
        sign(slip, by=cast.officer(slip.department.code))


def answer_all(case: Case, cast: Cast) -> None:
    """Every department with a review or an opinion at hand agrees."""
    for task in Task.objects.filter(case=case, status=TaskStatus.WORKING).exclude(kind="decision"):
        answer(task, by=cast.officer(task.department.code), outcome="agree", opinion="")


def case_to_decide(cast: Cast, code: str = "TZ-09") -> Case:
    """A case whose decision task is the only one left."""
    case = accepted_case(code)
    for _ in range(4):
        sign_all(case, cast)
        answer_all(case, cast)
    case.refresh_from_db()
    return case


def reasoned(case: Case, **changes: Any) -> Findings:
    """What a sound refusal of this case rests on: its first condition is not met."""
    found = {
        "facts": "经核对材料和现场照片，基坑支护尚未完成。",
        "unmet": (next(iter(requirements(case))),),
        "reasons": "施工条件没有落实，与办事指南所列的条件不一致。",
        "basis": "《示例条例》第一条",
    }
    return Findings(**{**found, **changes})


def decided_case(cast: Cast, code: str = "TZ-09", *, granted: bool = True) -> Case:
    case = case_to_decide(cast, code)
    task = case.tasks.get(kind="decision")
    findings = NOTHING if granted else reasoned(case)
    decide(task, by=cast.decider(task.department.code), granted=granted, findings=findings)
    case.refresh_from_db()
    return case
