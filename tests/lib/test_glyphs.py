"""Every character of the national standard (GB 18030—2022, level 3) is printed; what no font has is named."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from portal.lib import glyphs
from portal.lib.glyphs import as_meant, texts_in, unprintable, why_not, with_places
from portal.lib.pdf import html_to_pdf
from portal.lib.words import is_unseen

BLOCKS = {
    "ideographs": (0x4E00, 0x9FFF),
    "Ext A": (0x3400, 0x4DBF),
    "Ext B": (0x20000, 0x2A6DF),
    "Ext C": (0x2A700, 0x2B739),
    "Ext D": (0x2B740, 0x2B81D),
    "Ext E": (0x2B820, 0x2CEA1),
    "Ext F": (0x2CEB0, 0x2EBE0),
    "Ext I": (0x2EBF0, 0x2EE5D),
    "Ext G": (0x30000, 0x3134A),
    "Ext H": (0x31350, 0x323AF),
    "Tibetan": (0x0F00, 0x0FDA),
    "Mongolian": (0x1800, 0x1878),
    "Uyghur": (0x0620, 0x06D5),
    "Yi": (0xA000, 0xA4C6),
    "Dehong Dai": (0x1950, 0x1974),
    "Xishuangbanna Dai": (0x1980, 0x19DF),
    "Lisu": (0xA4D0, 0xA4FF),
    "Korean": (0xAC00, 0xD7A3),
}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_character_of_the_standard_has_a_glyph(block: str) -> None:
    first, last = BLOCKS[block]
    signs = "".join(chr(code) for code in range(first, last + 1) if not is_unseen(chr(code)))
    assert [glyphs.place(sign) for sign in unprintable(signs)] == []


@pytest.mark.parametrize("name", ["示例\U0002ebf0", "示例\U00031350", "示例𪚥𪜀𫝀𫠠𬺰𰀀", "བཀྲ་ཤིས།", "ᠮᠣᠩᠭᠣᠯ"])
def test_a_rare_name_is_printed_with_its_own_glyphs(name: str) -> None:
    pdf = PdfReader(io.BytesIO(html_to_pdf(f"<p style='font-family: Noto Serif CJK SC'>{name}</p>")))
    assert len(pdf.pages) == 1
    fonts = {str(font.get_object()["/BaseFont"]) for font in pdf.pages[0]["/Resources"]["/Font"].values()}
    assert any(own in font for font in fonts for own in ("Rare-Han", "HanaMin", "Tibetan", "Mongolian"))
    assert len(pdf.stream.getvalue()) < 200_000, "a font was embedded whole"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("示例\ue863", "U+E863"),
        ("示例\ue863", "䶮"),
        ("示例\ue000", "U+E000"),
        ("\U000f0000", "U+F0000"),
        ("示例\U000323b0", "U+323B0"),
    ],
)
def test_a_sign_that_cannot_be_printed_is_named_with_what_to_do(name: str, words: str) -> None:
    sentence = why_not(name)
    assert words in sentence
    assert sentence.endswith("。")
    assert why_not("示例䶮·买买提 ABC，\n第二行\u200d") == ""


def test_a_font_that_knows_private_signs_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "on_this_machine", lambda sign: True)
    assert unprintable("\ue863") == ["\ue863"]


def test_the_content_of_a_paper_is_read_to_its_depth() -> None:
    content = {"a": ["甲", {"b": ("乙\ue000", 3, None)}], "c": True}
    assert list(texts_in(content)) == ["甲", "乙\ue000"]
    assert with_places(content) == {"a": ["甲", {"b": ["乙〔U+E000〕", 3, None]}], "c": True}
    assert as_meant({"name": "\ue863"}) == {"name": "䶮"}
