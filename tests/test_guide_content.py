"""What the starting content tells beyond the bare list: situations, forms, answers, bases, files to download.

Nothing of it is invented: what is not known says 待核实, and every answer rests on the item's own words.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client
from pypdf import PdfReader
from wagtail.documents import get_document_model

from pages.content import load_pages
from pages.models import HomePage
from portal.catalog.exchange.content import load_items, load_themes
from portal.catalog.exchange.form_files import FOLDER, answers_of, title_of
from portal.catalog.exchange.guides import UnknownName, add_guide, examples, form_files, read_guides
from portal.catalog.schema.answers import check_answers, check_situation
from portal.catalog.schema.basis import LegalBasis
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.procedure import UNVERIFIED
from portal.organisations.content import load_organisations

CONTENT = Path(settings.CONTENT_DIR)
ITEMS = {item.code: item for item in load_items(CONTENT)}
FILES = form_files(CONTENT)
EXAMPLES = examples(CONTENT)
GROUND = re.compile(rf"《|本指南|{UNVERIFIED}")
"""What an answer rests on: a law, an element of the guide, or nobody's knowledge yet."""
PAIRS = {"（": "）", "《": "》", "“": "”", "〔": "〕"}


def each(items: Iterable[ItemDefinition] = ()) -> Any:
    return pytest.mark.parametrize("item", items or ITEMS.values(), ids=lambda item: item.code)


# -- bases ------------------------------------------------------------------------------------------------------------


def faults(basis: LegalBasis) -> list[str]:
    """What is wrong with the way a basis is kept, in a word each."""
    found = [] if basis.article else ["no article"]
    found += ["year as number"] if re.fullmatch(r"\d{4}年\w{0,4}", basis.document_number) else []
    found += ["limit in article"] if re.search(r"[\d一二三四五六七八九十]+(个?工作)?日", basis.article) else []
    texts = (basis.law, basis.document_number, basis.article, basis.text, basis.effective)
    return found + [
        "broken bracket" for text in texts for left, right in PAIRS.items() if text.count(left) != text.count(right)
    ]


@each()
def test_a_basis_has_its_article_or_says_that_nobody_verified_it(item: ItemDefinition) -> None:
    assert item.legal_bases
    assert [(str(basis), faults(basis)) for basis in item.legal_bases if faults(basis)] == []


@pytest.mark.parametrize(
    "basis, fault",
    [
        ({"law": "《法》", "article": "第八条（2011年修正", "text": "十五日）"}, "broken bracket"),
        ({"law": "《法》", "document_number": "2016年修订", "article": "第二条"}, "year as number"),
        ({"law": "《法》", "document_number": "2008年", "article": "第二条"}, "year as number"),
        ({"law": "《法》", "article": "第二十二条（报告书60日、报告表30日）"}, "limit in article"),
        ({"law": "《法》"}, "no article"),
    ],
)
def test_what_was_wrong_with_bases_would_be_seen_again(basis: dict[str, str], fault: str) -> None:
    assert fault in faults(LegalBasis(**basis))


def test_a_colon_within_brackets_does_not_break_an_article() -> None:
    basis = LegalBasis.model_validate("《建筑法》第七条、第八条（2011年修正：十五日）：应当自收到申请之日起")
    assert (basis.article, basis.text) == ("第七条、第八条（2011年修正：十五日）", "应当自收到申请之日起")


def test_an_article_that_nobody_verified_is_shown_on_the_guide_and_left_out_of_papers() -> None:
    basis = LegalBasis(law="《办法》", document_number="第1号", article=UNVERIFIED)
    assert (str(basis), basis.cited) == ("《办法》（第1号）（条款待核实）", "《办法》（第1号）")
    assert LegalBasis(law="《决定》", article="附件（序号待核实）").cited == "《决定》"


@each()
def test_every_material_names_its_basis_or_that_it_is_not_verified(item: ItemDefinition) -> None:
    assert [
        material.name for material in item.materials if not re.search(rf"《.+》|{UNVERIFIED}", material.basis)
    ] == []


@each()
def test_a_special_procedure_names_its_basis_and_its_time_or_that_it_is_not_verified(item: ItemDefinition) -> None:
    for procedure in item.special_procedures:
        assert re.search(rf"《.+》|{UNVERIFIED}", procedure.basis), procedure
        assert procedure.limit_wd is not None or UNVERIFIED in procedure.note, procedure


@each()
def test_only_the_eight_procedures_of_the_licence_law_stand_outside_the_limit(item: ItemDefinition) -> None:
    """行政许可法 art. 45; 公示 and 现场核查 are not among them."""
    outside = {procedure.kind for procedure in item.special_procedures if not procedure.counted}
    assert outside <= {"听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"}


@each()
def test_an_extension_says_by_how_many_days_and_by_which_law(item: ItemDefinition) -> None:
    assert not item.extension_note or re.search(r"\d+个工作日.*（《.+》.*）", item.extension_note)


@each()
def test_a_decision_is_not_a_review_a_payment_or_the_making_of_the_result(item: ItemDefinition) -> None:
    (decision,) = [step for step in item.route.steps() if step.kind == "decision"]
    assert not re.search("^审查$|缴费|施工|制证", decision.name)
    assert item.route.result is None or "决定" not in item.route.result.name


# -- what a guide tells -----------------------------------------------------------------------------------------------


@each()
def test_rights_remedies_bodies_and_visits_are_told(item: ItemDefinition) -> None:
    for told in (item.rights_duties, item.remedies, item.accept_org, item.decide_org, item.review_type):
        assert told
    assert item.visits_reason or item.visits == 0
    assert item.mail_delivery == ("邮寄" in item.delivery)


def ungrounded(item: ItemDefinition) -> list[str]:
    """Answers that rest on nothing, or on a law of which the rest of the item does not speak."""
    own = json.dumps(item.model_dump(mode="json", exclude={"faqs"}), ensure_ascii=False)
    found = [faq.answer for faq in item.faqs if not GROUND.search(faq.answer)]
    return found + [law for faq in item.faqs for law in re.findall(r"《[^》]+》", faq.answer) if law not in own]


@each()
def test_every_answer_rests_on_the_items_own_words(item: ItemDefinition) -> None:
    assert item.faqs
    assert ungrounded(item) == []


def test_an_answer_out_of_the_air_would_be_seen() -> None:
    faqs = [{"question": "问", "answer": "可以。"}, {"question": "问", "answer": "依据《别的法》。"}]
    item = ITEMS["SS-03"].model_dump() | {"faqs": faqs}
    assert ungrounded(ItemDefinition.model_validate(item)) == ["可以。", "《别的法》"]


def test_the_sale_of_a_home_is_more_than_one_item() -> None:
    theme = next(theme for theme in load_themes(CONTENT) if theme.code == "ZT-04")
    assert theme.items == ("BDC-05", "BDC-01")


# -- situations and forms ---------------------------------------------------------------------------------------------

ASKING = [item for item in ITEMS.values() if item.questions]
FILLED = [item for item in ITEMS.values() if item.form]


def test_there_are_enough_of_them() -> None:
    assert len(ASKING) >= 8
    assert len(FILLED) >= 8
    assert sum(bool(item.faqs) for item in ITEMS.values()) >= 10
    both = [
        code for code, rows in FILES.items() if any({"blank_form", "sample"} <= files.keys() for files in rows.values())
    ]
    assert len(both) >= 10


@each(ASKING)
def test_every_question_divides_the_list_the_route_or_the_form(item: ItemDefinition) -> None:
    parts = [*item.materials, *item.route.steps(), *item.form]
    for question in item.questions:
        asks = [(part.key, when) for part in parts for when in part.when if when.of == question.key]
        left = {
            choice.key: [key for key, when in asks if when.holds({question.key: choice.key})]
            for choice in question.choices
        }
        assert len({tuple(keys) for keys in left.values()}) == len(left), question.text


@each(FILLED)
def test_a_form_has_a_condition_and_repeating_rows(item: ItemDefinition) -> None:
    assert any(field.when for field in item.form)
    assert [field.label for field in item.form if field.kind == "rows" and len(field.columns) > 1]


@each(FILLED)
def test_the_example_of_a_form_is_an_answer_that_the_window_would_take(item: ItemDefinition) -> None:
    situation, answers = answers_of(item, EXAMPLES[item.code])
    assert check_situation(item.questions, situation) == (situation, [])
    assert check_answers(item.form, answers, situation, today=date(2017, 3, 20))[1] == []


@pytest.mark.parametrize(
    "guide",
    [
        {"materials": {"没有的材料": {"basis": "《法》"}}},
        {"materials": {"营业执照": {"when": {"没有的问题？": ["是"]}}}},
        {
            "questions": [{"text": "是吗？", "choices": ["是", "否"]}],
            "materials": {"营业执照": {"when": {"是吗？": ["也许"]}}},
        },
        {"steps": {"sx-none": {"when": {}}}},
    ],
)
def test_a_guide_that_speaks_of_what_its_item_does_not_have_is_refused(guide: dict[str, Any]) -> None:
    data = ITEMS["SS-03"].model_dump(mode="json")
    with pytest.raises(UnknownName, match="SS-03"):
        add_guide(data, {"common": read_guides(CONTENT)["common"], "guides": {"SS-03": guide}}, {})


# -- files ------------------------------------------------------------------------------------------------------------


def printed(name: str) -> str:
    """The text of a file to download, without spaces and line ends."""
    pages = PdfReader(io.BytesIO((CONTENT / FOLDER / name).read_bytes())).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_every_file_that_a_guide_names_is_there_and_no_other() -> None:
    named = {name for rows in FILES.values() for files in rows.values() for name in files.values()}
    assert named == {path.name for path in (CONTENT / FOLDER).iterdir()}
    for name in named:
        assert ("填写示例" in printed(name)) == name.endswith("-sample.pdf"), name


@each(FILLED)
def test_the_files_of_a_form_ask_and_show_what_the_form_does(item: ItemDefinition) -> None:
    """They are drawn from its fields by `manage.py draw_forms`; after a change of these it is to be called again."""
    files = next(files for name, files in FILES[item.code].items() if not files["blank_form"].startswith("authority"))
    blank, sample = printed(files["blank_form"]), printed(files["sample"])
    for field in item.form:
        assert "".join(field.label.split()) in blank
        assert all("".join(column.label.split()) in blank for column in field.columns)
    for said in EXAMPLES[item.code]["answers"].values():
        for text in [said] if isinstance(said, str) else said if isinstance(said[0], str) else [*said[0].values()]:
            assert "".join(str(text).split()) in sample


@pytest.fixture
def one_more(tmp_path: Path) -> Path:
    """A content directory with one item that has files."""
    data = yaml.safe_load((CONTENT / "items.yaml").read_text(encoding="utf-8"))
    data |= {"items": [item for item in data["items"] if item["code"] == "GY-05"], "themes": []}
    for name in ("organisations.yaml", "centre.yaml", "guides.yaml"):
        (tmp_path / name).write_bytes((CONTENT / name).read_bytes())
    (tmp_path / "items.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    (tmp_path / FOLDER).symlink_to(CONTENT / FOLDER)
    return tmp_path


@pytest.mark.django_db
def test_a_loaded_guide_offers_its_blank_form_and_its_sample(one_more: Path, client: Client) -> None:
    load_organisations(one_more)
    load_pages(one_more)
    load_pages(one_more)
    documents = get_document_model().objects
    titles = sorted(documents.values_list("title", flat=True))
    assert titles == ["授权委托书", "授权委托书填写示例", "管道燃气用气申请表", "管道燃气用气申请表填写示例"]
    page = client.get("/items/gy-05/").content.decode()
    for title in titles:
        assert f"：{title}</a>" in page
    blank = documents.get(title=title_of("《管道燃气用气申请表》", "gy-05.pdf"))
    assert default_storage.exists(blank.file.name)
    answer = client.get(blank.url)
    assert b"".join(answer.streaming_content if answer.streaming else [answer.content]).startswith(b"%PDF")


def test_what_the_country_asks_for_and_nobody_knows_says_so_on_the_guide(small_site: HomePage, client: Client) -> None:
    page = client.get("/items/tz-09/").content.decode()
    for title in ("基本编码", "实施编码", "地方基本编码", "地方实施编码", "通办范围", "网办深度"):
        assert re.search(rf"<dt>{title}</dt>\s*<dd>{UNVERIFIED}</dd>", page), title
