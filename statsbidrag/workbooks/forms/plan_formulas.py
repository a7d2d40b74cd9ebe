"""What a plan's measures come to and what is left of each post, as live formulas.

Belongs here: the formulas of a plan's workbook, by row. Does not: their columns (`plan_form`), or
the computation that they agree with (`statsbidrag.plans.county_plans`).
"""

from __future__ import annotations

from statsbidrag.workbooks.book import POSTS
from statsbidrag.workbooks.forms.form import FIRST_ROW, LAST_ROW


def _sum_of_post() -> str:
    """The sum of the post that a row names, in a formula."""
    return (
        f"INDEX({POSTS}!$C${FIRST_ROW}:$C${LAST_ROW},MATCH($A{{row}},"
        f"{POSTS}!$A${FIRST_ROW}:$A${LAST_ROW},0))"
    )


def _rows_of(letter: str) -> str:
    return f"${letter}${FIRST_ROW}:${letter}${LAST_ROW}"


def gives(row: int) -> str:
    """What a measure comes to: its amount, its share of the post, or what the others leave."""
    whole = _sum_of_post().format(row=row)
    own = f"--({_rows_of('A')}=$A{row})"
    others = f"SUMPRODUCT({own},{_rows_of('G')})-SUMPRODUCT({own},{_rows_of('H')})*{whole}"
    return (
        f'=IF($A{row}="","",IF(ISNUMBER($G{row}),$G{row},IFERROR(IF(ISNUMBER($H{row}),'
        f'$H{row}*{whole},IF($I{row}="ja",MAX(0,{whole}-{others}),0)),0)))'
    )


def left_of_post(row: int) -> str:
    """What is left of the post that a row names, after all its measures."""
    return (
        f'=IF($A{row}="","",IFERROR(INDEX({POSTS}!$F${FIRST_ROW}:$F${LAST_ROW},'
        f'MATCH($A{row},{POSTS}!$A${FIRST_ROW}:$A${LAST_ROW},0)),""))'
    )


def placed(row: int) -> str:
    """What the measures of a post come to, out of what is written: a row needs no formula to count.

    Where one takes the rest, the sum is the post itself: no share leaves a part of an öre behind.
    """
    own = f"--(Insatser!{_rows_of('A')}=$A{row})"
    amounts = f"SUMPRODUCT({own},Insatser!{_rows_of('G')})"
    shares = f"SUMPRODUCT({own},Insatser!{_rows_of('H')})*$C{row}"
    given = f"{amounts}+IF(ISNUMBER($C{row}),{shares},0)"
    rests = f'SUMPRODUCT({own},--(Insatser!{_rows_of("I")}="ja"))'
    return f"=IF(AND(ISNUMBER($C{row}),{rests}>0),MAX($C{row},{given}),{given})"


def left(row: int) -> str:
    """What is left of a post, in its own row."""
    return f'=IF(ISNUMBER($C{row}),$C{row}-$E{row},"")'


def state(row: int) -> str:
    """Whether a post is placed, in words."""
    return (
        f'=IF(ISNUMBER($F{row}),IF($F{row}=0,"fördelad",IF($F{row}>0,"kvar att fördela",'
        '"för mycket fördelat")),"länets belopp är inte känt")'
    )
