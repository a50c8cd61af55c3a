"""The examples in docstrings do what they show."""

import doctest
import inspect

import pytest

import multi_universe_core as muc

DOCUMENTED = {
    f"{name}.{member}" if member else name: inspect.getdoc(getattr(thing, member) if member else thing) or ""
    for name in muc.__all__
    for thing in [getattr(muc, name)]
    for member in ["", *(vars(thing) if inspect.isclass(thing) else [])]
    if not member.startswith("_")
}
EXAMPLES = {name: text for name, text in DOCUMENTED.items() if ">>>" in text}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_shows_what_it_says(name: str) -> None:
    example = doctest.DocTestParser().get_doctest(EXAMPLES[name], {}, name, None, None)
    complaints: list[str] = []
    doctest.DocTestRunner().run(example, out=complaints.append)
    assert not complaints, "".join(complaints)


def test_the_hot_paths_have_examples() -> None:
    hot_paths = {"calculate_distances", "DistanceCalculator", "FleetIndex", "TreatyMatrix", "BattleFinalizer"}
    assert hot_paths | {"calculate_strength", "StrengthCache", "Distances", "cpu_features"} <= EXAMPLES.keys()
    assert "resolve_shooting_batch" in EXAMPLES
