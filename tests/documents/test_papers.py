"""The printed papers: every template knows every name it uses, and hostile words stay words."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Engine, TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import timezone
from pypdf import PdfReader

from portal.cases.decision.withdraw import withdraw
from portal.cases.intake.correction import complete_correction, lapse, request_correction
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.intake.printing import print_application_form, print_receipt
from portal.cases.models import Case
from portal.documents.models import Document
from portal.documents.registry import KINDS, Rendition
from portal.documents.verification import verification_url
from portal.handover.home import hand_back
from portal.handover.signing import take_back
from portal.lib.pdf import render_pdf
from portal.pickup.delivering import deliver
from portal.pickup.results import NewResult, take_in, transfer_result
from tests.cast import PERSON, Cast, company, decided_case, good_rows, received_case, sign_all

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LONG = "很长的名称" * 60
HOSTILE = '<script>alert(1)</script><img src="x">㛃𬱖'


class Unknown(str):
    """Stands in the output wherever a template asks for a name that the content does not have."""

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"the template asks for {name}")


def engine() -> Engine:
    catalog = "portal.catalog.templatetags"
    libraries = {"paper": "portal.documents.templatetags.paper", "fees": f"{catalog}.fees", "able": f"{catalog}.able"}
    return Engine(dirs=[settings.BASE_DIR / "site" / "templates"], libraries=libraries, string_if_invalid=Unknown("%s"))


def every_paper(cast: Cast) -> dict[str, Document]:
    """One real document of every kind, made by the verbs themselves."""
    first = received_case("TZ-09", applicant=company(name=HOSTILE), complete=False)
    print_receipt(first, by=cast.receiver)
    print_application_form(first, by=cast.receiver)
    request_correction(first, {"m01": HOSTILE}, by=cast.receiver)
    check_materials(first, good_rows(first), by=cast.receiver)
    complete_correction(first, by=cast.receiver)
    accept(first, by=cast.receiver)
    sign_all(first, cast)
    withdraw(first, by=cast.receiver, reason=HOSTILE)
    take_back(first.slips.get(direction="home"), by=cast.receiver)
    hand_back(first, by=cast.receiver, name="示例乙", identity_kind="111", identity_number=PERSON)
    given_up = received_case("TZ-09", applicant=company(name=HOSTILE), complete=False)
    request_correction(given_up, {"m01": HOSTILE}, by=cast.receiver)
    Case.objects.filter(pk=given_up.pk).update(correction_due=timezone.localdate() - timedelta(days=1))
    lapse(given_up)
    refused = decided_case(cast, "TZ-09", granted=False)
    granted = decided_case(cast, "TZ-09")
    slip = transfer_result(granted, [NewResult("许可证", "1", validity="一年")], {"m05"}, by=cast.officer("sx-jsj"))
    delivery = take_in(slip, "A架", by=cast.issuer)
    code = granted.documents.get(kind="pickup_notice").content["pickup_code"]
    deliver(delivery, by=cast.issuer, code=code, name="示例乙", identity_kind="111", identity_number=PERSON)
    found: dict[str, Document] = {}
    for case in (first, given_up, refused, granted):
        for document in Case.objects.get(pk=case.pk).documents.all():
            found.setdefault(document.kind, document)
    return found


def test_every_kind_has_a_template_without_unknown_names_and_prints_what_it_must(cast: Cast) -> None:
    papers = every_paper(cast)
    assert set(papers) == set(KINDS)
    for kind, document in papers.items():
        html = engine().get_template(document.template).render(Context(document.context(Rendition.WHOLE)))
        assert document.number in html, kind
        assert "<script>" not in html, kind
        assert PERSON not in html, kind
        assert "13800000000" not in html or kind == "application_form", kind  # what the applicant signs, in full


def test_a_slip_prints_three_copies_that_name_every_paper(cast: Cast) -> None:
    slip = decided_case(cast, "TZ-09").slips.get(department__code="sx-jsj", direction="to_department")
    reader = PdfReader(io.BytesIO(slip.document.pdf()))
    assert len(reader.pages) == 3
    text = reader.pages[0].extract_text().replace("\n", "")
    for line in slip.lines.all():
        assert line.name in text
    assert slip.code in text
    for page, copy in zip(reader.pages, ("存根", "部门留存", "回执"), strict=True):
        assert copy in page.extract_text()


def test_sixty_papers_and_very_long_names_break_onto_more_pages_with_their_head(cast: Cast) -> None:
    slip = decided_case(cast, "TZ-09").slips.filter(direction="to_department").first()
    content = dict(slip.document.content)
    row = {**content["lines"][0], "name": LONG}
    content["lines"] = [{**row, "no": number} for number in range(1, 61)]
    reader = PdfReader(
        io.BytesIO(render_pdf(slip.document.template, {**slip.document.context(Rendition.WHOLE), **content}))
    )
    assert len(reader.pages) > 3
    assert "材料名称" in reader.pages[1].extract_text()


def test_the_unknown_name_detector_itself_works() -> None:
    with pytest.raises(AssertionError, match="asks for"):
        engine().from_string("{{ nothing }}").render(Context({}))
    with pytest.raises(TemplateDoesNotExist):
        engine().get_template("documents/none.html")


def test_every_paper_carries_the_address_of_its_answer_and_its_code_in_print(cast: Cast) -> None:
    for document in every_paper(cast).values():
        html = render_to_string(document.template, document.context(Rendition.WHOLE))
        assert f"<title>二维码 {verification_url(document)}</title>" in html, document.kind
        assert document.code_in_groups in html, document.kind


RARE = "示例\U0002ebf0\U00031350𪚥"


def with_name(content: Any, old: str, name: str) -> Any:
    """The content of a paper with another name of its applicant, wherever it stands."""
    if isinstance(content, str):
        return name if content == old else content
    if isinstance(content, dict):
        return {key: with_name(value, old, name) for key, value in content.items()}
    return [with_name(value, old, name) for value in content] if isinstance(content, list) else content


def test_every_paper_prints_a_rare_name_with_its_own_glyphs(cast: Cast) -> None:
    for kind, document in every_paper(cast).items():
        name = document.content.get("applicant", {}).get("name") or document.content["case"]["applicant"]
        content = with_name(document.context(Rendition.WHOLE), name, RARE)
        reader = PdfReader(io.BytesIO(render_pdf(document.template, content)))
        fonts = {str(font.get_object()["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()}
        assert any("Rare-Han" in font for font in fonts), kind
        assert any("HanaMin" in font for font in fonts), kind
