"""Types of the compiled class `Table`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, SupportsIndex, final

import pandas
import polars
import pyarrow
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

@final
class Table:
    """Named columns of equal length, which cannot be changed.

    `t["hp"]` is a column, `t.row(0)` a row, `len(t)` the number of rows, `"hp" in t` asks for a column, and
    iteration gives the rows as dicts. Other libraries read it as an Arrow table: `polars.DataFrame(t)`,
    `pyarrow.table(t)`, `duckdb.sql("from t")`. Equal are tables that show the same; NaN equals NaN.

    >>> import multi_universe_core as muc
    >>> t = muc.Table.of({"unit": [10, 11], "hp": [400.0, 212.5]})
    >>> t["hp"], len(t), t.row(-1)
    (array([400. , 212.5]), 2, {'unit': 11, 'hp': 212.5})
    >>> t
    unit     hp
    ───────────
      10  400.0
      11  212.5
    2 rows × 2 columns
    """

    __hash__: ClassVar[None]  # type: ignore[assignment]

    @staticmethod
    def of(columns: Mapping[str, ArrayLike]) -> Table:
        """A table of columns of equal length, by name: NumPy arrays, or sequences that NumPy converts.

        Raises ValueError for columns of unequal length and for what is no column.
        """
    @property
    def columns(self) -> list[str]:
        """The columns' names, in order."""
    def __len__(self) -> int:
        """The number of rows."""
    def __contains__(self, name: object, /) -> bool:
        """Whether there is a column of this name."""
    def __getitem__(self, name: str, /) -> NDArray[Any]:
        """A column, shape (rows,): float64, int64 or bool on the table's own memory, or str objects.

        The array is read-only and stays valid when the table is gone. Raises KeyError for an unknown column.
        """
    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, as dicts."""
    def __eq__(self, other: object, /) -> bool: ...
    def row(self, index: SupportsIndex) -> dict[str, Any]:
        """The row with this number; negative numbers count from the end. Raises IndexError."""
    def to_numpy(self) -> dict[str, NDArray[Any]]:
        """All columns, as `t[name]` gives them."""
    def to_pandas(self) -> pandas.DataFrame:
        """The table as a pandas frame. Raises ImportError if pandas is not installed."""
    def to_polars(self) -> polars.DataFrame:
        """The table as a polars frame, numbers uncopied. Raises ImportError if polars is not installed."""
    def to_arrow(self) -> pyarrow.Table:
        """The table as an Arrow table, numbers uncopied. Raises ImportError if pyarrow is not installed."""
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule interface; a requested schema is not followed."""
    def plot(self) -> Figure:
        """A figure of matplotlib of a battle's timeline: attrition, damage and morale by round.

        Raises ValueError for other tables, ImportError if matplotlib is not installed.
        """
    @staticmethod
    def _of_places(places: Sequence[int], tables: Sequence[Table]) -> Table: ...
    def _repr_html_(self) -> str: ...
    def _ipython_key_completions_(self) -> list[str]: ...
