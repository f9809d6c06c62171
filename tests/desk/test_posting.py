"""Every verb of every register × every role: the form is sent filled in, and only the holders of the post act.

Whoever may see a page may not therefore do what it offers: here they send what the page would send.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import deem_accepted
from portal.cases.models import Application, Case, CaseFile, CaseMaterial, Event, Task
from portal.catalog.care.health import HealthReport
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.handbook.order import order_handbook
from portal.catalog.models import GuideFeedback, Handbook, ServiceItem, Waiver
from portal.documents.models import Counter, Document
from portal.handover.models import Custody, Slip
from portal.jobs.models import Promise, PromiseStatus
from portal.organisations.models import Role, User, Zone
from portal.pickup.models import Delivery, Result
from tests.cast import (
    PERSON,
    Cast,
    accepted_case,
    case_to_decide,
    decided_case,
    good_rows,
    person,
    received_case,
    sign_all,
)
from tests.desk.test_permissions import ROWS, client_of, named, waiver_asked_for
from tests.desk.test_screens import intake_data
from tests.files import PDF
from tests.stages import bounced, in_correction, in_department, in_transfer, ready, withdrawn

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LEAD = "sx-jsj"
WINDOW = frozenset({"receiver", "second_receiver", "window_lead"})
OFFICE = frozenset({"publisher"})
OFTEN_REFUSED = {302, 403, 404, 405}


@dataclass(frozen=True)
class Posting:
    """A verb as it is sent: the thing it is done to, the filled form, and who alone may do it."""

    build: Callable[[Cast], Any]
    holders: frozenset[str]
    body: Callable[[Any], dict[str, Any]] = field(default=lambda thing: {})
    address: Callable[[Any], list[object]] = field(default=lambda thing: [thing.pk])


def people(cast: Cast) -> dict[str, User | None]:
    """Every role at the place of the case, in another department, another zone, another centre, and nowhere."""
    branch = cast.branch
    return {
        "receiver": cast.receiver,
        "second_receiver": cast.second_receiver,
        "window_lead": cast.window_lead,
        "guide": person("guide", [(Role.GUIDE, "A01", "")]),
        "courier": person("courier", [(Role.COURIER, "A01", "")]),
        "estate_receiver": cast.estate_receiver,
        "issuer": cast.issuer,
        "lead_officer": cast.officer(LEAD),
        "lead_reviewer": person("lead-reviewer", [(Role.REVIEWER, "", LEAD)]),
        "lead_decider": cast.decider(LEAD),
        "asked_officer": cast.officer("sx-rfb"),
        "asked_decider": cast.decider("sx-rfb"),
        "other_officer": cast.officer("sx-gtj"),
        "supervisor": cast.supervisor,
        "archivist": person("archivist", [(Role.ARCHIVIST, "", "")]),
        "publisher": person("publisher", [(Role.CATALOG_ADMIN, "", "")]),
        "lawyer": person("lawyer", [(Role.LEGAL_REVIEWER, "", "")]),
        "editor": cast.editor,
        "branch_receiver": branch.receiver,
        "branch_issuer": branch.issuer,
        "branch_supervisor": branch.supervisor,
        "branch_officer": branch.officer(LEAD),
        "branch_decider": branch.decider(LEAD),
        "nobody": cast.nobody,
        "root": User.objects.create_superuser("root", password="x"),
        "anonymous": None,
    }


def checklist(case: Case) -> dict[str, Any]:
    rows = good_rows(case)
    data: dict[str, Any] = {"m-TOTAL_FORMS": len(rows), "m-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        ticked = {**row, "received": "on"}
        data |= {f"m-{number}-{name}": value for name, value in ticked.items()}
    return data


def all_in(cast: Cast) -> Case:
    case = in_correction(cast)
    check_materials(case, good_rows(case), by=cast.receiver)
    return case


def brought_later(cast: Cast) -> Case:
    """Accepted by silence, signed for, and what was missing is at the window now."""
    case = received_case(complete=False)
    Case.objects.filter(pk=case.pk).update(acceptance_due=timezone.localdate() - timedelta(days=1))
    deem_accepted(case)
    sign_all(case, cast)
    check_materials(case, good_rows(case), by=cast.receiver)
    return case


def one_result(thing: Case) -> dict[str, Any]:
    return {"name": "许可证", "number": "1", "originals": 1, "duplicates": 0, "shelf": "A架"}


def a_scan(case: Case) -> dict[str, Any]:
    file = SimpleUploadedFile("扫描件.pdf", PDF)
    return {"material": case.materials.first().key, "upload": file}


def handed_over(case: Case) -> dict[str, Any]:
    notice = case.documents.get(kind="acceptance")
    return {"document": notice.pk, "way": "in_person", "at": notice.issued_at, "receiver": "示例乙"}


def collector(delivery: Delivery) -> dict[str, Any]:
    code = delivery.case.documents.get(kind="pickup_notice").content["pickup_code"]
    return {"code": code, "name": "示例乙", "identity_kind": "111", "identity_number": PERSON}


def another_name(case: Case) -> dict[str, Any]:
    names = {"applicant_name": "绍兴示例实业有限公司", "legal_representative": "示例甲", "contact_name": "示例乙"}
    return {**names, "reason": "名称填错"}


def because(thing: Any) -> dict[str, Any]:
    return {"reason": "核对后发现有误"}


def slip_to_lead(cast: Cast) -> Slip:
    return accepted_case().slips.get(department__code=LEAD)


def result_slip(cast: Cast) -> Slip:
    return in_transfer(cast).slips.get(direction="to_window")


def slip_home(cast: Cast) -> Slip:
    case = in_department(cast)
    withdraw(case, by=cast.receiver, reason="项目暂缓")
    return case.slips.get(direction="home")


def kept_in_department(cast: Cast) -> Case:
    """Ended before the portal made slips for the way home."""
    slip = slip_home(cast)
    Slip.objects.filter(pk=slip.pk).update(status="cancelled")
    Custody.objects.hand_over(Custody.objects.travelling_on(slip), to="department", organisation=slip.department)
    return slip.case


def withdrawn_item(cast: Cast) -> ServiceItem:
    item = ServiceItem.objects.get(code="TZ-09")
    withdraw_item(item, by=None, reason="暂停")
    return item


def dead_promise(cast: Cast) -> Promise:
    received_case()
    return Promise.objects.create(kind="documents.render", key="posting", args={}, status=PromiseStatus.DEAD)


def failed_handbook(cast: Cast) -> Handbook:
    handbook = order_handbook(Zone.objects.get(code="business"), None, uuid.uuid4())
    handbook.give_up("RuntimeError: 打印失败")
    Promise.objects.filter(pk__in=handbook.promises()).update(status=PromiseStatus.DEAD)
    return handbook


def remark(cast: Cast) -> GuideFeedback:
    return GuideFeedback.leave(
        ServiceItem.objects.get(code="TZ-09"), key=uuid.uuid4(), part="fee", text="收费标准变了。"
    )


COLLECTOR = {"name": "示例乙", "identity_kind": "111", "identity_number": PERSON}
POSTINGS: dict[str, Posting] = {
    "desk_intake_item": Posting(
        lambda cast: ServiceItem.objects.get(code="TZ-09"), WINDOW, lambda item: intake_data(), lambda item: ["TZ-09"]
    ),
    "cases_modeladmin_materials": Posting(lambda cast: received_case(complete=False), WINDOW, checklist),
    "cases_modeladmin_accept": Posting(lambda cast: received_case(), WINDOW, lambda case: {"without_scans": "on"}),
    "cases_modeladmin_correct": Posting(
        lambda cast: received_case(complete=False), WINDOW, lambda case: {"gap_m01": "请补交", "way": "in_person"}
    ),
    "cases_modeladmin_corrected": Posting(all_in, WINDOW),
    "cases_modeladmin_receipt": Posting(lambda cast: received_case(), WINDOW),
    "cases_modeladmin_form": Posting(lambda cast: received_case(), WINDOW),
    "cases_modeladmin_upload": Posting(lambda cast: received_case(), WINDOW, a_scan),
    "cases_modeladmin_serve": Posting(lambda cast: accepted_case(), WINDOW, handed_over),
    "cases_modeladmin_forward": Posting(brought_later, WINDOW),
    "cases_modeladmin_hand_back": Posting(withdrawn, WINDOW, lambda case: COLLECTOR),
    "cases_modeladmin_call_home": Posting(kept_in_department, WINDOW),
    "cases_modeladmin_applicant": Posting(lambda cast: received_case(), WINDOW, another_name),
    "cases_modeladmin_withdraw": Posting(lambda cast: received_case(), WINDOW, because),
    "cases_modeladmin_reveal": Posting(
        lambda cast: accepted_case(), WINDOW | {"issuer", "lead_officer", "lead_decider"}, because
    ),
    "cases_modeladmin_phone": Posting(
        lambda cast: accepted_case(), WINDOW | {"issuer", "lead_officer", "lead_decider"}, because
    ),
    "cases_modeladmin_transfer": Posting(decided_case, frozenset({"lead_officer"}), one_result),
    "cases_modeladmin_ready": Posting(lambda cast: decided_case(cast, "SS-02"), frozenset({"issuer"}), one_result),
    "tasks_modeladmin_answer": Posting(
        lambda cast: in_department(cast).tasks.get(department__code=LEAD, kind="review"),
        frozenset({"lead_officer", "lead_reviewer", "lead_decider"}),
        lambda task: {"outcome": "agree"},
    ),
    "tasks_modeladmin_decide": Posting(
        lambda cast: case_to_decide(cast).tasks.get(kind="decision"),
        frozenset({"lead_decider"}),
        lambda task: {"outcome": "granted"},
    ),
    "tasks_modeladmin_redispatch": Posting(
        lambda cast: bounced(cast).tasks.filter(status="bounced").first(),
        WINDOW,
        lambda task: {"department": task.department_id},
    ),
    "tasks_modeladmin_drop": Posting(
        lambda cast: bounced(cast).tasks.filter(status="bounced", is_lead=False).exclude(kind="decision").first(),
        WINDOW,
        because,
    ),
    "slips_modeladmin_sign": Posting(slip_to_lead, frozenset({"lead_officer"}), lambda slip: {"matches": "yes"}),
    "slips_modeladmin_bounce": Posting(slip_to_lead, frozenset({"lead_officer"}), because),
    "slips_modeladmin_recall": Posting(slip_to_lead, WINDOW, because),
    "slips_modeladmin_take_in": Posting(result_slip, frozenset({"issuer"}), lambda slip: {"shelf": "A架"}),
    "slips_modeladmin_bounce_result": Posting(result_slip, frozenset({"issuer"}), because),
    "slips_modeladmin_take_back": Posting(slip_home, WINDOW, lambda slip: {"matches": "yes"}),
    "pickup_modeladmin_deliver": Posting(
        lambda cast: Delivery.objects.get(case=ready(cast)), frozenset({"issuer"}), collector
    ),
    "items_modeladmin_withdraw": Posting(lambda cast: ServiceItem.objects.get(code="TZ-09"), OFFICE, because),
    # No guide of it is published here, so that not even the office reopens it (test_editions does).
    "items_modeladmin_reopen": Posting(withdrawn_item, frozenset(), because),
    # Promised work belongs to the house as a whole, so that the supervisors of every centre may have it tried again.
    "promises_modeladmin_retry": Posting(dead_promise, OFFICE | {"supervisor", "branch_supervisor", "root"}),
    "desk_handbook_order": Posting(lambda cast: None, OFFICE, lambda nothing: {"scope": "centre"}, lambda nothing: []),
    "handbooks_modeladmin_retry": Posting(failed_handbook, OFFICE),
    "desk_health": Posting(
        lambda cast: None, OFFICE | {"editor", "lawyer", "root"}, lambda nothing: {}, lambda nothing: []
    ),
    "waivers_modeladmin_grant": Posting(waiver_asked_for, OFFICE | {"root"}),
    "waivers_modeladmin_decline": Posting(
        waiver_asked_for, OFFICE | {"root"}, lambda waiver: {"answer": "请逐项列明。"}
    ),
    "feedback_modeladmin_answer": Posting(remark, OFFICE | {"editor"}, lambda remark: {"answer": "已经改正。"}),
}
# Pages that are only read.
READ = {
    "desk_intake", "desk_document", "desk_papers", "desk_slip_paper", "desk_file", "desk_edition",
    "desk_edition_compare",
    "desk_ledger", "desk_ledger_export", "desk_handbook_compare", "desk_handbook_file", "desk_handbook_progress",
    "desk_health_export",
}  # fmt: skip
OWN = {"desk_draft"}
"""What everybody keeps for themselves (test_drafts)."""
TRIED = {"desk_lint_try", "desk_recall"}
"""What takes a form and writes nothing (test_recall)."""
WRITTEN: tuple[type[models.Model], ...] = (
    Application, Case, CaseMaterial, CaseFile, Event, Task, Slip, Custody, Document, Delivery, Result, Counter,
    ServiceItem, Promise, GuideFeedback, Handbook, HealthReport, Waiver,
)  # fmt: skip


def everything() -> list[Any]:
    """What a verb could have written, row by row."""
    return [list(model.objects.order_by("pk").values_list()) for model in WRITTEN]


def sent(client: Client, url: str, posting: Posting, thing: Any) -> Any:
    return client.post(url, {"key": str(uuid.uuid4()), **posting.body(thing)})


def is_refusal(response: Any) -> bool:
    """Sent away, or the form again with a sentence that says why."""
    if response.status_code in OFTEN_REFUSED:
        return True
    return response.status_code == 200 and bool(response.context["form"].errors)


@pytest.mark.parametrize("name", POSTINGS)
def test_only_the_holders_of_the_post_act(name: str, cast: Cast) -> None:
    posting, everybody = POSTINGS[name], people(cast)
    thing = posting.build(cast)
    url, before = reverse(name, args=posting.address(thing)), everything()
    for who, user in everybody.items():
        client = client_of(user)
        if who not in posting.holders:
            assert is_refusal(sent(client, url, posting, thing)), who
            assert everything() == before, who
            continue
        with transaction.atomic():
            response = sent(client, url, posting, thing)
            assert response.status_code in {200, 302}, (who, response.status_code)
            assert everything() != before, who
            transaction.set_rollback(True)


def test_a_clause_is_tried_by_those_who_keep_the_rulebook(cast: Cast) -> None:
    url, before = reverse("desk_lint_try"), everything()
    form = {"field": "condition", "text": "符合相关规定的其他材料。"}
    for who, user in people(cast).items():
        response = client_of(user).post(url, form)
        if who in OFFICE | {"lawyer", "root"}:
            assert response.context["found"], who
        else:
            assert response.status_code in {302, 403}, who
    assert everything() == before


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_nothing_but_a_post_acts(method: str, cast: Cast) -> None:
    """Not even in the hands of the right person."""
    case = received_case()
    before = everything()
    for verb in ("materials", "accept", "receipt", "form", "withdraw", "reveal", "upload"):
        url = reverse(f"cases_modeladmin_{verb}", args=[case.pk])
        response = getattr(client_of(cast.receiver), method)(url)
        assert response.status_code == (200 if method in {"get", "head", "options"} else 405), (verb, method)
    assert everything() == before


@pytest.mark.parametrize("name", sorted(READ))
def test_what_is_only_read_takes_no_form_not_even_from_who_sees_it(name: str, cast: Cast) -> None:
    case = accepted_case()
    assert ROWS[name]
    addresses = {
        "desk_papers": [case.pk],
        "desk_document": [case.pk, case.documents.get(kind="acceptance").pk],
        "desk_file": ["7b7a1c6e-0000-4000-8000-000000000001"],
        "desk_edition": ["TZ-09", 1],
        "desk_edition_compare": ["TZ-09"],
        "desk_ledger": ["TZ-09"],
        "desk_ledger_export": ["TZ-09", "csv"],
        "desk_slip_paper": [case.slips.earliest("pk").pk],
        "desk_handbook_file": [1],
        "desk_handbook_progress": [1],
    }
    before = everything()
    for user in (cast.receiver, cast.supervisor, person("publisher", [(Role.CATALOG_ADMIN, "", "")])):
        response = client_of(user).post(reverse(name, args=addresses.get(name, [])), {"key": str(uuid.uuid4())})
        assert response.status_code in OFTEN_REFUSED, response.status_code
    assert everything() == before


def test_every_verb_of_ours_stands_here() -> None:
    """A new address fails here until somebody has said who may send its form."""
    ours = {name for name in named(get_resolver().url_patterns) if name.startswith("desk_") or "_modeladmin_" in name}
    kept = ("organisations_", "workdays_", "catalog_lint", "catalog_synonym", "cases_publicityrule_")
    shown = {name for name in ours if name.endswith(("_modeladmin_index", "_modeladmin_inspect"))}
    assert {name for name in ours if not name.startswith(kept)} - shown == set(POSTINGS) | READ | OWN | TRIED
