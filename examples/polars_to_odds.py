# %% [markdown]
"""From polars frames to odds, cell by cell: open it as a notebook, or run it as a script.

    python examples/polars_to_odds.py [FOLDER]

Writes odds.png and armour.png to FOLDER (else the current one).
"""

# %% Frames, as they come from a design table and an order of battle.
import sys
from pathlib import Path

import polars as pl

import multi_universe_core as muc

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()

designs = pl.DataFrame(
    {
        "design": ["frigate", "cruiser", "battleship"],
        "max_hp": [400.0, 900.0, 2600.0],
        "armor": [10.0, 20.0, 40.0],
        "speed": [8.0, 6.0, 4.0],
        "cost": [100.0, 260.0, 900.0],
        "guns": [1, 2, 3],
        "strength": [5.0, 6.0, 8.0],
        "range": [40.0, 60.0, 80.0],
    }
)
order_of_battle = pl.DataFrame(
    {
        "fleet": [1, 1, 2, 2, 2],
        "faction": ["Hegemony", "Hegemony", "Synod", "Synod", "Synod"],
        "design": ["frigate", "battleship", "frigate", "cruiser", "battleship"],
        "count": [12, 3, 8, 6, 1],
    }
)

# %% A row per ship, a row per gun: the kernel takes frames as they are.
ships = (
    order_of_battle.join(designs, on="design", maintain_order="left")
    .select(pl.exclude("count").repeat_by("count").explode())
    .with_row_index("id", offset=1)
    .with_columns(pl.col("id").cast(pl.Int64))
)
guns = (
    ships.select(pl.col("id").alias("unit"), "strength", "range", pl.int_ranges("guns").alias("slot"))
    .explode("slot")
    .with_columns(ap=pl.lit(20.0))
)

kernel = muc.Kernel(seed=42)
kernel.push(
    factions=order_of_battle.select(pl.col("faction").unique(maintain_order=True).alias("name")),
    treaties=pl.DataFrame({"a": ["Hegemony"], "b": ["Synod"], "kind": ["war"]}),
    fleets=ships.select(pl.col("fleet").alias("id"), "faction", location=pl.lit(7)).unique(
        maintain_order=True
    ),
    units=ships.select("id", "fleet", "max_hp", "armor", "speed", "cost"),
    weapons=guns,
)
print(ships.group_by("faction", maintain_order=True).agg(pl.len().alias("ships"), pl.sum("cost")))

# %% Ten thousand futures of one battle. The mirror stays as it was.
odds = kernel.odds(location=7, runs=10_000)
print(pl.DataFrame(odds.table).select("name", "probability", "low", "high", "lost_mean", "cost_lost_mean"))
odds.plot().savefig(folder / "odds.png", dpi=120)

# %% The runs are a frame too: does a long battle favour anybody?
runs = pl.DataFrame(odds.samples)
print(
    runs.with_columns((pl.col("rounds") > pl.col("rounds").median()).alias("long"))
    .group_by("long")
    .agg(pl.len().alias("runs"), (pl.col("winner") == "Synod").mean().alias("Synod wins"), pl.mean("rounds"))
    .sort("rounds")
)

# %% What would armour be worth? The same rolls for each variant, so that few runs tell. (30 is worth nothing:
# guns of ap 20 go through it. That is R-SHOOT-4.)
synod = ships.filter(pl.col("faction") == "Synod", pl.col("design") == "cruiser")
variants = {
    f"armor {armor:.0f}": {"units": synod.select("id", pl.lit(armor).alias("armor"))}
    for armor in (30.0, 40.0, 50.0, 60.0)
}
what_if = pl.DataFrame(kernel.compare(variants, location=7, runs=2_000).table).filter(
    pl.col("name") == "Synod"
)
print(what_if.select("variant", "probability", "difference", "low", "high"))

# %% And a plot of it.
from matplotlib.figure import Figure  # noqa: E402

figure = Figure(figsize=(6, 3.4), layout="constrained")
axes = figure.subplots()
difference = 100 * what_if["difference"].to_numpy()
error = [difference - 100 * what_if["low"].to_numpy(), 100 * what_if["high"].to_numpy() - difference]
axes.errorbar(what_if["variant"].to_list(), difference, yerr=error, fmt="o", capsize=4)
axes.axhline(0, color="grey", linewidth=0.8)
axes.set(
    ylabel="chance of the Synod to win,\nin percentage points",
    title="Its cruisers with other armour (20 as it is)",
)
figure.savefig(folder / "armour.png", dpi=120)
