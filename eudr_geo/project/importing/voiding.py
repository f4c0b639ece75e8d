"""A receipt made void: it stays in the records, and brings nothing into its lot."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from eudr_geo.base.errors import InputError
from eudr_geo.model.base import table_of
from eudr_geo.model.lots import Delivery
from eudr_geo.project.importing.common import stood_still
from eudr_geo.project.importing.frozen import Frozen, Touch, built_packages, frozen_by, frozen_question
from eudr_geo.project.importing.keys import Row, rows_of
from eudr_geo.project.importing.questions import Answers, Question
from eudr_geo.project.importing.stating import supersede
from eudr_geo.store import Store
from eudr_geo.words.saying import joined, say


@dataclass
class VoidPlan:
    """What making a receipt void would do."""

    row: Row
    why: str
    answers: Answers
    frozen: Frozen
    questions: list[Question] = field(default_factory=list)
    seen: int = 0

    @property
    def left_open(self) -> list[Question]:
        """The questions that no answer fits."""
        return self.answers.left_open(self.questions)


def preview_void(store: Store, receipt: str, why: str, correction: str = "", *, today: str = "") -> VoidPlan:
    """Say what making a receipt void would do; nothing is stored.

    Parameters
    ----------
    store
        The project.
    receipt
        Number of the receipt, with the prefix of its pad.
    why
        The reason.
    correction
        Why something changes that shipped or packed goods rest on.
    today
        ISO 8601: consignments shipped until then are frozen.

    Raises
    ------
    InputError
        When there is no such receipt, it is void already, or there is no reason.
    """
    row = next((one for one in rows_of(store.table(Delivery)) if one["code"] == receipt), None)
    if row is None:
        raise InputError(say("errors:no_receipt", code=receipt), fix=say("errors:no_receipt.do"))
    if row["void_reason"]:
        raise InputError(
            say("errors:void_already", code=receipt, why=row["void_reason"]), fix=say("errors:void_already.do")
        )
    if not why:
        raise InputError(say("errors:void_without_reason"), fix=say("errors:void_without_reason.do"))
    book = store.lot_book()
    left = book.table("delivery")
    after = replace(book, frames={**book.frames, "delivery": left[left["code"] != receipt].reset_index(drop=True)})
    touch = Touch("delivery", (receipt,), row, {**row, "void_reason": why})
    frozen = frozen_by(book, after, [touch], built_packages(store), today)
    questions = [frozen_question(touch, row, rests) for rests in frozen.rests.values()]
    return VoidPlan(row, why, Answers(correction=correction), frozen, questions, store.history())


def void(store: Store, plan: VoidPlan, *, now: str, who: str) -> None:
    """Store that a receipt is void, in one step of the log.

    Parameters
    ----------
    store
        The project, opened for writing.
    plan
        The preview, without an open question.
    now, who
        For the log: UTC time (ISO 8601) and login name.

    Raises
    ------
    InputError
        When more would be taken from its lot than the lot then holds.
    """
    said = [say("imports:void.log", code=plan.row["code"], why=plan.why)]
    if plan.questions:
        said.append(say("imports:correction", reason=plan.answers.correction))
    summary = str(joined(said))
    with store.writing(now=now, who=who, action="void", summary=summary) as writer:
        stood_still(writer, plan.seen)
        writer.update(table_of(Delivery), {int(plan.row["fid"]): {"void_reason": plan.why}})
        supersede(writer, plan.frozen.packages, plan.answers.correction)
