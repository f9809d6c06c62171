"""What may be done to a case and its tasks, and where a case lies: every move of the table, and what moves nothing."""

from __future__ import annotations

from typing import Protocol

from portal.cases.flow import MOVES, WINDOW
from portal.organisations.authority import Place, act
from portal.organisations.roles import CENTRE_ROLES, DEPARTMENT_ROLES, WINDOW_ROLES, Role


class Visit(Protocol):
    """The application of a case, as far as the rule asks: the centre it was brought to."""

    center_id: int


class Placed(Protocol):
    """A case, as far as the rule asks: where it was taken in."""

    zone_id: int

    @property
    def application(self) -> Visit: ...


def place_of(case: Placed, *departments: int | None) -> Place:
    """Where a case lies: its centre, its zone, and the departments (pk) whose turn it is."""
    mine = frozenset(pk for pk in departments if pk is not None)
    return Place(case.application.center_id, case.zone_id, mine)


def of_move(verb: str) -> str:
    """The act of a move of the table."""
    return f"cases.{verb}"


WORKERS = WINDOW_ROLES | DEPARTMENT_ROLES | CENTRE_ROLES

for move in MOVES.values():
    act(of_move(move.verb), move.name, move.actors)

act("cases.see", "查看办件", WORKERS)
act("cases.oversee", "督查办件", CENTRE_ROLES)
act("cases.check_materials", "核对材料", WINDOW)
act("cases.print_receipt", "出具收件凭证", WINDOW)
act("cases.print_application_form", "打印申请表", WINDOW)
act("cases.correct_applicant", "更正申请人信息", WINDOW)
act("cases.upload", "上传扫描件", WINDOW)
act("cases.serve", "登记送达", WINDOW)
# Who compares a number with a card or writes it on a paper; watching or giving an opinion needs none.
act("cases.reveal_identity", "查看完整证件号码和联系电话", {*WINDOW, Role.ISSUER, Role.OFFICER, Role.DECIDER})
# The applicant's own copies bear the query code; whoever else sees the case opens the copies for the file.
act("papers.open", "打开申请人的文书", WINDOW_ROLES)
act("papers.open_copies", "打开文书的存档联", DEPARTMENT_ROLES | CENTRE_ROLES)
act("ledgers.read", "查看和导出台账", WORKERS)
act("tasks.see", "查看部门任务", WORKERS)
act("tasks.list", "查看部门待办", DEPARTMENT_ROLES)
act("tasks.answer", "回复意见", {Role.OFFICER, Role.REVIEWER, Role.DECIDER})
act("tasks.redispatch", "重新分办", WINDOW)
act("tasks.drop", "不再征求意见", WINDOW)
