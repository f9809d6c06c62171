"""Whether a PDF may be kept: nothing in it runs, asks for a password or hides another file.

A stranger's PDF is opened by a process of its own (`pdf_child`) with little memory and time, so that one made to harm
takes neither the web server nor the machine along.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from portal.lib.file_kinds import FileRefused

CHILD = Path(__file__).with_name("pdf_child.py")
MEMORY = 1024**3
"""Bytes that the child may take, qpdf itself included."""
CPU_SECONDS, SECONDS = 30, 60

REFUSED = {
    "unreadable": "PDF文件已损坏，不能读取，请重新生成或者重新扫描。",
    "encrypted": "PDF文件设有密码或者权限限制，以后可能打不开。请用没有加密的文件重新上传，或者打印后扫描。",
    "attachments": "PDF文件里夹带了别的文件，不能保存。请把夹带的文件取出来单独上传，再上传不带附件的PDF。",
    "form": "PDF文件是动态表单（XFA），只有个别软件能显示。请打印成普通PDF或者扫描后重新上传。",
    "signed": "PDF文件里有会自动运行的脚本，又带有电子签名，去掉脚本会破坏签名。请打印后扫描上传。",
}
REMOVED = "PDF文件里有会自动运行的脚本或者动作，已经去掉，页面内容没有变动。请打开核对。"
SCRIPTS = "PDF文件里有会自动运行的脚本或者动作，请去掉后重新上传。"


@dataclass(frozen=True)
class Looked:
    """The PDF as it may be kept: byte for byte, or without what ran in it, which `note` says."""

    data: bytes
    note: str = ""


def looked(data: bytes) -> Looked:
    """Raises FileRefused for a PDF that cannot be kept."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "given.pdf", Path(folder) / "made.pdf"
        given.write_bytes(data)
        verdict = _verdict(given, made)
        if verdict == "clean":
            return Looked(data)
        if verdict == "removed":
            return Looked(made.read_bytes(), REMOVED)
    raise FileRefused(REFUSED.get(verdict, REFUSED["unreadable"]))


def _verdict(given: Path, made: Path) -> str:
    """One word of the child; "unreadable" when it was stopped or broke."""
    command = [sys.executable, "-I", str(CHILD), str(given), str(made), str(MEMORY), str(CPU_SECONDS)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return "unreadable"
    return done.stdout.strip()
