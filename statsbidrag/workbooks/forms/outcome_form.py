"""The form of an outcome's workbook: its sheets and fields, and for whom there can be one.

Belongs here: which sheets and fields an outcome's workbook has. Does not: what it holds
(`outcome_workbook`), or what is to be repaid (`statsbidrag.documents.recipient.follow_up`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.common import Recipient, RecipientType
from schemas.plan import Plan
from statsbidrag.dossier.gathering import compute
from statsbidrag.errors import UsageError
from statsbidrag.files.raw_folder import Raw
from statsbidrag.plans.county_plans import load_plan
from statsbidrag.register import recipients as reg
from statsbidrag.workbooks.book import POSTS
from statsbidrag.workbooks.forms.form import MARK, Column, Facts, Form, Kind, Table
from statsbidrag.workbooks.forms.mark_and_posts import Case, Mark

OUTCOME_MARK: Final = Mark("utfall", tuple(RecipientType), "ID RECIPIENT")
"""The mark of an outcome's workbook, for any recipient that has a post."""

USED: Final = "Utfall"
"""The sheet of what has been used."""

OUTCOME_FACTS: Final = Facts(
    "Uppgifter",
    "Utfallets uppgifter",
    "Skriv i kolumnen Svar. Skriv inga personuppgifter någonstans i arbetsboken.",
    (
        MARK,
        Column("agreement", "Överenskommelse", Kind.TEXT, "Ändra inte.", required=True,
               given=True),
        Column("recipient", "Mottagare", Kind.TEXT, "Ändra inte.", required=True,
               given=True),
        Column("example", "Exempel", Kind.YES,
               "ja, om uppgifterna är påhittade. Allt som görs av dem märks då."),
        Column("source", "Uppgifter från", Kind.TEXT, "Till exempel bokföringen.",
               required=True),
        Column("through", "Räknat till och med", Kind.DAY, "Sista dagen som räknas med."),
        Column("reference_number", "Diarienummer", Kind.TEXT, "Ert eget diarienummer."),
        Column("received", "Mottaget, kr", Kind.KRONOR, "Det som har betalats ut till er.",
               required=True),
        Column("used_sum", "Använt, kr", Kind.SHOWN, "Räknas ut ur bladet Utfall."),
        Column("repay", "Att betala tillbaka, kr", Kind.SHOWN, "Räknas ut: mottaget minus använt."),
        Column("comment", "Kommentar", Kind.TEXT, "Visas under tabellerna."),
    ),
)  # fmt: skip

_POST_COLUMNS: Final = (
    Column("label", "Post", Kind.TEXT, width=36),
    Column("id", "Postens namn i filerna", Kind.TEXT, width=44),
    Column("amount", "Belopp, kr", Kind.KRONOR, width=18),
    Column("word", "Beloppet är", Kind.TEXT, "slutlig, återräknad, skattad eller publicerad",
           width=18),
    Column("used_sum", "Använt, kr", Kind.SHOWN, "Summan i bladet Utfall.", width=18),
    Column("left", "Kvar, kr", Kind.SHOWN, "Minus: mer har använts.", width=18),
)  # fmt: skip

_POST: Final = Column(
    "post", "Post", Kind.CHOICE, "Välj posten som kostnaden hör till.", 26, True, POSTS
)
_SUMS: Final = (
    Column("used", "Använt, kr", Kind.KRONOR, "Hela kronor. Skriv 0 om inget har använts.", 16,
           required=True),
    Column("note", "Anmärkning", Kind.TEXT, "Visas vid raden. Inga personuppgifter.", 50),
)  # fmt: skip


def used_left(row: int) -> str:
    """What is left of a measure's money, by its row."""
    return f'=IF(AND(ISNUMBER($D{row}),ISNUMBER($E{row})),$D{row}-$E{row},"")'


_BY_MEASURE: Final = Table(
    "used",
    USED,
    "Utfall per insats",
    "En rad per insats i planen. Annat som betalats med bidraget skrivs på egna rader sist.",
    (
        _POST,
        Column("measure", "Insats", Kind.TEXT, "Som i planen, eller ett eget namn.", 54),
        Column("level", "Nivå", Kind.TEXT, "Som i planen.", 18),
        Column("planned", "Planerat, kr", Kind.SHOWN, "Enligt planen.", 16, given=True),
        _SUMS[0],
        Column("left", "Kvar, kr", Kind.SHOWN, "Planerat minus använt.", 16, formula=used_left),
        _SUMS[1],
    ),
)
_BY_POST: Final = Table(
    "used",
    USED,
    "Utfall per post",
    "Vad som har använts av varje post.",
    (_POST, *_SUMS),
    blank=0,
)

_GUIDE: Final = (
    "Fyll i bladet Uppgifter. Uppgifter från och Mottaget måste fyllas i, annat om det är känt.",
    "Fyll i Använt på varje rad i bladet Utfall. Där inget har använts: skriv 0.",
    "Grå celler räknas ut eller är givna. Ändra inte dem, rubrikerna eller bladens namn.",
    "Skriv värden, inte formler, och inga personuppgifter. Dölj inget, slå inte ihop celler.",
    "Spara som Excel-arbetsbok (.xlsx) och läs in den: statsbidrag outcome-import FIL.",
)


@dataclass(frozen=True)
class OutcomeCase(Case):
    """Whose outcome it is: the agreement computed, the recipient, and its plan if it has one."""

    plan: Plan | None

    @property
    def given(self) -> dict[str, str]:
        """The agreement, and the recipient with its type and code."""
        recipient = f"{self.register_name} ({self.recipients} {self.code})"
        return {"agreement": self.computed.agreement.id, "recipient": recipient}

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plan, as a list of none or one."""
        return (self.plan,) if self.plan else ()


def outcome_case(raw: Raw, agreement_id: str, recipient: Recipient) -> OutcomeCase:
    """An agreement's recipient, for whom there is a post. Raises UsageError for another."""
    computed = compute(raw, agreement_id)
    recipients, code = recipient
    if code not in reg.codes(computed.register, recipients):
        raise UsageError(f"{recipients}:{code}: the register has no such recipient")
    if not computed.agreement.posts_of(recipients):
        raise UsageError(f"{agreement_id} has no post to {recipients}, so nothing of it is used")
    path = raw.plan_path(agreement_id, code)
    plan = None
    if recipients == RecipientType.LAN and path.exists():
        plan = load_plan(path, computed.agreement, computed.register)
    return OutcomeCase(computed, recipients, code, plan)


def outcome_form(case: OutcomeCase) -> Form:
    """The form of one recipient's workbook: by measure where it has a plan, else by post."""
    year = case.computed.agreement.year
    posts = Table(
        "posts",
        POSTS,
        "Mottagarens poster",
        "Belopp enligt överenskommelsen. Använt och Kvar räknas om när du fyller i Utfall.",
        _POST_COLUMNS,
        fixed=True,
    )
    return Form(
        mark=OUTCOME_MARK.of(case),
        title=f"Utfall av statsbidrag {year}, {case.given['recipient']}",
        guide=_GUIDE,
        facts=OUTCOME_FACTS,
        tables=(posts, _BY_MEASURE if case.plan else _BY_POST),
        lists={POSTS: {label: post for post, label in case.labels.items()}},
    )
