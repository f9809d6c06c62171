"""The permission matrix: every address × every post × own, other × GET, POST. What is not visible answers 404."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pages.models import CataloguePage
from portal.cases.decision.decide import decide
from portal.cases.intake.files import keep_upload
from portal.cases.models import Case
from portal.catalog import urls as catalog_urls
from portal.catalog.care.health import ask
from portal.catalog.handbook.models import Handbook
from portal.catalog.handbook.order import order_handbook
from portal.catalog.judging.findings import Finding
from portal.catalog.judging.waivers import Waiver, ask_for
from portal.catalog.models import GuideFeedback, Synonym
from portal.desk.cases.register import CaseAdmin
from portal.desk.slips.register import SlipAdmin
from portal.desk.tasks.register import TaskAdmin
from portal.documents.models import Document
from portal.jobs.models import Promise
from portal.lib.files import PDF as PDF_FILE
from portal.lib.files import store_bytes
from portal.organisations.models import Role, User, Zone
from portal.pickup import urls as pickup_urls
from portal.pickup.results import NewResult, take_in, transfer_result
from portal.workdays.models import CalendarChange, MovedDeadline
from tests.cast import Cast, accepted_case, case_to_decide, person, private_person, received_case
from tests.files import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SEES, REFUSED, HIDDEN, LOGIN = 200, 302, 404, "login"

POSTS = (
    "receiver", "estate_receiver", "lead_officer", "other_officer", "issuer", "supervisor", "publisher", "editor",
    "nobody", "root", "anonymous",
)  # fmt: skip


@dataclass(frozen=True)
class Things:
    """One case that belongs to some of the posts and everything of it that has an address."""

    case: Case
    slip: int
    task: int
    delivery: int
    document: int
    file: str
    promise: int
    move: int
    handbook: int
    feedback: int
    waiver: int


@pytest.fixture
def people(cast: Cast) -> dict[str, User | None]:
    return {
        "receiver": cast.receiver,
        "estate_receiver": cast.estate_receiver,
        "lead_officer": cast.officer("sx-jsj"),
        "other_officer": cast.officer("sx-gtj"),
        "issuer": cast.issuer,
        "supervisor": cast.supervisor,
        "publisher": person("publisher", [(Role.CATALOG_ADMIN, "", "")]),
        "editor": cast.editor,
        "nobody": cast.nobody,
        "root": User.objects.create_superuser("root", password="x"),
        "anonymous": None,
    }


@pytest.fixture
def things(cast: Cast) -> Things:
    ask(by=None).work_out()
    case = case_to_decide(cast)
    upload = SimpleUploadedFile("扫描件.pdf", PDF)
    file = keep_upload(case, upload, by=cast.receiver, material=case.materials.first())
    decide(case.tasks.get(kind="decision"), by=cast.decider("sx-jsj"), granted=True)
    case.refresh_from_db()
    slip = transfer_result(case, [NewResult("许可证", "1")], set(), by=cast.officer("sx-jsj"))
    delivery = take_in(slip, "A架", by=cast.issuer)
    return Things(
        case=case,
        slip=slip.pk,
        task=case.tasks.get(kind="decision").pk,
        delivery=delivery.pk,
        document=case.documents.get(kind="acceptance").pk,
        file=str(file.uuid),
        promise=Promise.objects.first().pk,
        move=moved_deadline(case).pk,
        handbook=printed_handbook().pk,
        feedback=GuideFeedback.leave(case.item, key=uuid.uuid4(), part="fee", text="收费标准变了。").pk,
        waiver=waiver_asked_for(cast).pk,
    )


def waiver_asked_for(cast: Cast) -> Waiver:
    finding = Finding("conditions[0]", "lint.C01", "兜底条款。", "逐项列明。", "error", "其他条件")
    given = {"reason": "法律原文如此", "article": "《中华人民共和国建筑法》第八条"}
    return ask_for("TZ-09", finding, by=cast.editor, **given)


def printed_handbook() -> Handbook:
    """A handbook with a file; what stands in it is of no account here."""
    handbook = order_handbook(Zone.objects.get(code="business"), None, uuid.uuid4())
    assert handbook.finish(store_bytes(PDF, PDF_FILE), 1)
    return handbook


def moved_deadline(case: Case) -> MovedDeadline:
    day = date(2026, 6, 1)
    change = CalendarChange.objects.create(first_day=day, why="2026年6月1日放假（台风）")
    return MovedDeadline.objects.create(
        change=change,
        name="cases.promised",
        label="承诺期限",
        holder=case.pk,
        row=case.pk,
        old=day,
        new=date(2026, 6, 2),
    )


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def answers(user: User | None, url: str, method: str = "get") -> int | str:
    response = getattr(client_of(user), method)(url)
    if response.status_code == 302 and "/admin/login/" in response.url:
        return LOGIN
    return response.status_code


# The page of a verb is seen by whoever sees its thing, whatever the verb: who may do it is said in `test_posting`.
CASE_VERBS, TASK_VERBS, SLIP_VERBS = (
    ("inspect", *CaseAdmin.verbs),
    tuple(TaskAdmin.verbs),
    ("inspect", *SlipAdmin.verbs),
)

LEDGER_READERS = {"receiver", "estate_receiver", "lead_officer", "other_officer", "issuer", "supervisor"}
ITEM_READERS = LEDGER_READERS | {"publisher", "editor"}

# address → (how to build it, who sees it); everybody else with a back-office post is answered as `else_`
ROWS: dict[str, tuple[Callable[[Things], list[object]], set[str], int]] = {
    "desk_intake": (lambda t: [], {"receiver", "estate_receiver"}, REFUSED),
    "desk_intake_item": (lambda t: ["TZ-09"], {"receiver"}, REFUSED),
    "desk_document": (
        lambda t: [t.case.pk, t.document],
        {"receiver", "lead_officer", "issuer", "supervisor"},
        HIDDEN,
    ),
    "desk_papers": (lambda t: [t.case.pk], {"receiver", "lead_officer", "issuer", "supervisor"}, HIDDEN),
    "desk_slip_paper": (lambda t: [t.slip], {"receiver", "lead_officer", "issuer", "supervisor"}, HIDDEN),
    "desk_draft": (lambda t: [], set(), HIDDEN),
    "desk_recall": (lambda t: [], set(), 405),
    "desk_file": (lambda t: [t.file], {"receiver", "lead_officer", "issuer", "supervisor"}, HIDDEN),
    "cases_modeladmin_index": (
        lambda t: [],
        {"receiver", "estate_receiver", "lead_officer", "other_officer", "issuer", "supervisor"},
        REFUSED,
    ),
    "tasks_modeladmin_index": (lambda t: [], {"lead_officer", "other_officer"}, REFUSED),
    "slips_modeladmin_index": (
        lambda t: [],
        {"receiver", "estate_receiver", "lead_officer", "other_officer", "issuer", "supervisor"},
        REFUSED,
    ),
    "pickup_modeladmin_index": (lambda t: [], {"issuer", "supervisor"}, REFUSED),
    "items_modeladmin_index": (lambda t: [], ITEM_READERS, REFUSED),
    "items_modeladmin_inspect": (lambda t: [t.case.item_id], ITEM_READERS, HIDDEN),
    "items_modeladmin_withdraw": (lambda t: [t.case.item_id], ITEM_READERS, HIDDEN),
    "items_modeladmin_reopen": (lambda t: [t.case.item_id], ITEM_READERS, HIDDEN),
    "desk_edition": (lambda t: ["TZ-09", 1], {"supervisor", "publisher", "editor"}, REFUSED),
    "desk_edition_compare": (lambda t: ["TZ-09"], {"supervisor", "publisher", "editor"}, REFUSED),
    "desk_ledger": (lambda t: ["TZ-09"], LEDGER_READERS, REFUSED),
    "desk_ledger_export": (lambda t: ["TZ-09", "csv"], LEDGER_READERS, REFUSED),
    "moves_modeladmin_index": (lambda t: [], LEDGER_READERS, REFUSED),
    "moves_modeladmin_inspect": (lambda t: [t.move], {"receiver", "lead_officer", "issuer", "supervisor"}, HIDDEN),
    "promises_modeladmin_index": (lambda t: [], {"supervisor", "publisher", "root"}, REFUSED),
    "promises_modeladmin_inspect": (lambda t: [t.promise], {"supervisor", "publisher", "root"}, HIDDEN),
    "promises_modeladmin_retry": (lambda t: [t.promise], {"supervisor", "publisher", "root"}, HIDDEN),
    "tasks_modeladmin_inspect": (lambda t: [t.task], set(), HIDDEN),
    "pickup_modeladmin_inspect": (
        lambda t: [t.delivery],
        {"receiver", "lead_officer", "issuer", "supervisor"},
        HIDDEN,
    ),
    "pickup_modeladmin_deliver": (
        lambda t: [t.delivery],
        {"receiver", "lead_officer", "issuer", "supervisor"},
        HIDDEN,
    ),
    **{
        f"cases_modeladmin_{verb}": (
            lambda t: [t.case.pk],
            {"receiver", "lead_officer", "issuer", "supervisor"},
            HIDDEN,
        )
        for verb in CASE_VERBS
    },
    **{
        f"tasks_modeladmin_{verb}": (
            lambda t: [t.task],
            {"receiver", "lead_officer", "issuer", "supervisor"},
            HIDDEN,
        )
        for verb in TASK_VERBS
    },
    **{
        f"slips_modeladmin_{verb}": (
            lambda t: [t.slip],
            {"receiver", "lead_officer", "issuer", "supervisor"},
            HIDDEN,
        )
        for verb in SLIP_VERBS
    },
}
for verb in ("reveal", "phone"):
    ROWS[f"cases_modeladmin_{verb}"] = (lambda t: [t.case.pk], {"receiver", "lead_officer", "issuer"}, HIDDEN)
ROWS |= {
    "desk_handbook_order": (lambda t: [], {"publisher"}, REFUSED),
    "desk_handbook_compare": (lambda t: [], ITEM_READERS, REFUSED),
    "desk_handbook_file": (lambda t: [t.handbook], ITEM_READERS, HIDDEN),
    "desk_handbook_progress": (lambda t: [t.handbook], ITEM_READERS, HIDDEN),
    "handbooks_modeladmin_index": (lambda t: [], ITEM_READERS, REFUSED),
    "handbooks_modeladmin_inspect": (lambda t: [t.handbook], ITEM_READERS, HIDDEN),
    "handbooks_modeladmin_retry": (lambda t: [t.handbook], ITEM_READERS, HIDDEN),
}
FEEDBACK_READERS = {"supervisor", "publisher", "editor"}
ROWS |= {
    "feedback_modeladmin_index": (lambda t: [], FEEDBACK_READERS, REFUSED),
    "feedback_modeladmin_inspect": (lambda t: [t.feedback], FEEDBACK_READERS, HIDDEN),
    "feedback_modeladmin_answer": (lambda t: [t.feedback], FEEDBACK_READERS, HIDDEN),
}
WAIVER_READERS = {"publisher", "editor", "root"}
ROWS |= {
    "waivers_modeladmin_index": (lambda t: [], WAIVER_READERS, REFUSED),
    "waivers_modeladmin_inspect": (lambda t: [t.waiver], WAIVER_READERS, HIDDEN),
    "waivers_modeladmin_grant": (lambda t: [t.waiver], WAIVER_READERS, HIDDEN),
    "waivers_modeladmin_decline": (lambda t: [t.waiver], WAIVER_READERS, HIDDEN),
}
ROWS["desk_health"] = (lambda t: [], {"publisher", "editor", "root"}, REFUSED)
ROWS["desk_health_export"] = (lambda t: [], {"publisher", "editor", "root"}, REFUSED)
ROWS["desk_lint_try"] = (lambda t: [], {"publisher", "root"}, REFUSED)
REDIRECTS = {"tasks_modeladmin_inspect"}
EXCEPTIONS = {
    ("desk_intake_item", "estate_receiver"): HIDDEN,
    ("cases_modeladmin_reveal", "supervisor"): REFUSED,
    ("cases_modeladmin_phone", "supervisor"): REFUSED,
}
"""A receiver of another zone takes in cases, but not of this item; a supervisor sees the case, but no full number."""
# Open to everybody, signed in or not, and the same for all: address → how to build it, answer to a GET, and to a POST
# without a form.
PUBLIC: dict[str, tuple[Callable[[Things], list[object]], int, int]] = {
    "follow_case": (lambda t: [], SEES, SEES),
    "verify_document": (lambda t: [], SEES, SEES),
    "verify_document_code": (lambda t: [Document.objects.get(pk=t.document).verification_code], SEES, 405),
    "public_results": (lambda t: [], SEES, 405),
    "display": (lambda t: [], 405, REFUSED),
    "item_chart": (lambda t: ["TZ-09"], SEES, 405),
    "item_chart_svg": (lambda t: ["TZ-09"], SEES, 405),
    "theme_chart": (lambda t: ["ZT-99"], HIDDEN, 405),
    "theme_chart_svg": (lambda t: ["ZT-99"], HIDDEN, 405),
    "guide_feedback": (lambda t: ["TZ-09"], SEES, SEES),
    "guide_feedback_received": (lambda t: ["TZ-09"], SEES, 405),
    "paper_leaflet": (lambda t: ["TZ-09"], SEES, 405),
    "paper_checklist": (lambda t: ["TZ-09"], SEES, 405),
    "paper_form": (lambda t: ["TZ-09"], SEES, 405),
    "paper_sign": (lambda t: ["window", "A01"], SEES, 405),
    "paper_material_list": (lambda t: ["window", "A01"], SEES, 405),
    "robots": (lambda t: [], SEES, 405),
    "sitemap": (lambda t: [], SEES, 405),
}
HOUSE = (
    "organisation", "servicecenter", "openinghours", "specialday", "hallarea", "hallfacility", "zone", "window",
    "post", "calendarday", "calendaryear",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(ROWS))
def test_get(name: str, people: dict[str, User | None], things: Things) -> None:
    build, seers, else_ = ROWS[name]
    url = reverse(name, args=build(things))
    for post in POSTS:
        expected: int | str = SEES if post in seers else EXCEPTIONS.get((name, post), else_)
        if post in {"anonymous", "nobody"}:
            expected = LOGIN if post == "anonymous" else REFUSED
        got = answers(people[post], url)
        if name in REDIRECTS and post in {"receiver", "lead_officer", "issuer", "supervisor"}:
            expected = 302
        if post == "nobody":
            assert got in {LOGIN, REFUSED}, (name, post, got)
        else:
            assert got == expected, (name, post, got)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_post_without_the_right_post_changes_nothing(name: str, people: dict[str, User | None], things: Things) -> None:
    build, seers, else_ = ROWS[name]
    url = reverse(name, args=build(things))
    events = things.case.events.count()
    for post in POSTS:
        if post in seers:
            continue
        got = answers(people[post], url, "post")
        assert got in {else_, LOGIN, REFUSED, 405, HIDDEN}, (name, post, got)
        assert answers(people[post], url, "head") in {else_, LOGIN, REFUSED, HIDDEN, 405} or name in REDIRECTS
    assert things.case.events.count() == events


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_addresses_answer_everybody_alike(name: str, people: dict[str, User | None], things: Things) -> None:
    build, read, posted = PUBLIC[name]
    url, events = reverse(name, args=build(things)), things.case.events.count()
    for post in ("receiver", "publisher", "nobody", "anonymous"):
        assert answers(people[post], url) == read, post
        assert answers(people[post], url, "head") == read, post
        assert answers(people[post], url, "post") == posted, post
        assert answers(people[post], url, "delete") == 405, post
    assert things.case.events.count() == events


def test_what_is_public_is_decided_by_managers_only(people: dict[str, User | None]) -> None:
    url = reverse("cases_publicityrule_modeladmin_index")
    for post in ("receiver", "lead_officer", "issuer", "supervisor", "editor"):
        assert answers(people[post], url) == REFUSED, post
    assert answers(people["publisher"], url) == SEES
    assert answers(people["anonymous"], url) == LOGIN


def test_seeing_is_not_doing(people: dict[str, User | None], cast: Cast) -> None:
    """A supervisor sees every page, and no verb does anything for them."""
    case = received_case()
    client = client_of(people["supervisor"])
    for verb in ("accept", "corrected", "receipt"):
        form = {"key": "7b7a1c6e-0000-4000-8000-000000000001"}
        answer = client.post(reverse(f"cases_modeladmin_{verb}", args=[case.pk]), form)
        assert answer.status_code == 200
        assert "不能" in answer.content.decode()
    case.refresh_from_db()
    assert case.status == "received"


def test_lists_show_own_cases_only(people: dict[str, User | None], cast: Cast) -> None:
    mine, other = accepted_case("TZ-09"), received_case("BDC-01", applicant=private_person())
    for post, own in (("receiver", mine), ("estate_receiver", other), ("lead_officer", mine)):
        page = client_of(people[post]).get(reverse("cases_modeladmin_index") + "?show=all").content.decode()
        hidden = other if own == mine else mine
        assert str(own) in page
        assert str(hidden) not in page


@pytest.mark.parametrize("model", HOUSE)
def test_the_house_is_kept_by_managers_only(model: str, people: dict[str, User | None]) -> None:
    app = "workdays" if model.startswith("calendar") else "organisations"
    url = reverse(f"{app}_{model}_modeladmin_index")
    for post in ("receiver", "lead_officer", "issuer", "supervisor", "editor"):
        assert answers(people[post], url) == REFUSED, post
    assert answers(people["publisher"], url) == SEES
    assert answers(people["root"], url) == SEES
    assert answers(people["anonymous"], url) == LOGIN


@pytest.mark.parametrize("model", ["lintrule", "lintword"])
def test_the_rulebook_is_kept_by_legal_reviewers_and_the_office(model: str, people: dict[str, User | None]) -> None:
    url = reverse(f"catalog_{model}_modeladmin_index")
    for post in ("receiver", "lead_officer", "issuer", "supervisor", "editor"):
        assert answers(people[post], url) == REFUSED, post
    assert answers(people["publisher"], url) == SEES
    assert answers(person("lawyer", [(Role.LEGAL_REVIEWER, "", "")]), url) == SEES
    assert answers(people["anonymous"], url) == LOGIN


def test_synonyms_are_kept_by_editors_and_the_office(people: dict[str, User | None], cast: Cast) -> None:
    row = Synonym.objects.create(words="开店", targets="设立登记")
    for name, args in (("index", []), ("create", []), ("edit", [row.pk]), ("delete", [row.pk])):
        url = reverse(f"catalog_synonym_modeladmin_{name}", args=args)
        for post in ("receiver", "lead_officer", "issuer", "supervisor"):
            assert answers(people[post], url) == REFUSED, (post, name)
            assert answers(people[post], url, "post") == REFUSED, (post, name)
        for post in ("publisher", "editor", "root"):
            assert answers(people[post], url) == SEES, (post, name)
        assert answers(people["anonymous"], url, "post") == LOGIN
    assert Synonym.objects.filter(pk=row.pk).exists()


def test_the_catalogue_has_one_address_beside_its_own() -> None:
    """The addresses inside the catalogue; what they may say is tested with the page."""
    assert {route.name for route in CataloguePage.get_subpage_urls()} == {"index_route", "suggest"}


def named(patterns: list[URLPattern | URLResolver], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            found |= named(pattern.url_patterns, inner)
        elif pattern.name:
            found.add(prefix + pattern.name)
    return found


def test_every_address_of_ours_stands_in_the_matrix() -> None:
    """A new address fails here until somebody has said who may see it."""
    ours = {name for name in named(get_resolver().url_patterns) if name.startswith("desk_") or "_modeladmin_" in name}
    kept = ("organisations_", "workdays_", "catalog_lint", "catalog_synonym", "cases_publicityrule_")
    house = {name for name in ours if name.startswith(kept)}
    assert ours - house == set(ROWS)
    public = [pattern.name for urls in (catalog_urls, pickup_urls) for pattern in urls.urlpatterns]
    assert {*public, "display", "robots", "sitemap"} == set(PUBLIC)


def test_no_wagtail_address_is_open_to_strangers() -> None:
    """Everything else under /admin/ and /documents/ asks a stranger to sign in, or says that it is not there."""
    open_to_all = {
        "wagtailadmin_login",
        "wagtailadmin_logout",
        "wagtailadmin_javascript_catalog",
        "wagtailadmin_sprite",
    }
    client = Client()
    for name in named(get_resolver().url_patterns):
        if not name.startswith("wagtail") or name in open_to_all:
            continue
        try:
            url = reverse(name)
        except Exception:  # needs arguments
            continue
        if url.startswith("/admin/"):
            assert client.get(url).status_code in {302, 403, 404, 405}, url


def test_uploaded_files_lie_where_no_address_leads(settings) -> None:
    assert not Path(settings.PRIVATE_ROOT).resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())
