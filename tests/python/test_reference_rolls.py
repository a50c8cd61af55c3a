"""The rolls of the reference, against what was published and against the plain meaning of a chance."""

import pytest

from reference import rolls
from reference.digest import Digest


@pytest.mark.parametrize(
    ("key", "counter", "answer"),
    [
        ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((2**32 - 1,) * 2, (2**32 - 1,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0xA4093822, 0x299F31D0),
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_answers(
    key: tuple[int, int], counter: tuple[int, int, int, int], answer: tuple[int, int, int, int]
) -> None:
    assert rolls.philox(key, counter) == answer


def test_a_name_has_endless_words_and_no_other_name_has_them() -> None:
    names = [(unit, purpose, slot, 9) for unit in (0, 7, 2**62) for purpose in (1, 4) for slot in (0, 65_534)]
    streams = [rolls.Words((1, 2), *name) for name in names]
    words = [stream.word() for stream in streams for _ in range(50)]
    assert len(set(words)) == len(words)


def test_certain_and_impossible_trials_take_no_word() -> None:
    words = rolls.Words((1, 2), 1, rolls.VOLLEY, 0, 1)
    first = rolls.Words((1, 2), 1, rolls.VOLLEY, 0, 1).word()
    assert rolls.binomial(words, 1000, rolls.threshold(1.0)) == 1000
    assert rolls.binomial(words, 1000, rolls.threshold(0.0)) == 0
    assert words.word() == first


@pytest.mark.parametrize("chance", [0.05, 0.3, 0.5, 0.95])
def test_successes_are_as_many_as_the_chance_says(chance: float) -> None:
    words = rolls.Words((3, 4), 1, rolls.VOLLEY, 0, 1)
    trials, battles = 40, 2000
    mean = sum(rolls.binomial(words, trials, rolls.threshold(chance)) for _ in range(battles)) / battles
    deviation = (trials * chance * (1 - chance) / battles) ** 0.5
    assert abs(mean - trials * chance) < 4 * deviation


def test_a_digest_is_of_content_and_order() -> None:
    """The first value is XXH3-128 of the word as the reference implementation gives it."""
    digest, other = Digest("battle"), Digest("battle")
    assert str(digest) == "4907e5c695a5bd020e3e27b0c845de75"
    digest.fold("d", [1.0, 2.0])
    other.fold("d", [2.0, 1.0])
    assert str(digest) != str(other)
