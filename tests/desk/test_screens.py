"""The desk as forms: what people type, what they are told beside the field, and that nothing happens twice."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import BooleanField
from django.test import Client
from django.urls import reverse

from portal.cases.intake.outcomes import accept
from portal.cases.models import Application, Case, CaseFile, Event
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.models import ServiceItem
from portal.desk.care.registers import RulebookGroup
from portal.desk.house.registers import HouseGroup
from portal.jobs.models import Promise, PromiseStatus
from portal.organisations.models import User
from tests.cast import COMPANY, PERSON, Cast, accepted_case, decided_case, private_person, received_case
from tests.files import PDF
from tests.lib.test_files import image

pytestmark = pytest.mark.django_db
MATERIALS = 9


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def intake_data(**changes: Any) -> dict[str, Any]:
    """The intake form of TZ-09 as a browser sends it, with every material ticked and sound."""
    from portal.organisations.models import Window

    data: dict[str, Any] = {
        "key": str(uuid.uuid4()),
        "window": Window.objects.get(code="A01").pk,
        "kind": "body",
        "name": "绍兴示例建设有限公司",
        "identity_kind": "001",
        "identity_number": COMPANY,
        "legal_representative": "示例甲",
        "address": "",
        "contact_name": "示例乙",
        "contact_phone": "13800000000",
        "in_spite_of": "另一个项目",
        "m-TOTAL_FORMS": MATERIALS,
        "m-INITIAL_FORMS": MATERIALS,
    }
    for number, material in enumerate(ServiceItem.objects.get(code="TZ-09").current_edition.parsed.materials):
        row = {
            "key": material.key,
            "received": "on",
            "way": "1",
            "originals": material.original_copies,
            "photocopies": material.photocopies,
            "pages": 1,
            "verdict": "good",
            "reason": "",
        }
        data.update({f"m-{number}-{name}": value for name, value in row.items()})
    return {**data, **changes}


def take_in(cast: Cast, **changes: Any) -> Any:
    return at_desk(cast.receiver).post(reverse("desk_intake_item", args=["TZ-09"]), intake_data(**changes))


def text_of(response: Any) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style|svg)\b.*?</\1>", "", response.content.decode(), flags=re.S))


def test_intake_makes_one_received_case_and_leads_to_its_page(cast: Cast) -> None:
    answer = take_in(cast)
    case = Case.objects.get()
    assert answer.url == reverse("cases_modeladmin_inspect", args=[case.pk])
    assert case.materials.filter(received=True).count() == MATERIALS


def test_the_same_form_sent_twice_makes_one_case(cast: Cast) -> None:
    data = intake_data()
    client = at_desk(cast.receiver)
    url = reverse("desk_intake_item", args=["TZ-09"])
    assert client.post(url, data).url == client.post(url, data).url
    assert Application.objects.count() == 1
    assert Event.objects.filter(verb="check_materials").count() == 1


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"identity_number": "91330602MA99999960"}, "校验位不正确"),
        ({"kind": "person", "identity_kind": "111", "identity_number": "330602209901010001"}, "晚于今天"),
        ({"kind": "person", "identity_kind": "001"}, "自然人请选择居民身份证"),
        ({"kind": "body", "identity_kind": "111"}, "请选择统一社会信用代码"),
        ({"legal_representative": ""}, "请填写法定代表人"),
        ({"contact_phone": "123"}, "11位手机号码"),
        ({"name": ""}, "这一项不能为空"),
        ({"name": "长" * 121}, "最多120个字，现在有121个"),
        ({"name": "a\x00b"}, "不能保存的字符"),
        ({"m-0-verdict": "bad"}, "写明原因"),
        ({"m-0-received": ""}, "请先勾选"),
        ({"m-0-originals": "-1"}, "大于"),
        ({"m-0-originals": "x"}, "整数"),
        ({"m-0-key": "m99"}, "不在本事项的材料清单内"),
        ({"m-TOTAL_FORMS": "x"}, "不完整"),
        ({"window": "0"}, "现在不能选"),
        ({"key": "not-a-uuid"}, "不完整"),
    ],
)
def test_bad_input_gets_a_sentence_and_writes_nothing(cast: Cast, changes: dict[str, Any], words: str) -> None:
    answer = take_in(cast, **changes)
    assert answer.status_code == 200
    assert words in text_of(answer)
    assert not Application.objects.exists()
    assert not Case.objects.exists()


def test_an_unknown_item_has_no_intake_and_the_finder_says_so(cast: Cast) -> None:
    answer = at_desk(cast.receiver).get(reverse("desk_intake_item", args=["TZ-99"]))
    assert answer.status_code == 404
    assert "没有编码为“TZ-99”的事项" in text_of(answer)


def test_a_withdrawn_item_has_no_intake_and_what_was_typed_stays(cast: Cast) -> None:
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=None, reason="取消")
    answer = at_desk(cast.receiver).get(reverse("desk_intake_item", args=["TZ-09"]))
    assert answer.status_code == 404
    assert "已经停止受理" in text_of(answer)
    late = take_in(cast, name="绍兴示例装饰有限公司")
    assert late.status_code == 200
    assert "已暂停或者取消办理" in text_of(late)
    assert 'value="绍兴示例装饰有限公司"' in late.content.decode()
    assert not Case.objects.exists()


def test_a_verb_pressed_twice_with_one_form_is_done_once_and_looks_done_both_times(cast: Cast) -> None:
    case = received_case()
    client, key = at_desk(cast.receiver), str(uuid.uuid4())
    url = reverse("cases_modeladmin_accept", args=[case.pk])
    form = {"key": key, "without_scans": "on"}
    first, second = client.post(url, form), client.post(url, form)
    assert first.status_code == second.status_code == 302
    assert Event.objects.filter(case=case, verb="accept").count() == 1


def test_a_verb_that_comes_too_late_says_who_was_first(cast: Cast) -> None:
    case = received_case()
    url = reverse("cases_modeladmin_accept", args=[case.pk])
    at_desk(cast.receiver).post(url, {"key": str(uuid.uuid4()), "without_scans": "on"})
    late = at_desk(cast.second_receiver).post(url, {"key": str(uuid.uuid4())})
    assert "receiver已于" in text_of(late)


def test_get_never_acts(cast: Cast) -> None:
    case = received_case()
    at_desk(cast.receiver).get(reverse("cases_modeladmin_accept", args=[case.pk]))
    case.refresh_from_db()
    assert case.status == "received"


def test_a_scanned_code_leads_to_its_slip_and_a_strange_one_to_a_sentence(cast: Cast) -> None:
    case = accepted_case()
    slip = case.slips.get(department__code="sx-rfb")
    mine, other = at_desk(cast.officer("sx-rfb")), at_desk(cast.officer("sx-qxj"))
    url = reverse("slips_modeladmin_index")
    assert mine.get(url, {"q": slip.code.lower()}).url == reverse("slips_modeladmin_inspect", args=[slip.pk])
    for client, code in ((other, slip.code), (mine, "JD99999999999")):
        assert "没有找到这张交接单" in text_of(client.get(url, {"q": code}))


@pytest.mark.parametrize(
    "name, data, words",
    [("图.pdf", image("PNG"), "后缀不符"), ("a.exe", b"MZ", "只能上传"), ("a.pdf", b"", "空")],
)
def test_a_file_that_is_not_what_it_says_is_refused_beside_its_field(
    cast: Cast, name: str, data: bytes, words: str
) -> None:
    case = received_case()
    form = {"key": str(uuid.uuid4()), "material": "m01", "upload": SimpleUploadedFile(name, data)}
    answer = at_desk(cast.receiver).post(reverse("cases_modeladmin_upload", args=[case.pk]), form)
    assert words in text_of(answer)
    assert not CaseFile.objects.exists()


def test_a_scan_is_kept_once_and_served_to_those_who_see_the_case(cast: Cast) -> None:
    case = received_case()
    client, url = at_desk(cast.receiver), reverse("cases_modeladmin_upload", args=[case.pk])
    key = str(uuid.uuid4())
    for _ in range(2):
        form = {"key": key, "material": "m01", "upload": SimpleUploadedFile("合同.pdf", PDF)}
        assert client.post(url, form).status_code == 302
    file = CaseFile.objects.get()
    answer = client.get(reverse("desk_file", args=[file.uuid]))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_scan_shows_on_the_slip_of_every_department(cast: Cast) -> None:
    case = received_case()
    form = {"key": str(uuid.uuid4()), "material": "m01", "upload": SimpleUploadedFile("表.pdf", PDF)}
    at_desk(cast.receiver).post(reverse("cases_modeladmin_upload", args=[case.pk]), form)
    accept(case, by=cast.receiver)
    for slip in case.slips.all():
        assert slip.lines.get(order=1).scanned


def test_the_full_identity_number_appears_once_and_is_not_cached(cast: Cast) -> None:
    case = received_case("BDC-01", applicant=private_person())
    client, url = at_desk(cast.estate_receiver), reverse("cases_modeladmin_reveal", args=[case.pk])
    assert PERSON not in client.get(reverse("cases_modeladmin_inspect", args=[case.pk])).content.decode()
    answer = client.post(url, {"key": str(uuid.uuid4()), "reason": "核对营业执照"})
    assert PERSON in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_a_whole_case_through_the_forms(cast: Cast) -> None:
    """Decision, result with its file, shelf, wrong and right pickup, by HTTP alone."""
    case = decided_case(cast)
    officer, issuer = at_desk(cast.officer("sx-jsj")), at_desk(cast.issuer)
    form = {
        "key": str(uuid.uuid4()),
        "name": "许可证",
        "number": "1",
        "originals": 1,
        "duplicates": 0,
        "returned": "m05",
    }
    upload = SimpleUploadedFile("证.pdf", PDF)
    sent = officer.post(reverse("cases_modeladmin_transfer", args=[case.pk]), {**form, "upload": upload})
    assert sent.status_code == 302
    slip = case.slips.get(direction="to_window")
    shelf = {"key": str(uuid.uuid4()), "shelf": "A架"}
    assert issuer.post(reverse("slips_modeladmin_take_in", args=[slip.pk]), shelf).status_code == 302
    code = case.documents.get(kind="pickup_notice").content["pickup_code"]
    url = reverse("pickup_modeladmin_deliver", args=[case.delivery.pk])
    collect = {
        "key": str(uuid.uuid4()),
        "name": "示例乙",
        "identity_kind": "111",
        "identity_number": PERSON,
        "code": "x",
    }
    assert "取件码不正确" in text_of(issuer.post(url, collect))
    done = issuer.post(url, {**collect, "code": code})
    again = issuer.post(url, {**collect, "code": code})
    assert done.status_code == again.status_code == 302
    page = text_of(issuer.get(reverse("pickup_modeladmin_inspect", args=[case.delivery.pk])))
    assert "330602********0001" in page
    assert case.results.get().file.name == "证.pdf"


@pytest.mark.parametrize("hostile", ["\x00", "a" * 5000, "%", "'; --", "<script>", "🀄"])
def test_hostile_searches_get_a_page(cast: Cast, hostile: str) -> None:
    received_case()
    client = at_desk(cast.receiver)
    for name in ("cases_modeladmin_index", "slips_modeladmin_index", "desk_intake"):
        answer = client.get(reverse(name), {"q": hostile, "page": "999999", "sort": "x", "show": "zzz"})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
    assert client.get("/admin/cases/inspect/99999999999999999999999/").status_code == 404


@pytest.mark.parametrize("name", ["cases_modeladmin_index", "slips_modeladmin_index"])
def test_lists_cost_the_same_however_long_they_are(cast: Cast, name: str, django_assert_max_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, url = at_desk(cast.receiver), reverse(name) + "?show=all"
    accepted_case()
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _ in range(5):
        accepted_case()
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(few) + 1


def test_no_register_draws_an_icon_that_is_not_there() -> None:
    """Booleans of a plain modeladmin list need files of Django's own admin, which only a real server misses."""
    for register in (*HouseGroup.items, *RulebookGroup.items):
        booleans = {field.name for field in register.model._meta.fields if isinstance(field, BooleanField)}
        assert not booleans & set(register.list_display), register


def test_failed_work_is_seen_and_tried_again_by_a_person(cast: Cast) -> None:
    received_case()
    row = Promise.objects.create(
        kind="documents.render", key="x", args={}, status=PromiseStatus.DEAD, last_error="OSError"
    )
    client = at_desk(cast.supervisor)
    assert "OSError" in text_of(client.get(reverse("promises_modeladmin_inspect", args=[row.pk])))
    client.post(reverse("promises_modeladmin_retry", args=[row.pk]), {"key": str(uuid.uuid4())})
    row.refresh_from_db()
    assert (row.status, row.retried_by) == (PromiseStatus.WAITING, cast.supervisor)


def test_staff_screens_speak_chinese(cast: Cast) -> None:
    """No English sentence, label or placeholder on the screens of staff; codes and names may be Latin."""
    case = accepted_case()
    slip = case.slips.get(department__code="sx-jsj")
    screens = {
        cast.receiver: [
            reverse("wagtailadmin_home"),
            reverse("desk_intake"),
            reverse("desk_intake_item", args=["TZ-09"]),
            reverse("cases_modeladmin_index"),
            reverse("cases_modeladmin_inspect", args=[case.pk]),
            reverse("cases_modeladmin_withdraw", args=[case.pk]),
        ],
        cast.officer("sx-jsj"): [
            reverse("wagtailadmin_home"),
            reverse("tasks_modeladmin_index"),
            reverse("slips_modeladmin_inspect", args=[slip.pk]),
            reverse("slips_modeladmin_sign", args=[slip.pk]),
        ],
        cast.issuer: [reverse("pickup_modeladmin_index")],
    }
    allowed = re.compile(
        r"(SX[A-Z]?\d+|JD\d+|TZ-\d+|PDF|JPG|PNG|DOCX|XLSX|MB|[a-z]+(-\w+)+|receiver|issuer|sgxk|noreply|Alt)"
    )
    for user, urls in screens.items():
        client = at_desk(user)
        for url in urls:
            shown = client.get(url).content.decode()
            shown = re.sub(r"<(script|style|svg|template|noscript)\b.*?</\1>", "", shown, flags=re.S)
            labels = re.findall(r'\s(?:placeholder|aria-label|alt|title)="([^"]*)"', shown)
            words = re.sub(r'<(?:"[^"]*"|\'[^\']*\'|[^>"\'])*>', "\n", shown)
            for line in [*words.split("\n"), *labels]:
                rest = allowed.sub("", line)
                assert not re.search(r"[A-Za-z]{3,}", rest), (url, line.strip())


def test_a_paper_whose_file_is_gone_is_answered_with_a_sentence(cast: Cast) -> None:
    from portal.lib.files import private_path

    document = accepted_case().documents.get(kind="acceptance")
    document.pdf()
    private_path(document.path).unlink()
    answer = at_desk(cast.receiver).get(reverse("desk_document", args=[document.cases.get().pk, document.pk]))
    assert answer.status_code == 503
    assert "从备份恢复" in answer.content.decode()


def test_a_request_no_form_of_ours_sends_is_answered_with_a_sentence(cast: Cast, settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    answer = take_in(cast)
    assert answer.status_code == 400
    assert "没有作任何改动" in answer.content.decode()


def test_signing_in_wrongly_too_often_locks_with_a_sentence(cast: Cast, settings) -> None:
    client, url = Client(), reverse("wagtailadmin_login")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = client.post(url, {"username": "receiver", "password": "wrong"})
    assert last.status_code == 429
    assert "15分钟后再试" in last.content.decode()


def test_a_stale_form_is_answered_with_a_sentence(cast: Cast) -> None:
    case = received_case()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.receiver, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("cases_modeladmin_accept", args=[case.pk]), {"key": str(uuid.uuid4())})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def upload(name: str = "扫描.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def test_whoever_may_only_read_a_case_adds_no_file_to_it(cast: Cast) -> None:
    case = received_case()
    for user in (cast.supervisor, cast.issuer):
        data = {"key": str(uuid.uuid4()), "material": "m01", "upload": upload()}
        answer = at_desk(user).post(reverse("cases_modeladmin_upload", args=[case.pk]), data)
        assert "您的岗位不能办理" in text_of(answer)
    assert not case.files.exists()
    data = {"key": str(uuid.uuid4()), "material": "m01", "upload": upload()}
    assert at_desk(cast.receiver).post(reverse("cases_modeladmin_upload", args=[case.pk]), data).status_code == 302


def test_a_refused_result_leaves_no_file_behind(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    data = {"key": str(uuid.uuid4()), "name": "许可证", "number": "1", "originals": "1", "duplicates": "0"}
    for user in (cast.officer("sx-jsj"), cast.officer("sx-rfb")):
        url = reverse("cases_modeladmin_transfer", args=[case.pk])
        answer = at_desk(user).post(url, {**data, "upload": upload("结果.pdf")})
        assert answer.status_code == 200
    assert not case.files.exists()


def test_a_refused_acceptance_shows_no_number_that_is_not_there(cast: Cast) -> None:
    case = received_case(complete=False)
    answer = at_desk(cast.receiver).post(reverse("cases_modeladmin_accept", args=[case.pk]), {"key": str(uuid.uuid4())})
    assert "材料还不能受理" in text_of(answer)
    assert case.application.number in text_of(answer)
    assert "SXT" not in text_of(answer)


@pytest.mark.parametrize("name", ["\u200b\u202e", "\u3000"])
def test_a_name_of_signs_that_nobody_sees_is_no_name(cast: Cast, name: str) -> None:
    assert "必填" in text_of(take_in(cast, name=name))
    assert not Case.objects.exists()


def test_signs_that_nobody_sees_are_left_out_of_what_is_typed(cast: Cast) -> None:
    take_in(cast, name="绍兴\u202e示例公司", contact_phone="138 0000 0000")
    application = Application.objects.get()
    assert (application.applicant_name, application.contact_phone) == ("绍兴示例公司", "13800000000")


def test_a_form_that_somebody_else_has_used_is_refused_with_a_sentence(cast: Cast) -> None:
    key = str(uuid.uuid4())
    take_in(cast, key=key)
    for changes in ({"name": "绍兴另一家公司"},):
        assert "已经用过" in text_of(take_in(cast, key=key, **changes))
    assert Case.objects.count() == 1


@pytest.mark.parametrize("days", [{"to": "9999-12-31"}, {"from": "0001-01-01"}])
def test_a_day_out_of_all_time_is_told(cast: Cast, days: dict[str, str]) -> None:
    answer = at_desk(cast.supervisor).get(reverse("desk_ledger", args=["TZ-09"]), days)
    assert "应当是日期" in text_of(answer)


def test_the_sign_in_form_speaks_chinese(db: None) -> None:
    words = text_of(Client().get(reverse("wagtailadmin_login")))
    assert "密码" in words
    assert "Password" not in words


def test_a_verb_without_its_key_says_so(cast: Cast) -> None:
    answer = at_desk(cast.receiver).post(reverse("cases_modeladmin_accept", args=[received_case().pk]))
    assert "这张表单不完整" in text_of(answer)


def test_the_page_of_ones_own_account_takes_no_portrait_no_name_and_no_time_zone(cast: Cast) -> None:
    page = at_desk(cast.receiver).get(reverse("wagtailadmin_account")).content.decode()
    assert 'type="file"' not in page
    assert "first_name" not in page
    assert "Asia/" not in page
    assert "old_password" in page
