"""Verifying a paper: genuine, voided or unknown, by code, by QR code or by file, and never more than that."""

from __future__ import annotations

import io
import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from pypdf import PdfReader

from portal.cases.intake.outcomes import accept
from portal.documents.models import Document
from portal.documents.registry import KINDS, Body
from portal.documents.verification import clean_code, verification_url
from portal.lib.throttle import take
from portal.pickup.views import VERIFY_WRONG
from tests.cast import PERSON, Cast, accepted_case, private_person, received_case

pytestmark = [pytest.mark.django_db, pytest.mark.once]
URL = "/verify/"
GENUINE, VOIDED, UNKNOWN = "这份文书是本中心出具的", "这份文书已经作废", "没有查到这份文书"
ALIEN = b"%PDF-1.7\nsomebody else's\n%%EOF\n"


@pytest.fixture
def document(cast: Cast) -> Document:
    return accepted_case().documents.get(kind="acceptance")


def check(code: str = "", file: bytes | None = None) -> str:
    data = {"code": code}
    if file is not None:
        data["file"] = SimpleUploadedFile("文书.pdf", file, content_type="application/pdf")
    response = Client().post(URL, data)
    assert response.status_code == 200
    return response.content.decode()


def test_the_code_on_the_paper_says_that_it_is_genuine_and_what_it_is(document: Document) -> None:
    document.pdf()
    page = check(document.code_in_groups)
    for wanted in (GENUINE, "受理通知书", document.number, "绍兴市行政服务中心", document.content["item"]["name"]):
        assert wanted in page
    assert "绍兴示例建设有限公司" in page
    assert Document.objects.get(pk=document.pk).sha256 in page


def test_a_paper_whose_file_is_not_made_yet_is_genuine_too(document: Document) -> None:
    page = check(document.verification_code)
    assert GENUINE in page
    assert "电子文件正在生成" in page


def test_a_voided_paper_says_when_and_why(document: Document, cast: Cast) -> None:
    document.void(by=cast.receiver, reason="打印有误，已另行出具。")
    page = check(document.verification_code)
    assert VOIDED in page
    assert "打印有误，已另行出具。" in page
    assert GENUINE not in page
    assert str(cast.receiver) not in page


def test_a_person_is_masked_and_nothing_else_of_them_is_told(cast: Cast) -> None:
    case = received_case("BDC-01", applicant=private_person(address="示例路1号"))
    accept(case, by=cast.estate_receiver)
    for document in case.documents.all():
        page = check(document.verification_code)
        assert "示**" in page
        for secret in (
            "示例丙",
            PERSON,
            "330602****",
            "139",
            "示例路",
            case.application.query_code,
            str(cast.estate_receiver),
        ):
            assert secret not in page


def test_every_kind_of_paper_can_be_verified(cast: Cast) -> None:
    for kind, paper in KINDS.items():
        body = "绍市建" if paper.body == Body.DEPARTMENT else ""
        assert GENUINE in check(Document.issue(kind, content={}, by=None, body=body).verification_code)


@pytest.mark.parametrize(
    "typed",
    [
        "ABCDEFGH234567AB",
        "AAAA",
        "",
        "😀" * 16,
        "A" * 5000,
        "ABCDEFGH\x00234567",
        "../../etc/passwd",
        "<script>x</script>",
    ],
)
def test_what_is_no_code_of_ours_is_unknown_and_never_an_error(typed: str, cast: Cast) -> None:
    page = check(typed) if typed else check(" . ")
    assert UNKNOWN in page
    assert "<script>x" not in page


def test_nothing_asked_is_answered_with_what_to_do() -> None:
    assert "请输入文书验证码" in check("")


@pytest.mark.parametrize(
    "typed",
    [
        "abcd-efgh-ijkl-2345", " ABCD EFGH IJKL 2345 ", "ＡＢＣＤＥＦＧＨＩＪＫＬ２３４５", "ABCDEFGH1JKL2345",
        "https://example.cn/verify/ABCDEFGHIJKL2345/", "ABCD–EFGH–1JKL–2345",
    ],
)  # fmt: skip
def test_a_code_is_read_as_people_type_scan_and_paste_it(typed: str) -> None:
    assert clean_code(typed) == "ABCDEFGHIJKL2345"


def test_signs_the_code_does_not_have_are_the_letters_they_look_like() -> None:
    assert clean_code("8018801880188018") == "BOIBBOIBBOIBBOIB"


def test_the_qr_code_of_a_printed_paper_leads_to_its_answer(document: Document) -> None:
    assert verification_url(document) == f"{settings.BASE_URL}/verify/{document.verification_code}/"
    response = Client().get(f"/verify/{document.verification_code}/")
    assert response.status_code == 200
    assert GENUINE in response.content.decode()
    assert response["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in response["Cache-Control"]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(document.pdf())).pages)
    assert document.code_in_groups in re.sub(r"\s", "", text)


def test_an_address_with_a_wrong_code_is_not_there() -> None:
    for code in ("ABCDEFGH234567AB", "A", "😀", "x" * 3000, "%00"):
        response = Client().get(f"/verify/{code}/")
        assert response.status_code == 404
        assert UNKNOWN in response.content.decode()


def test_only_reading_at_an_address_with_a_code(document: Document) -> None:
    assert Client().head(f"/verify/{document.verification_code}/").status_code == 200
    assert Client().post(f"/verify/{document.verification_code}/").status_code == 405
    for method in ("put", "delete", "patch"):
        assert getattr(Client(), method)(URL).status_code == 405
    assert Client().head(URL).status_code == 200


def test_the_file_as_it_was_issued_is_recognised_with_and_without_its_code(document: Document) -> None:
    data = document.pdf()
    for page in (check(file=data), check(document.verification_code, data)):
        assert GENUINE in page
        assert "完全一致" in page
        assert document.number in page


def test_a_changed_file_is_told_apart(document: Document) -> None:
    changed = document.pdf() + b" "
    page = check(document.verification_code, changed)
    assert "文件与原件不一致" in page
    assert GENUINE not in page
    assert "没有与这个文件完全一致的文书" in check(file=changed)
    assert "没有与这个文件完全一致的文书" in check(file=ALIEN)


def test_an_empty_file_is_no_paper_whose_file_is_not_made_yet(document: Document) -> None:
    assert document.sha256 == ""
    assert "没有与这个文件完全一致的文书" in check(file=b"")


def test_the_file_of_a_voided_paper_is_voided(document: Document, cast: Cast) -> None:
    data = document.pdf()
    document.void(by=cast.receiver, reason="打印有误")
    assert VOIDED in check(file=data)


def test_a_file_that_is_too_large_is_refused_by_what_it_announces_and_by_what_it_is(document: Document) -> None:
    with override_settings(UPLOAD_MAX_BYTES=1024 * 1024):
        for size in (1024 * 1024 + 1, 1024 * 1024 + 200 * 1024):
            response = Client().post(URL, {"code": "", "file": SimpleUploadedFile("a.pdf", b"x" * size)})
            assert response.status_code == 413
            assert "文件超过1 MB" in response.content.decode()
        assert "没有与这个文件" in check(file=b"x" * 1024 * 1024)


def test_an_uploaded_file_is_neither_stored_nor_spooled(document: Document, tmp_path) -> None:
    data = document.pdf()
    with override_settings(FILE_UPLOAD_TEMP_DIR=str(tmp_path), FILE_UPLOAD_MAX_MEMORY_SIZE=0):
        (tmp_path / "mark").touch()
        before = Document.objects.count()
        assert "完全一致" in check(file=data)
    assert [path.name for path in tmp_path.iterdir()] == ["mark"]
    assert Document.objects.count() == before


def test_the_answer_never_carries_the_file(document: Document) -> None:
    document.pdf()
    page = check(document.verification_code)
    assert document.path not in page
    assert "/admin/" not in re.search(r"<main.*</main>", page, re.S).group()


def no_wrong_answer_is_left() -> None:
    for _ in range(VERIFY_WRONG.limit):
        take(VERIFY_WRONG, "127.0.0.1")


def test_an_address_gets_so_many_wrong_answers_by_code_by_qr_code_and_by_file_together() -> None:
    no_wrong_answer_is_left()
    alien = SimpleUploadedFile("文书.pdf", ALIEN, content_type="application/pdf")
    answers = [
        Client().get("/verify/ABCDEFGH234567AB/"),
        *(Client().post(URL, {field: value}) for field, value in (("code", "A"), ("file", alien))),
    ]
    for response in answers:
        assert response.status_code == 429
        assert "以后再试" in response.content.decode()
        assert int(response["Retry-After"]) > 0
    assert Client().get(URL).status_code == 200
    assert Client().post(URL, {"code": "A"}, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_wrong_answers_of_neighbours_do_not_hide_a_genuine_paper(document: Document) -> None:
    data = document.pdf()
    no_wrong_answer_is_left()
    assert GENUINE in check(document.verification_code)
    assert GENUINE in check(file=data)
    assert GENUINE in Client().get(f"/verify/{document.verification_code}/").content.decode()


def test_genuine_papers_are_not_counted(document: Document) -> None:
    for _ in range(VERIFY_WRONG.limit + 1):
        check(document.verification_code)
    assert UNKNOWN in check("A")


def test_a_form_of_another_site_is_not_answered(document: Document) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(URL, {"code": document.verification_code}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(URL).content.decode()).group(1)
    page = client.post(URL, {"code": document.verification_code, "csrfmiddlewaretoken": token}).content.decode()
    assert GENUINE in page
