"""Stages' results as files by path: tables as CSV, objects as JSON; both can be read by anyone.

Belongs here: the IO manager and what a stage says of its result. Does not: judging a table, which
is the work of the asset checks (`assets.checks`).
"""

import hashlib
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import BaseModel

from schemas.tables import Table


class StageFiles(dg.ConfigurableIOManager):
    """One file per asset and agreement below `root`."""

    root: str

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write a frame or a model."""
        schema = (context.definition_metadata or {})["schema"]
        path = self._path(context.partition_key, context.asset_key, schema)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content_of(obj))

    def load_input(self, context: dg.InputContext) -> Any:
        """Read what an earlier stage wrote, as the type that the asset's `schema` names."""
        upstream = context.upstream_output
        if upstream is None:
            raise ValueError("an input of a stage is always another stage's output")
        schema = (upstream.definition_metadata or {})["schema"]
        path = self._path(context.partition_key, context.asset_key, schema)
        if issubclass(schema, Table):
            dtypes: Any = {name: str(col.dtype) for name, col in schema.to_schema().columns.items()}
            nullable = [
                name for name, column in schema.to_schema().columns.items() if column.nullable
            ]
            return pd.read_csv(
                path, dtype=dtypes, keep_default_na=False, na_values=dict.fromkeys(nullable, "")
            )
        return schema.model_validate_json(path.read_bytes())

    def _path(self, agreement_id: str, key: dg.AssetKey, schema: type[Any]) -> Path:
        suffix = "csv" if issubclass(schema, Table) else "json"
        return Path(self.root) / agreement_id / f"{key.path[-1]}.{suffix}"


def content_of(obj: Any) -> bytes:
    """A stage's result as bytes: what is stored, and what its data version is the hash of."""
    if isinstance(obj, pd.DataFrame):
        return obj.to_csv(index=False, lineterminator="\n").encode()
    if isinstance(obj, BaseModel):
        return obj.model_dump_json(by_alias=True, indent=1).encode()
    raise TypeError(f"a stage gives a frame or a model, not {type(obj).__name__}")


def result(obj: Any, metadata: dict[str, Any] | None = None) -> dg.MaterializeResult[Any]:
    """A stage's result with its data version (the hash of the content) and its row count."""
    counted = {"dagster/row_count": len(obj)} if isinstance(obj, pd.DataFrame) else {}
    return dg.MaterializeResult(
        value=obj,
        metadata={**counted, **(metadata or {})},
        data_version=dg.DataVersion(hashlib.sha256(content_of(obj)).hexdigest()),
    )


def column_schema(table: type[Table]) -> dg.TableSchema:
    """A pandera model as Dagster shows it, before the first run already."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(column.dtype),
                description="; ".join(str(check) for check in column.checks) or None,
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for name, column in table.to_schema().columns.items()
        ]
    )


def stage_metadata(schema: type[Any]) -> dict[str, Any]:
    """What a stage's definition says: its schema, and the columns where it is a table."""
    shown = {"dagster/column_schema": column_schema(schema)} if issubclass(schema, Table) else {}
    return {"schema": schema, **shown}
