"""LibreOffice without a window: a workbook opened, calculated anew, saved, and its values."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl

_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def saved(path: Path, folder: Path) -> Path:
    """The workbook opened by LibreOffice, calculated anew, and saved."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, "utf-8")
    out = folder / "saved"
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation={profile.as_uri()}",
            *("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(path)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return out / path.name


def values(path: Path) -> dict[str, object]:
    """The value of every calculated cell, by its place; blank and empty are the same."""
    formulas = openpyxl.load_workbook(path)
    shown = openpyxl.load_workbook(path, data_only=True)
    found: dict[str, object] = {}
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    value = shown[sheet.title][cell.coordinate].value
                    value = round(value, 6) if isinstance(value, float) else value
                    found[f"{sheet.title}!{cell.coordinate}"] = value or (
                        0 if value == 0 and value is not None else None
                    )
    return found
