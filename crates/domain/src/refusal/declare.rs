//! The macros behind the table of errors. An entry that lacks a language or a text does not
//! compile.

/// Declares [`Refusal`](super::Refusal) and [`ErrorCode`](super::ErrorCode) from one table.
///
/// An entry is `Code = "WIRE_NAME", status, kind, retry, "title in English" / "title in Portuguese"
/// { cases }`. A case is a variant of `Refusal` with its facts, or `|` and a pattern of a shared
/// variant; after `=>` comes its wording, read by [`wording!`].
macro_rules! refusals {
    (
        actions name $support:ident, $upgrade:ident, $docs:ident;
        shared { $($(#[$shared_doc:meta])* $shared:ident($shared_type:ty),)* }
        $(
            $code:ident = $name:literal, $status:literal, $kind:ident, $retry:ident, $title_en:literal / $title_pt:literal {
                $(
                    $(
                        $(#[$doc:meta])*
                        $variant:ident
                        $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })?
                        $(($inner:ident: $inner_type:ty))?
                    )?
                    $(| $pattern:pat)?
                    => $wording:tt
                )+
            }
        )+
    ) => {
        /// A stable code that a client may branch on. Codes are only ever added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $name, "`, HTTP ", $status)] $code,)+
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$code,)+];

            /// The code on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }

            /// The HTTP status of answers with this code.
            pub const fn status(self) -> u16 {
                match self { $(Self::$code => $status,)+ }
            }

            /// The class of the error, coarser than the code.
            pub const fn kind(self) -> ErrorKind {
                match self { $(Self::$code => ErrorKind::$kind,)+ }
            }

            /// Whether to send the same request again.
            pub const fn retry(self) -> Retry {
                match self { $(Self::$code => Retry::$retry,)+ }
            }

            /// The error in a few words, the same for every occurrence.
            pub const fn title(self, language: Language) -> &'static str {
                match language {
                    Language::En => match self { $(Self::$code => $title_en,)+ },
                    Language::Pt => match self { $(Self::$code => $title_pt,)+ },
                }
            }

            /// The texts of this code, one for each case, with the names of the values in braces.
            pub fn templates(self) -> Vec<Template> {
                let mut templates = Vec::new();
                match self {
                    $(Self::$code => { $(wording!(templates templates $wording);)+ })+
                }
                templates
            }
        }

        /// Every way in which a request can be refused or fail, with the facts that its answer
        /// states.
        ///
        /// No variant carries a cause meant for operators: that is logged where it is handled.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Refusal {
            $($(#[$shared_doc])* $shared($shared_type),)*
            $($($(
                $(#[$doc])*
                $variant
                $({ $($(#[$field_doc])* $field: $type,)+ })?
                $(($inner_type))?,
            )?)+)+
        }

        #[expect(unused_variables, reason = "not every text of a case names all of its facts")]
        impl Refusal {
            /// The stable code of this refusal.
            pub const fn code(&self) -> ErrorCode {
                match self {
                    $($($(Self::$variant { .. })? $($pattern)? => ErrorCode::$code,)+)+
                }
            }

            /// What happened.
            pub fn message(&self, language: Language) -> Text {
                match language {
                    Language::En => match self {
                        $($(
                            $(Self::$variant $({ $($field),+ })? $(($inner))?)? $($pattern)?
                            => wording!(message en $wording),
                        )+)+
                    },
                    Language::Pt => match self {
                        $($(
                            $(Self::$variant $({ $($field),+ })? $(($inner))?)? $($pattern)?
                            => wording!(message pt $wording),
                        )+)+
                    },
                }
            }

            /// What the reader can do about it.
            pub fn action(&self, language: Language, addresses: Addresses<'_>) -> Text {
                let ($support, $upgrade, $docs) = addresses.in_actions(language);
                match language {
                    Language::En => match self {
                        $($(
                            $(Self::$variant $({ $($field),+ })? $(($inner))?)? $($pattern)?
                            => wording!(action en $wording),
                        )+)+
                    },
                    Language::Pt => match self {
                        $($(
                            $(Self::$variant $({ $($field),+ })? $(($inner))?)? $($pattern)?
                            => wording!(action pt $wording),
                        )+)+
                    },
                }
            }

            /// When to send the same request again, where that is known.
            pub fn wait(&self) -> Option<Wait> {
                match self {
                    $($(
                        $(Self::$variant $({ $($field),+ })? $(($inner))?)? $($pattern)?
                        => wording!(wait of $wording),
                    )+)+
                }
            }

            /// Passes on the facts that the answer states beside its sentences, in their order on
            /// the wire.
            pub fn facts<'r>(&'r self, each: &mut dyn FnMut(&'static str, Fact<'r>)) {
                match self {
                    $($(
                        $(Self::$variant $({ $($field),+ })? $(($inner))?)? $($pattern)?
                        => wording!(facts each $wording),
                    )+)+
                }
            }
        }
    };
}

/// Reads one part of a case's wording:
///
/// ```text
/// {
///     en: "what happened", "what to do", name = value;
///     pt: "o que aconteceu", "o que fazer", name = value;
///     wait: seconds, most seconds that are added to it;
///     facts: name_on_the_wire = value;
/// }
/// ```
///
/// `wait` and `facts` may be missing. Texts take values as `format!` does. `{ match fact { pattern
/// => { … } } }` gives each form of a fact its own wording.
macro_rules! wording {
    (templates $templates:ident { match $subject:ident { $($pattern:pat => $wording:tt)+ } }) => {
        $(wording!(templates $templates $wording);)+
    };
    ($part:ident $of:ident { match $subject:ident { $($pattern:pat => $wording:tt)+ } }) => {
        match $subject { $($pattern => wording!($part $of $wording),)+ }
    };
    (message en {
        en: $message:literal, $action:literal $(, $name:ident = $value:expr)*;
        pt: $($rest:tt)+
    }) => {{
        $(let $name = $value;)*
        text(format_args!($message))
    }};
    (action en {
        en: $message:literal, $action:literal $(, $name:ident = $value:expr)*;
        pt: $($rest:tt)+
    }) => {{
        $(let $name = $value;)*
        text(format_args!($action))
    }};
    (message pt {
        en: $en_message:literal, $en_action:literal $(, $en_name:ident = $en_value:expr)*;
        pt: $message:literal, $action:literal $(, $name:ident = $value:expr)*;
        $($rest:tt)*
    }) => {{
        $(let $name = $value;)*
        text(format_args!($message))
    }};
    (action pt {
        en: $en_message:literal, $en_action:literal $(, $en_name:ident = $en_value:expr)*;
        pt: $message:literal, $action:literal $(, $name:ident = $value:expr)*;
        $($rest:tt)*
    }) => {{
        $(let $name = $value;)*
        text(format_args!($action))
    }};
    (templates $templates:ident {
        en: $en_message:literal, $en_action:literal $(, $en_name:ident = $en_value:expr)*;
        pt: $pt_message:literal, $pt_action:literal $(, $pt_name:ident = $pt_value:expr)*;
        $($rest:tt)*
    }) => {
        $templates.push(Template {
            message: [$en_message, $pt_message],
            action: [$en_action, $pt_action],
        })
    };
    (wait of {
        en: $en_message:literal, $en_action:literal $(, $en_name:ident = $en_value:expr)*;
        pt: $pt_message:literal, $pt_action:literal $(, $pt_name:ident = $pt_value:expr)*;
        wait: $seconds:expr, $spread:expr;
        $($rest:tt)*
    }) => {
        Some(Wait { seconds: $seconds, spread_s: $spread })
    };
    (wait of $wording:tt) => { None };
    (facts $each:ident {
        en: $en_message:literal, $en_action:literal $(, $en_name:ident = $en_value:expr)*;
        pt: $pt_message:literal, $pt_action:literal $(, $pt_name:ident = $pt_value:expr)*;
        $(wait: $seconds:expr, $spread:expr;)?
        $(facts: $($fact:ident = $fact_value:expr),+;)?
    }) => {{
        $($($each(stringify!($fact), Fact::from($fact_value));)+)?
    }};
}

pub(super) use {refusals, wording};
