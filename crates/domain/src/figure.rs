//! Figures that prices are made of: what an upstream reports, and what the gateway measures.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::header_name::is_header_name;
use super::json_pointer::{JsonPointer, JsonPointerError};

/// A figure from 0 to 2⁵³ with six decimals. More decimals, such as those of a sum of floats, are
/// cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Figure(u128);

/// Millionths in 1.
pub const MICROS: u128 = 1_000_000;
const DECIMALS: i64 = 6;
/// Digits that are computed with. Later ones are far below a millionth of any figure.
const MAX_DIGITS: usize = 37;

impl Figure {
    pub const MAX: Self = Self((1 << 53) * MICROS);

    /// Returns the figure, at most [`Self::MAX`].
    pub fn whole(number: u64) -> Self {
        Self((u128::from(number) * MICROS).min(Self::MAX.0))
    }

    /// Returns the figure in seconds, rounded up to the millisecond.
    pub fn seconds(milliseconds: u64) -> Self {
        Self((u128::from(milliseconds) * 1_000).min(Self::MAX.0))
    }

    pub const fn micros(self) -> u128 {
        self.0
    }

    /// Reads a number as JSON writes it. `None` for everything else: a text, a negative number, one
    /// that is too large.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if ![whole, fraction, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)]
            .into_iter()
            .all(is_digits)
        {
            return None;
        }
        let digits = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() {
            return Some(Self(0));
        }
        if mantissa.starts_with('-') {
            return None;
        }
        let significant = digits.trim_end_matches('0');
        let significant = &significant[..significant.len().min(MAX_DIGITS)];
        let cut = i64::try_from(digits.len() - significant.len()).ok()?;
        let decimals = i64::try_from(fraction.len()).ok()?;
        // significant × 10^shift millionths
        let shift = i64::from(exponent.parse::<i32>().ok()?) - decimals + DECIMALS + cut;
        let scale = u32::try_from(shift.unsigned_abs()).ok().and_then(|power| 10_u128.checked_pow(power));
        let significant = significant.parse::<u128>().ok()?;
        let micros = match scale {
            Some(scale) if shift >= 0 => significant.checked_mul(scale)?,
            Some(scale) => significant / scale,
            None if shift >= 0 => return None,
            None => 0,
        };
        (micros <= Self::MAX.0).then_some(Self(micros))
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, micros) = (self.0 / MICROS, self.0 % MICROS);
        match micros {
            0 => write!(f, "{whole}"),
            _ => write!(f, "{whole}.{}", format!("{micros:06}").trim_end_matches('0')),
        }
    }
}

/// Where a figure comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum FigureSource {
    /// A header of the answer, in lower case.
    Header(String),
    /// A member of the answer's JSON, or of the JSON of its last events.
    Json(JsonPointer),
    /// Size of the request body in KiB, rounded up.
    RequestKib,
    /// Size of the answer body in KiB, rounded up.
    AnswerKib,
    /// Seconds from the hold to the end of the answer.
    Seconds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FigureSourceError {
    #[error("must be \"header:NAME\", \"json:/POINTER\", \"kib:request\", \"kib:answer\" or \"seconds\"")]
    Unknown,
    #[error(transparent)]
    Pointer(#[from] JsonPointerError),
}

impl FigureSource {
    /// Whether the upstream reports it, so that it can be missing.
    pub const fn is_reported(&self) -> bool {
        matches!(self, Self::Header(_) | Self::Json(_))
    }
}

impl FromStr for FigureSource {
    type Err = FigureSourceError;
    fn from_str(text: &str) -> Result<Self, FigureSourceError> {
        Ok(match text.split_once(':') {
            Some(("header", name)) if is_header_name(name) => Self::Header(name.to_ascii_lowercase()),
            Some(("json", pointer)) => Self::Json(pointer.parse()?),
            Some(("kib", "request")) => Self::RequestKib,
            Some(("kib", "answer")) => Self::AnswerKib,
            None if text == "seconds" => Self::Seconds,
            _ => return Err(FigureSourceError::Unknown),
        })
    }
}

impl fmt::Display for FigureSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Json(pointer) => write!(f, "json:{pointer}"),
            Self::RequestKib => f.write_str("kib:request"),
            Self::AnswerKib => f.write_str("kib:answer"),
            Self::Seconds => f.write_str("seconds"),
        }
    }
}

impl From<FigureSource> for String {
    fn from(source: FigureSource) -> Self {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_number_that_counts_something() {
        for (text, shown) in [
            ("0", "0"),
            ("0.0", "0"),
            ("12", "12"),
            ("12.50", "12.5"),
            ("0.000001", "0.000001"),
            ("1e-6", "0.000001"),
            ("1E3", "1000"),
            ("1.5e+2", "150"),
            ("9007199254740992", "9007199254740992"),
            ("9007199254740992.000000", "9007199254740992"),
            ("0.1000000000000", "0.1"),
            ("1000000000000000e-10", "100000"),
            ("0e999", "0"),
            ("0e99999999999", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("0.00000000000000000000000000000000000000005e41", "5"),
            ("0.1000000000000000055511151231257827021181583404541015625", "0.1"),
            ("1234567890.00000000000000000000000000000000000000000000000001", "1234567890"),
            ("0.30000000000000004", "0.3"),
            ("0.0000019", "0.000001"),
            ("1e-7", "0"),
            ("1e-400", "0"),
            ("9007199254740991.999999", "9007199254740991.999999"),
            ("0.33333333333333333333333333333333333333333333", "0.333333"),
        ] {
            assert_eq!(Figure::parse(text).unwrap().to_string(), shown, "{text}");
        }
        for text in [
            "",
            "-1",
            "+1",
            "1.",
            ".5",
            "NaN",
            "null",
            "\"1\"",
            " 1",
            "1 ",
            "0x1",
            "1e",
            "1e+",
            "9007199254740993",
            "9007199254740992.000001",
            "1e400",
            "1e99999",
            "1e99999999999",
            "-0.1",
            "--0",
            "1,5",
            "१",
        ] {
            assert_eq!(Figure::parse(text), None, "{text}");
        }
    }

    #[test]
    fn figures_that_the_gateway_measures_are_bounded() {
        assert_eq!(Figure::whole(u64::MAX), Figure::MAX);
        assert_eq!(Figure::whole(3).to_string(), "3");
        assert_eq!(Figure::seconds(1_250).to_string(), "1.25");
    }

    #[test]
    fn a_source_prints_as_it_was_read() {
        for text in
            ["header:x-credits", "json:/usage/total", "json:/a~1b/~0", "kib:request", "kib:answer", "seconds"]
        {
            assert_eq!(text.parse::<FigureSource>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "header:",
            "header:a b",
            "json:",
            "json:usage",
            "json:/",
            "json:/a~2",
            "kib:both",
            "minutes",
            "seconds:1",
        ] {
            assert!(text.parse::<FigureSource>().is_err(), "{text}");
        }
    }
}
