"""What is uploaded with a case: the same bytes of the same material are kept once, on the disk as well."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pikepdf import Dictionary, Name, String

from portal.cases.intake.files import keep_upload, may_bring
from portal.cases.models import Case, CaseFile
from portal.lib.files import read_private
from portal.pickup.models import Result
from tests.cast import Cast, decided_case, received_case
from tests.files import PDF, drawn, pdf, saved, scan

pytestmark = pytest.mark.django_db
OTHER_PDF = PDF.replace(b"%%EOF", b"% another scan\n%%EOF")


def a_scan(data: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("扫描.pdf", data)


def on_the_disk() -> set[Path]:
    return {path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()}


def test_the_same_file_four_times_is_one_file_and_one_row(cast: Cast) -> None:
    case, before = received_case(), on_the_disk()
    line = case.materials.first()
    kept = [keep_upload(case, a_scan(), by=cast.receiver, material=line) for _ in range(4)]
    assert len({file.pk for file in kept}) == CaseFile.objects.count() == 1
    assert [file.was_kept_before for file in kept] == [False, True, True, True]
    assert [path.name for path in on_the_disk() - before] == [Path(kept[0].path).name]
    assert case.events.filter(verb="upload").count() == 1


def test_another_file_and_the_same_for_another_material_are_kept(cast: Cast) -> None:
    case, before = received_case(), on_the_disk()
    first, second = case.materials.all()[:2]
    for data, line in ((PDF, first), (OTHER_PDF, first), (PDF, second)):
        assert not keep_upload(case, a_scan(data), by=cast.receiver, material=line).was_kept_before
    assert CaseFile.objects.count() == len(on_the_disk() - before) == 3


def test_a_file_whose_row_could_not_be_written_is_dropped(cast: Cast) -> None:
    case = received_case()
    line, key = case.materials.first(), str(uuid.UUID(int=7))
    keep_upload(case, a_scan(), by=cast.receiver, material=line, once=key)
    before = on_the_disk()
    with pytest.raises(IntegrityError), transaction.atomic():
        keep_upload(case, a_scan(OTHER_PDF), by=cast.receiver, material=line, once=key)
    assert on_the_disk() == before


def test_a_file_keeps_the_end_of_its_name_and_is_told_with_what_it_belongs_to(cast: Cast) -> None:
    case = received_case()
    line = case.materials.first()
    long = f"{'甲' * 130}.pdf"
    file = keep_upload(case, SimpleUploadedFile(long, PDF), by=cast.receiver, material=line)
    assert file.name == long[-120:]
    assert case.events.get(verb="upload").text == f"“{line.name}”：{file.name}"
    decided = decided_case(cast)
    keep_upload(decided, a_scan(), by=cast.officer("sx-jsj"))
    assert decided.events.get(verb="upload").text == "办理结果：扫描.pdf"


def test_scans_may_be_brought_by_a_window_of_the_place_until_the_decision(cast: Cast) -> None:
    case = received_case()
    assert may_bring(case, cast.receiver)
    assert not may_bring(case, cast.estate_receiver)
    assert not may_bring(decided_case(cast), cast.receiver)


def row_like(file: CaseFile) -> CaseFile:
    fields = ("case", "material", "name", "content_type", "size", "sha256", "uploaded_by")
    return CaseFile(path="another.pdf", **{name: getattr(file, name) for name in fields})


@pytest.mark.parametrize("of_a_material", [True, False])
def test_the_database_itself_holds_the_rule(of_a_material: bool, cast: Cast) -> None:
    case: Case = received_case()
    file = keep_upload(case, a_scan(), by=cast.receiver, material=case.materials.first())
    if not of_a_material:
        CaseFile.objects.update(material=None)
        file.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        row_like(file).save()


def test_the_clerk_is_told_without_an_error(cast: Cast) -> None:
    case, client = received_case(), Client()
    client.force_login(cast.receiver, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("cases_modeladmin_upload", args=[case.pk])
    pages = []
    for number in range(2):
        form = {"key": str(uuid.UUID(int=number)), "material": "m01", "upload": a_scan()}
        pages.append(client.post(url, form, follow=True).content.decode())
    assert "文件已保存。" in pages[0]
    assert "这个文件已经保存过，没有重复保存。" in pages[1]
    assert "文件已保存。" not in pages[1]


def uploads(*files: tuple[str, bytes]) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, data) for name, data in files]


def at_the_window(cast: Cast, case: Case, files: list[SimpleUploadedFile]) -> str:
    client = Client()
    client.force_login(cast.receiver, backend="django.contrib.auth.backends.ModelBackend")
    form = {"key": str(uuid.uuid4()), "material": "m01", "upload": files}
    return client.post(reverse("cases_modeladmin_upload", args=[case.pk]), form, follow=True).content.decode()


def test_several_files_are_taken_at_once_with_one_entry_in_the_log(cast: Cast) -> None:
    case = received_case()
    files = uploads(("一.heic", saved(drawn(), "HEIF")), ("二.tif", scan(3)), ("三.bmp", saved(drawn("L"), "BMP")))
    page = at_the_window(cast, case, files)
    assert "3个文件已保存。" in page
    assert "HEIC图片已经转为JPG图片保存。" in page
    assert "TIFF图片已经转为PDF文件保存。" in page
    assert [file.name for file in case.files.all()] == ["一.jpg", "二.pdf", "三.png"]
    assert "一.jpg、二.pdf、三.png。HEIC图片已经转为" in case.events.get(verb="upload").text
    assert "这些文件都已经保存过" in at_the_window(
        cast, case, uploads(("一.heic", saved(drawn(), "HEIF")), ("二.tif", scan(3)))
    )


def test_one_broken_file_among_several_is_named_and_none_is_kept(cast: Cast) -> None:
    case, before = received_case(), on_the_disk()
    page = at_the_window(cast, case, uploads(("好.pdf", PDF), ("坏.jpg", saved(drawn(), "JPEG")[:300])))
    assert "“坏.jpg”：图片已损坏" in page
    assert "这次选择的2个文件都没有保存" in page
    assert not case.files.exists()
    assert on_the_disk() == before


def test_too_many_files_at_once_are_refused_with_a_sentence(cast: Cast) -> None:
    case = received_case()
    page = at_the_window(cast, case, uploads(*[(f"{number}.pdf", PDF) for number in range(21)]))
    assert "一次最多上传20个文件，这次选择了21个" in page
    assert not case.files.exists()


def test_nothing_chosen_is_told(cast: Cast) -> None:
    assert "文件已保存" not in at_the_window(cast, received_case(), [])


def test_a_pdf_with_a_script_is_kept_without_it_and_the_clerk_is_warned(cast: Cast) -> None:
    case = received_case()
    armed = pdf(lambda made: made.Root.update({"/OpenAction": Dictionary(S=Name.JavaScript, JS=String("x"))}))
    page = at_the_window(cast, case, uploads(("表.pdf", armed)))
    assert "已经去掉" in page
    assert b"JavaScript" not in read_private(case.files.get().path)


def test_the_file_of_a_result_that_is_refused_is_not_kept(cast: Cast) -> None:
    """A verb that is refused leaves nothing of what came with it: no row, no event, no file."""
    case, client = decided_case(cast), Client()
    client.force_login(cast.officer("sx-jsj"), backend="django.contrib.auth.backends.ModelBackend")
    url, before = reverse("cases_modeladmin_transfer", args=[case.pk]), on_the_disk()
    form = {"key": str(uuid.uuid4()), "name": "许可证", "originals": 1, "duplicates": 0}
    Result.objects.create(case=case, name="许可证", number="1", made_by=cast.officer("sx-jsj"))
    answer = client.post(url, {**form, "number": "1", "upload": a_scan()})
    assert "登记了两次" in answer.content.decode()
    assert not case.files.exists()
    assert not case.events.filter(verb="upload").exists()
    assert on_the_disk() == before
    assert client.post(url, {**form, "number": "2", "upload": a_scan()}).status_code == 302
    assert case.results.get(number="2").file == case.files.get()
    assert len(on_the_disk() - before) == 1
