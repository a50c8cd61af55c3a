//! Intervals of chances: how far from the truth a share of wins can be.

/// Wilson's interval of a chance of which `wins` of `runs` trials succeeded.
///
/// Source: E. B. Wilson, *Probable inference, the law of succession, and statistical inference*, JASA 22 (1927). With
/// `n` runs, `p = wins/n` and `z` the normal quantile of `(1 + confidence)/2`:
///
/// ```text
/// (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
/// ```
///
/// ```
/// # use multi_universe_core::odds::wilson;
/// let (low, high) = wilson(8, 10, 0.95);
/// assert!((low - 0.4901624715).abs() < 1e-9 && (high - 0.9433178485).abs() < 1e-9);
/// assert_eq!(wilson(0, 0, 0.95), (0.0, 1.0));
/// ```
pub fn wilson(wins: u64, runs: u64, confidence: f64) -> (f64, f64) {
    if runs == 0 {
        return (0.0, 1.0);
    }
    let n = runs as f64;
    let p = wins as f64 / n;
    let z = normal_quantile(0.5 + confidence / 2.0);
    let z2 = z * z;
    let centre = p + z2 / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    // Rounding must not exclude what the data says for certain.
    let low = if wins == 0 { 0.0 } else { ((centre - half) / scale).max(0.0) };
    let high = if wins == runs { 1.0 } else { ((centre + half) / scale).min(1.0) };
    (low, high)
}

/// The number below which a normal variable falls with this probability, 0 < p < 1.
///
/// Source: M. J. Wichura, *Algorithm AS 241: the percentage points of the normal distribution*, Applied Statistics 37
/// (1988), PPND16: about 16 digits. The logarithm is that of the `libm` crate, so that every platform has the same bits.
///
/// ```
/// # use multi_universe_core::odds::normal_quantile;
/// assert!((normal_quantile(0.975) - 1.959963984540054).abs() < 1e-14);
/// assert!((normal_quantile(1e-6) + 4.753424308822899).abs() < 1e-13);
/// assert_eq!(normal_quantile(0.5), 0.0);
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTRE_NUMERATOR, &CENTRE_DENOMINATOR);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-libm::log(tail)).sqrt();
    let value = if r <= 5.0 {
        ratio(r - 1.6, &NEAR_NUMERATOR, &NEAR_DENOMINATOR)
    } else {
        ratio(r - 5.0, &FAR_NUMERATOR, &FAR_DENOMINATOR)
    };
    if q < 0.0 { -value } else { value }
}

/// The ratio of two polynomials, coefficients from the constant on.
fn ratio(x: f64, numerator: &[f64], denominator: &[f64]) -> f64 {
    let horner = |coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c);
    horner(numerator) / horner(denominator)
}

const CENTRE_NUMERATOR: [f64; 8] = [
    3.387_132_872_796_366_5e0,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_4e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_DENOMINATOR: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
const NEAR_NUMERATOR: [f64; 8] = [
    1.423_437_110_749_683_5e0,
    4.630_337_846_156_546e0,
    5.769_497_221_460_691e0,
    3.647_848_324_763_204_5e0,
    1.270_458_252_452_368_4e0,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const NEAR_DENOMINATOR: [f64; 8] = [
    1.0,
    2.053_191_626_637_759e0,
    1.676_384_830_183_803_8e0,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_NUMERATOR: [f64; 8] = [
    6.657_904_643_501_103e0,
    5.463_784_911_164_114e0,
    1.784_826_539_917_291_3e0,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_DENOMINATOR: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];
