"""A short soak, the same one every time, and that the driver notices and shortens what is wrong."""

from typing import Any

import pytest
from soak.life import Broken, Life, history
from soak.model import Model
from soak.operations import Operation
from soak.shrink import defect, script, shrunk

import multi_universe_core as muc


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_random_life_keeps_the_invariants(seed: int) -> None:
    life = Life()
    history(1500, seed, life)
    refused = sum(times for name, times in life.done.items() if "refused" in name)
    assert life.done.total() == 1500
    assert refused > 100 and life.done["resolve"] > 50 and life.done["restore"] > 20


class Forgetful(Model):
    """A model that forgets the weapons of units that are removed: as if the kernel kept them."""

    def remove(self, keys: dict[str, list[Any]]) -> None:
        weapons = self.weapons
        super().remove(keys)
        self.weapons = weapons

    def copy(self) -> "Forgetful":
        return Forgetful(**vars(super().copy()))


def test_a_defect_is_noticed_and_shortened_to_a_script() -> None:
    life = Life(model=Forgetful())
    with pytest.raises(Broken, match="weapons") as found:
        history(2000, 5, life)
    lived: list[Operation] = found.value.history  # type: ignore[attr-defined]

    def still_fails(operations: list[Operation]) -> bool:
        return defect(operations, lambda: Life(model=Forgetful())) is not None

    shortest = shrunk(lived, still_fails)
    assert still_fails(shortest) and defect(shortest) is None
    assert len(shortest) <= 6 < len(lived)
    text = script(shortest)
    exec(compile(text, "script", "exec"), {})
    assert "remove" in text


def test_the_model_refuses_what_the_kernel_refuses() -> None:
    kernel = muc.Kernel()
    with pytest.raises(Broken, match="took what the model refuses"):
        life = Life(kernel=kernel)
        life.model.push = lambda tables: Life().model.push({"fleets": {"id": [1]}})  # type: ignore[method-assign]
        life.live(("push", {"tables": {"factions": {"name": ["A"]}}}))
