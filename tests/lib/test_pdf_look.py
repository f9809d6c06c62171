"""A PDF is kept byte for byte, unless something in it runs; one that is locked or hides files is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from portal.lib import pdf_look
from portal.lib.file_kinds import FileRefused
from portal.lib.pdf_look import looked
from tests.files import PDF, pdf

Parts = dict[str, Any]
SCRIPT: Parts = {"/S": Name.JavaScript, "/JS": String("app.alert(1)")}


def action(**parts: Any) -> Parts:
    return {f"/{name}": value for name, value in parts.items()}


def opens_with(action: Parts) -> Callable[[Pdf], None]:
    def change(made: Pdf) -> None:
        made.Root.OpenAction = made.make_indirect(Dictionary(action))

    return change


def named_script(made: Pdf) -> None:
    made.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), made.make_indirect(Dictionary(SCRIPT))]))
    )


def script_on_a_page(made: Pdf) -> None:
    made.pages[0].AA = Dictionary(O=Dictionary(SCRIPT))


def note(subtype: Any, does: Parts | None = None, *, then: Parts | None = None) -> Callable[[Pdf], None]:
    def change(made: Pdf) -> None:
        shown = Dictionary(Type=Name.Annot, Subtype=subtype, Rect=[0, 0, 9, 9])
        if does is not None:
            shown.A = Dictionary(does)
        if then is not None:
            shown.A.Next = Array([Dictionary(then)])
        made.pages[0].Annots = Array([made.make_indirect(shown)])

    return change


def attached(made: Pdf) -> None:
    made.attachments["清单.txt"] = pikepdf.AttachedFileSpec(made, b"hidden")


def signed(made: Pdf) -> None:
    opens_with(SCRIPT)(made)
    signature = Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("x"))
    made.Root.AcroForm = Dictionary(Fields=Array([made.make_indirect(Dictionary(FT=Name.Sig, V=signature))]))


def dynamic(made: Pdf) -> None:
    made.Root.AcroForm = Dictionary(Fields=Array(), XFA=String("<xdp/>"))


def link(made: Pdf) -> None:
    note(Name.Link, action(S=Name.URI, URI=String("https://example.cn/")))(made)


def shown_first(made: Pdf) -> None:
    made.Root.OpenAction = Array([made.pages[0].obj, Name.Fit])


@pytest.mark.parametrize("data", [PDF, pdf(), pdf(link), pdf(shown_first)])
def test_a_pdf_in_which_nothing_runs_is_kept_byte_for_byte(data: bytes) -> None:
    assert looked(data).data == data
    assert not looked(data).note


@pytest.mark.parametrize(
    "change",
    [
        opens_with(SCRIPT),
        opens_with(action(S=Name.Launch, F=String("cmd.exe"))),
        opens_with(action(S=Name.URI, URI=String("https://example.cn/"))),
        named_script,
        script_on_a_page,
        note(Name.Link, SCRIPT),
        note(Name.Link, action(S=Name.GoToR, F=String("\\\\host\\share"))),
        note(Name.Widget, action(S=Name.SubmitForm, F=String("https://example.cn/"))),
        note(Name.Link, action(S=Name.GoTo, D=String("a")), then=SCRIPT),
        note(Name.RichMedia),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_runs_is_removed_with_a_warning_and_the_pages_stay(change: Callable[[Pdf], None], packed: bool) -> None:
    streams = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    made = looked(pdf(change, object_stream_mode=streams))
    assert "已经去掉" in made.note
    assert not looked(made.data).note
    with pikepdf.open(io.BytesIO(made.data)) as kept:
        assert kept.pages[0].Contents.read_bytes() == b"0 0 m 100 100 l S"
        everything = b"".join(part.unparse(resolved=True) for part in kept.objects)
    assert not any(word in everything for word in (b"alert", b"cmd.exe", b"SubmitForm", b"GoToR", b"RichMedia"))


@pytest.mark.parametrize(
    "data, words",
    [
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "密码"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="")), "权限限制"),
        (pdf(attached), "夹带"),
        (pdf(signed), "签名"),
        (pdf(dynamic), "XFA"),
        (pdf()[:200], "已损坏"),
        (b"%PDF-1.7\n%%EOF\n", "已损坏"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        looked(data)


def test_a_pdf_made_to_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def swollen(made: Pdf) -> None:
        made.Root.Waste = made.make_indirect(Array([String("x") for _ in range(300_000)]))

    data = pdf(swollen, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert len(data) < 10_000
    assert not looked(data).note
    monkeypatch.setattr(pdf_look, "MEMORY", 110 * 1024 * 1024)
    with pytest.raises(FileRefused, match="已损坏"):
        looked(data)
