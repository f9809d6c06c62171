"""What an address of the back office may say: what a page declares, in its shape, and nothing else.

Every register, chooser, export and history is found from the resolver: ours, modeladmin's and Wagtail's alike.
"""

from __future__ import annotations

import inspect
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
import time_machine
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from wagtail.models import Page

from pages.models import HomePage
from portal.catalog.care.health import ask as ask_for_report
from portal.catalog.judging.lint.models import LintRule, LintWord
from portal.catalog.models import GuideFeedback, ServiceItem, Synonym
from portal.desk.base.ordinary import DeclaredIndex
from portal.organisations.models import Post, Role, SpecialDay, User
from portal.organisations.roles import CENTRE_ROLES, CONTENT_ROLES, DEPARTMENT_ROLES, WINDOW_ROLES
from tests.cast import Cast, accepted_case, person

pytestmark = pytest.mark.django_db

LISTS = re.compile(
    r"index|list|results|choose|chosen|search|reports:|history|usage|export|download|explore|type_use|compare"
    r"|autocomplete|ledger|health|intake"
)
NAMED = {
    "code": "TZ-09",
    "suffix": "xlsx",
    "app_label": "pages",
    "model_name": "guidepage",
    "content_type_app_name": "pages",
    "content_type_model_name": "guidepage",
    "app_name": "wagtailimages",
}
WAGTAILS = {
    *("p", "page", "q", "ordering", "export", "id", "locale", "tag", "user", "owner", "status", "object_type"),
    *("timestamp_after", "collection_id", "childOf", "target_pages[]", "page_type", "content_type", "create_model"),
    *("task_type", "parent_page_id", "mode", "term", "sort", "show", "per_page"),
}
"""The parameters that pages of Wagtail read, beside those of their filters."""
ODD = ("x", "9" * 30, "-1²..\x00")
WORKERS = WINDOW_ROLES | DEPARTMENT_ROLES | CENTRE_ROLES


@dataclass
class Address:
    """One page that lists, chooses, exports or tells a history."""

    name: str
    url: str
    model: type[Model] | None = None
    takes: set[str] = field(default_factory=set)


def patterns(found: list[URLPattern | URLResolver], space: str = "", route: str = "") -> Iterator[tuple[str, Any]]:
    """Every named pattern of the back office."""
    for pattern in found:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from patterns(pattern.url_patterns, inner, route + str(pattern.pattern))
        elif pattern.name and route.startswith("admin/"):
            yield f"{space}{pattern.name}", pattern


def model_of(callback: Any) -> type[Model] | None:
    register = getattr(callback, "__self__", None)
    view = getattr(callback, "view_class", None)
    found = getattr(register, "model", None) or getattr(callback, "view_initkwargs", {}).get("model")
    found = found or getattr(view, "model", None)
    return found if isinstance(found, type) and issubclass(found, Model) else None


def sample(name: str, model: type[Model] | None) -> Any:
    """Something to put into an address."""
    if name in NAMED:
        return NAMED[name]
    if "page" in name:
        return Page.objects.filter(guidepage__isnull=False).values_list("pk", flat=True).first()
    first = model._default_manager.order_by("pk").values_list("pk", flat=True).first() if model else None
    return first or 1


def filters_of(callback: Any) -> set[str]:
    """The parameters that a page declares."""
    register, view = getattr(callback, "__self__", None), getattr(callback, "view_class", None)
    index = getattr(register, "index_view_class", None)
    if index is not None and issubclass(index, DeclaredIndex):
        own = {f"{name}{tail}" for name in register.list_filter for tail in ("", "__exact", "__isnull")}
        return {"q", "o", "p", "export"} | own
    filters = getattr(getattr(view, "filterset_class", None), "base_filters", {})
    return {*WAGTAILS, *(getattr(view, "takes", None) or ()), *filters}


def addresses() -> list[Address]:
    found = []
    for name, pattern in patterns(get_resolver().url_patterns):
        if LISTS.search(name):
            callback = inspect.unwrap(pattern.callback)  # out of what asks everybody to sign in
            model = model_of(callback)
            wanted = {part: sample(part, model) for part in pattern.pattern.regex.groupindex}
            try:
                found.append(Address(name, reverse(name, kwargs=wanted), model, filters_of(callback)))
            except NoReverseMatch:
                continue  # a page of one thing that the samples do not make
    return found


def ask_for(client: Client, url: str, **given: Any) -> HttpResponse:
    """The page, without the message that an earlier page left for the next one."""
    client.cookies.pop("messages", None)
    return client.get(url, **given)


def shown(response: HttpResponse) -> str:
    """What a reader sees of a page or of a sheet, without what differs from one request to the next."""
    data = b"".join(response) if response.streaming else response.content
    if "spreadsheet" in response["Content-Type"]:
        return ZipFile(BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    text = re.sub(r"<script.*?</script>", "", data.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def strange(model: type[Model] | None) -> str:
    """Lookups that no page declares, on the row itself and across its relations; any of them would empty a list."""
    across = [found.name for found in model._meta.get_fields() if found.is_relation][:6] if model else []
    return urlencode(
        {"pk__lt": "0", "id__lt": "0", "user__password__startswith": "!", **{f"{one}__pk__lt": "0" for one in across}}
    )


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def holder(role: Role) -> User:
    """Somebody with just this post."""
    window = "A01" if role in WINDOW_ROLES else ""
    return person(f"only-{role}", [(role, window, "sx-jsj" if role in DEPARTMENT_ROLES else "")])


@pytest.fixture
def house(small_site: HomePage, cast: Cast) -> Iterator[Cast]:
    """A row in every list, and a clock that stands."""
    accepted_case("TZ-09")
    GuideFeedback.leave(ServiceItem.objects.get(code="TZ-09"), key=uuid.uuid4(), part="fee", text="收费标准变了。")
    Synonym.objects.create(words="开店", targets="设立登记")
    LintWord.objects.create(kind="degree", group="程度", text="较为")
    LintRule.objects.bulk_create([LintRule(code="X-1", category="vague", severity="warn", message="含糊")])
    SpecialDay.objects.create(center=cast.center, date=timezone.localdate(), note="盘点")
    ask_for_report(by=None).work_out()
    with time_machine.travel(timezone.now(), tick=False):
        yield cast


@pytest.fixture
def everybody(house: Cast) -> dict[str, Client]:
    people = {role.value: holder(role) for role in Role} | {"nobody": house.nobody}
    people["root"] = User.objects.create_superuser("root", password="x")
    return {name: client_of(user) for name, user in people.items()}


@pytest.mark.once
def test_no_list_takes_what_it_does_not_declare(everybody: dict[str, Client]) -> None:
    """Whoever sees a list sees the same with the lookups; two people who see the same are asked once."""
    faults = []
    for address in addresses():
        asked: set[str] = set()
        for who, client in everybody.items():
            plain = ask_for(client, address.url)
            if plain.status_code != 200:
                assert plain.status_code in {302, 400, 403, 404, 405}, (address.name, who, plain.status_code)
                continue
            if (before := shown(plain)) in asked:
                continue
            asked.add(before)
            given = ask_for(client, f"{address.url}?{strange(address.model)}")
            if given.status_code != 400 and (given.status_code != 200 or shown(given) != before):
                faults.append((address.name, who, given.status_code))
    assert not faults, faults


def test_a_declared_parameter_of_another_shape_is_never_an_error(everybody: dict[str, Client]) -> None:
    faults = []
    for address in addresses():
        for who in ("root", "catalog_admin", "supervisor", "receiver", "officer"):
            if ask_for(everybody[who], address.url).status_code == 200:
                given = [dict.fromkeys(sorted(address.takes), value) for value in ODD]
                answers = [ask_for(everybody[who], address.url, data=one).status_code for one in given]
                faults += [(address.name, who, answers)] if not set(answers) <= {200, 302, 400, 404} else []
                break
    assert not faults, faults


def rows(who: User, url: str, query: str = "") -> list[str]:
    """The rows that a list shows."""
    page = client_of(who).get(f"{url}{query}")
    assert page.status_code == 200, page.status_code
    return re.findall(r'<tr[^>]*data-object-pk="(\d+)"', page.content.decode())


@pytest.fixture
def publisher(cast: Cast) -> User:
    return person("publisher", [(Role.CATALOG_ADMIN, "", "")])


@pytest.mark.parametrize(
    ("register", "lookup"),
    [
        ("organisations_zone", "cases__application__query_code__startswith"),
        ("organisations_post", "user__password__startswith"),
        ("organisations_post", "user__username"),
        ("organisations_window", "pk__lt"),
    ],
)
def test_nobody_spells_out_a_code_or_a_password(publisher: User, register: str, lookup: str) -> None:
    accepted_case("TZ-09")
    url = reverse(f"{register}_modeladmin_index")
    everything = rows(publisher, url)
    assert everything
    for letter in "!p0A":
        assert rows(publisher, url, f"?{lookup}={letter}") == everything


def test_a_register_of_the_house_keeps_what_it_declares(publisher: User, cast: Cast) -> None:
    url = reverse("organisations_post_modeladmin_index")
    everything = rows(publisher, url)
    issuers = {str(pk) for pk in Post.objects.filter(role=Role.ISSUER).values_list("pk", flat=True)}
    assert set(rows(publisher, url, "?role__exact=issuer")) == issuers < set(everything)
    assert rows(publisher, url, "?q=supervisor") == [str(cast.supervisor.posts.get().pk)]
    by_role = [Post.objects.get(pk=pk).role for pk in rows(publisher, url, "?o=-1")]
    assert by_role == sorted(by_role, reverse=True) != [Post.objects.get(pk=pk).role for pk in everything]
    assert rows(publisher, url, "?role__exact=king&role__isnull=x&o=99&p=x&export=xlsx&page=x") == everything


def histories() -> list[Address]:
    return [one for one in addresses() if one.name.endswith("_modeladmin_history")]


def test_the_history_of_a_row_is_for_those_who_may_change_it(everybody: dict[str, Client]) -> None:
    assert len(histories()) >= 10
    for address in histories():
        if not address.model._default_manager.exists():
            continue
        assert everybody["catalog_admin"].get(address.url).status_code == 200, address.name
        for role in (*WORKERS, "nobody"):
            assert everybody[role].get(address.url).status_code in {302, 403, 404}, (address.name, role)


def test_the_history_of_the_house_is_not_for_editors(everybody: dict[str, Client], cast: Cast) -> None:
    url = reverse("organisations_post_modeladmin_history", args=[cast.supervisor.posts.get().pk])
    for role in CONTENT_ROLES - {Role.CATALOG_ADMIN}:
        assert everybody[role].get(url).status_code in {302, 403}


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "1_", "0"])
@pytest.mark.parametrize("page", ["edit", "history"])
def test_a_key_that_is_none_is_not_there(publisher: User, page: str, key: str) -> None:
    url = reverse(f"organisations_zone_modeladmin_{page}", args=[key])
    assert client_of(publisher).get(url).status_code == 404


@pytest.mark.parametrize("link", ["external", "email", "phone", "anchor"])
def test_a_link_without_an_address_is_asked_for_again(cast: Cast, link: str) -> None:
    answer = client_of(cast.editor).post(reverse(f"wagtailadmin_choose_page_{link}_link"))
    assert answer.status_code == 200
    assert answer.json()["step"] == f"{link}_link"


def test_there_is_one_door_to_sign_in(client: Client, settings: Any) -> None:
    answer = client.get("/_util/login/?next=/admin/reports/")
    assert (answer.status_code, answer.url) == (302, "/admin/login/?next=/admin/reports/")
    assert reverse(settings.LOGIN_REDIRECT_URL) == "/admin/"
