"""The one digest function: XXH3-128 over little-endian bytes, folded step by step (`src/ecs/digest.rs`)."""

import struct
from collections.abc import Iterable

import xxhash

LOW_HALF = 2**64 - 1


class Digest:
    """A fingerprint of 128 bits, shown as 32 hexadecimal digits."""

    def __init__(self, domain: str) -> None:
        self.value = xxhash.xxh3_128_intdigest(domain.encode())

    def fold(self, kind: str, values: Iterable[float]) -> None:
        """Folds a column in; `kind` is its type: d for f64, q for i64, Q, I, H, B for u64, u32, u16, u8."""
        column = list(values)
        self.fold_bytes(struct.pack(f"<{len(column)}{kind}", *column))

    def fold_bytes(self, data: bytes) -> None:
        """Folds bytes in: the hash seeded with the low half, ⊕ the halves exchanged."""
        hashed = xxhash.xxh3_128_intdigest(data, seed=self.value & LOW_HALF)
        self.value = hashed ^ (self.value >> 64 | (self.value & LOW_HALF) << 64)

    def __str__(self) -> str:
        return f"{self.value:032x}"
