//! The one digest function: XXH3-128 over little-endian bytes, folded step by step.
//!
//! `digest₀ = XXH3-128(domain)`, `digestₖ₊₁ = XXH3-128(bytes, seeded with the low half of digestₖ) ⊕ rotl(digestₖ, 64)`.
//! Equal content gives equal digests on every platform; it is a fingerprint against accidents, not
//! against an adversary.

use std::fmt;
use std::str::FromStr;

use bytemuck::NoUninit;
use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

/// A 128-bit fingerprint, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub u128);

impl Digest {
    /// The fingerprint of nothing, for one kind of content.
    ///
    /// ```
    /// # use multi_universe_core::ecs::digest::Digest;
    /// assert_ne!(Digest::new("mirror"), Digest::new("battle"));
    /// assert_eq!(Digest::new("battle").to_string().len(), 32);
    /// ```
    pub fn new(domain: &str) -> Self {
        Self(xxh3_128(domain.as_bytes()))
    }

    /// Folds the bytes of a slice in.
    pub fn fold<T: NoUninit>(&mut self, values: &[T]) {
        const { assert!(cfg!(target_endian = "little"), "digests are of little-endian bytes") }
        let hash = xxh3_128_with_seed(bytemuck::cast_slice(values), self.0 as u64);
        self.0 = hash ^ self.0.rotate_left(64);
    }
}

impl FromStr for Digest {
    type Err = ();

    /// Reads 32 hexadecimal digits, as they are shown: in lower case.
    ///
    /// ```
    /// # use multi_universe_core::ecs::digest::Digest;
    /// let digest = Digest::new("battle");
    /// assert_eq!(digest.to_string().parse(), Ok(digest));
    /// assert_eq!("12".parse::<Digest>(), Err(()));
    /// ```
    fn from_str(text: &str) -> Result<Self, ()> {
        let digest = u128::from_str_radix(text, 16).ok().map(Self);
        digest.filter(|digest| digest.to_string() == text).ok_or(())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
