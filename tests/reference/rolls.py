"""Rolls: a number belongs to a name, not to a turn in a queue.

The one definition that the reference shares with the kernel (`src/ecs/roll.rs`, mapping version 1): which
words belong to which name, and how they become chances, picks and counts.
"""

WORD = 0xFFFF_FFFF

# What a roll is for.
VOLLEY = 1
HARDPOINT = 2
MELEE = 3
MORALE = 4
BATCH = 16


def philox(key: tuple[int, int], counter: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Philox4x32-10, as published (Salmon et al., SC '11)."""
    k0, k1 = key
    a, b, c, d = counter
    for _ in range(10):
        p = 0xD251_1F53 * a
        q = 0xCD9E_8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ k0, q & WORD, (p >> 32) ^ d ^ k1, p & WORD
        k0 = (k0 + 0x9E37_79B9) & WORD
        k1 = (k1 + 0xBB67_AE85) & WORD
    return a, b, c, d


def battle_key(seed: int, replica: int) -> tuple[int, int]:
    """The key of the rolls of one replica of a battle."""
    first, second, _, _ = philox((seed & WORD, seed >> 32), (replica, 0, 0x4345_524D, 1))
    return first, second


class Words:
    """The endless words of one name: unit, purpose, slot, round."""

    def __init__(self, key: tuple[int, int], unit: int, purpose: int, slot: int, round_: int) -> None:
        self._key = key
        self._unit = unit
        self._name = purpose << 58 | slot << 42 | round_ << 22
        self._block: list[int] = []

    def word(self) -> int:
        """The next word, 0 … 2³² − 1, all equally likely."""
        if not self._block:
            counter = (self._unit & WORD, self._unit >> 32, self._name & WORD, self._name >> 32)
            self._block = list(philox(self._key, counter))
            self._name += 1
        return self._block.pop(0)

    def yes(self, chance: float) -> bool:
        """Whether something with this chance happens: one word."""
        return self.word() < threshold(chance)

    def pick(self, count: int) -> int:
        """One of `count` equally likely numbers, from 0: one word."""
        return self.word() * count >> 32


def threshold(chance: float) -> int:
    """A chance as the number of words, out of 2³², that mean yes."""
    return int(chance * 2.0**32 + 0.5)


def binomial(words: Words, trials: int, threshold: int) -> int:
    """Successes among trials, each of which compares a binary fraction with the chance, digit by digit.

    All that are undecided get their next digit at once. A one where the chance has a zero fails, a zero where
    it has a one succeeds; the others go on, and fail if the chance has only zeros left.
    """
    if threshold >= 2**32:
        return trials
    successes = 0
    digits = f"{threshold:032b}".rstrip("0")
    for digit in digits:
        if trials == 0:
            break
        ones = count_ones(words, trials)
        if digit == "1":
            successes += trials - ones
            trials = ones
        else:
            trials -= ones
    return successes


def count_ones(words: Words, bits: int) -> int:
    """The ones among so many bits: whole words, then the upper bits of one more."""
    ones = sum(words.word().bit_count() for _ in range(bits // 32))
    rest = bits % 32
    return ones + (words.word() >> (32 - rest)).bit_count() if rest else ones
