//! The form in which the meanings of members are written.

use crate::openapi::texts::Texts;

/// What one member means.
#[derive(Debug)]
pub(super) struct Meaning {
    pub(super) name: &'static str,
    pub(super) about: Texts,
    /// When it is absent or `null`.
    pub(super) absent: Option<Texts>,
}

/// The members of one object, in the order in which answers have them.
pub(super) type Meanings = (&'static str, &'static [Meaning]);

macro_rules! meanings {
    ($($object:ident { $($name:ident: $en:literal / $pt:literal $(, absent $en_absent:literal / $pt_absent:literal)?;)+ })+) => {
        pub(super) const MEANINGS: &[$crate::openapi::members::meaning::Meanings] = &[$((stringify!($object), &[$(
            $crate::openapi::members::meaning::Meaning {
                name: stringify!($name),
                about: [$en, $pt],
                absent: $crate::openapi::members::meaning::meanings!(@absent $($en_absent / $pt_absent)?),
            }
        ),+])),+];
    };
    (@absent) => { None };
    (@absent $en:literal / $pt:literal) => { Some([$en, $pt]) };
}
pub(super) use meanings;
