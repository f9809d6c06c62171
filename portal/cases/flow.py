"""What may follow what: the one table that buttons, guards, tests and the drawn state chart read.

A row says from where a verb may be done, where it leads, and which posts may do it. Verbs that only change a task
(answer, redispatch) or a paper are guarded by the task or the slip itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.cases.states import DECIDED
from portal.cases.states import CaseStatus as S
from portal.organisations.authority import SYSTEM
from portal.organisations.roles import Role


@dataclass(frozen=True)
class Move:
    """One transition: `verb` leads from any of `sources` to `target`; `actors` are role codes or SYSTEM."""

    verb: str
    name: str
    sources: frozenset[str]
    target: str
    actors: frozenset[str]


def _move(verb: str, name: str, sources: Iterable[str], target: str, actors: Iterable[str]) -> Move:
    return Move(verb, name, frozenset(sources), target, frozenset(actors))


WINDOW = {Role.RECEIVER, Role.WINDOW_LEAD}
BEFORE_DECISION = {
    S.RECEIVED,
    S.CORRECTION,
    S.CORRECTION_DONE,
    S.ACCEPTED,
    S.DISPATCHED,
    S.IN_DEPARTMENT,
}

MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _move("receive", "收件", {S.DRAFT}, S.RECEIVED, WINDOW),
        _move("accept", "受理", {S.RECEIVED, S.CORRECTION_DONE}, S.ACCEPTED, WINDOW),
        _move("deem_accepted", "视为受理", {S.RECEIVED, S.CORRECTION_DONE}, S.ACCEPTED, {SYSTEM}),
        _move("request_correction", "一次性告知补正", {S.RECEIVED}, S.CORRECTION, WINDOW),
        _move("complete_correction", "补正到齐", {S.CORRECTION}, S.CORRECTION_DONE, WINDOW | {SYSTEM}),
        _move("lapse", "补正逾期", {S.CORRECTION}, S.LAPSED, {SYSTEM}),
        _move("withdraw", "申请人撤回", BEFORE_DECISION, S.WITHDRAWN, WINDOW),
        _move("dispatch", "分办", {S.ACCEPTED}, S.DISPATCHED, WINDOW | {SYSTEM}),
        _move("sign_for", "部门签收", {S.DISPATCHED, S.IN_DEPARTMENT}, S.IN_DEPARTMENT, {Role.DEPT_RECEIVER, SYSTEM}),
        _move("bounce", "部门退回", {S.DISPATCHED}, S.ACCEPTED, {Role.DEPT_RECEIVER}),
        _move("recall", "收回", {S.DISPATCHED}, S.ACCEPTED, WINDOW),
        _move("grant", "准予", {S.IN_DEPARTMENT}, S.DECIDED_GRANTED, {Role.DECIDER}),
        _move("decide_on_the_spot", "当场决定", {S.ACCEPTED}, S.DECIDED_GRANTED, {Role.DECIDER, Role.OFFICER}),
        _move("refuse_on_the_spot", "当场不予", {S.ACCEPTED}, S.DECIDED_REFUSED, {Role.DECIDER, Role.OFFICER}),
        _move("refuse", "不予办理", {S.IN_DEPARTMENT}, S.DECIDED_REFUSED, {Role.DECIDER}),
        _move("transfer_result", "结果移交", DECIDED, S.RESULT_TRANSFER, {Role.OFFICER}),
        _move("ready_at_window", "窗口直接出件", DECIDED, S.READY, {Role.ISSUER}),
        _move("take_in_result", "窗口接收", {S.RESULT_TRANSFER}, S.READY, {Role.ISSUER}),
        _move("bounce_grant", "结果退回更正", {S.RESULT_TRANSFER}, S.DECIDED_GRANTED, {Role.ISSUER}),
        _move("bounce_refusal", "文书退回更正", {S.RESULT_TRANSFER}, S.DECIDED_REFUSED, {Role.ISSUER}),
        _move("deliver", "领取", {S.READY}, S.DELIVERED, {Role.ISSUER}),
    )
}


def moves_from(status: str) -> list[Move]:
    """The moves that may leave `status`, in the order of the table."""
    return [move for move in MOVES.values() if status in move.sources]
