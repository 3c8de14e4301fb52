//! The table of what can be wrong with a field.

use std::fmt::{self, Display, Formatter};

use super::wording::{List, Text, counted, text};
use crate::language::Language;
use crate::person::NameOf;
use crate::text::TextError;

/// A field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// Name of the field as the client sent it.
    pub field: String,
    pub fault: Fault,
}

/// Declares [`Fault`] from one table: the fault with its facts, its word for
/// programs, and the rest of a sentence that begins with the field's name, in English and
/// Portuguese.
macro_rules! faults {
    (
        $(
            $(#[$doc:meta])*
            $variant:ident
            $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })?
            $(($inner:ident: $inner_type:ty))?
            => $word:literal, $en:literal, $pt:literal $(, $name:ident = [$en_value:expr, $pt_value:expr])*;
        )+
    ) => {
        /// What can be wrong with a field.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $(
                $(#[$doc])*
                $variant
                $({ $($(#[$field_doc])* $field: $type,)+ })?
                $(($inner_type))?,
            )+
        }

        impl Fault {
            /// The fault for programs.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant { .. } => $word,)+ }
            }

            /// The rest of a sentence that begins with the field's name.
            pub fn text(self, language: Language) -> Text {
                match language {
                    Language::En => match self {
                        $(Self::$variant $({ $($field),+ })? $(($inner))? => {
                            $(let $name = $en_value;)*
                            text(format_args!($en))
                        })+
                    },
                    Language::Pt => match self {
                        $(Self::$variant $({ $($field),+ })? $(($inner))? => {
                            $(let $name = $pt_value;)*
                            text(format_args!($pt))
                        })+
                    },
                }
            }
        }
    };
}

faults! {
    Missing => "missing", "is required", "é obrigatório";
    Unknown => "unknown_field", "is not a field of this request", "não é um campo desta requisição";
    /// A query parameter of a request that takes none.
    Parameter => "unknown_parameter",
        "is a query parameter, and this request takes none",
        "é um parâmetro de query, e esta requisição não aceita nenhum";
    /// A query parameter that the request does not take, beside those that it takes.
    OtherParameter => "unknown_parameter",
        "is not a query parameter of this request", "não é um parâmetro de query desta requisição";
    Repeated => "repeated", "is given more than once", "foi informado mais de uma vez";
    /// Two spellings of the field hold different values.
    Contradicts => "contradicts",
        "differs from the same field under its other name",
        "difere do mesmo campo com o outro nome";
    NotText => "not_text", "must be text", "deve ser um texto";
    NotBoolean => "not_boolean", "must be true or false", "deve ser true ou false";
    /// The member that bounds a price.
    NotFigure => "not_figure",
        "must be a number from 0 to 9007199254740992", "deve ser um número de 0 a 9007199254740992";
    NotList => "not_list", "must be a list", "deve ser uma lista";
    NotObject => "not_object", "must be an object", "deve ser um objeto";
    /// Empty after trimming.
    Empty => "empty", "must not be empty", "não pode estar vazio";
    TooLong { max_chars: usize } => "too_long",
        "must have at most {length}", "deve ter no máximo {length}",
        length = [
            counted(max_chars, "character", "characters"),
            counted(max_chars, "caractere", "caracteres")
        ];
    TooMany { max_items: usize } => "too_many",
        "must have at most {length}", "deve ter no máximo {length}",
        length = [counted(max_items, "item", "items"), counted(max_items, "item", "itens")];
    ControlCharacter => "control_character",
        "must not contain control characters", "não pode conter caracteres de controle";
    /// A person's name that no search can use.
    NoLetter => "no_letter", "must contain at least one letter", "deve conter pelo menos uma letra";
    /// A company's name that no search can use.
    NoLetterOrDigit => "no_letter_or_digit",
        "must contain at least one letter or digit", "deve conter pelo menos uma letra ou um dígito";
    NotOneOf(words: &'static [&'static str]) => "not_one_of",
        "must be one of: {list}", "deve ser um destes valores: {list}",
        list = [List(words), List(words)];
    /// Something else than known words, separated by commas.
    NotSomeOf(words: &'static [&'static str]) => "not_one_of",
        "must be one or more of these, separated by commas: {list}",
        "deve ser um ou mais destes valores, separados por vírgulas: {list}",
        list = [List(words), List(words)];
    NotAddress => "not_address",
        "must be an email address such as name@example.com",
        "deve ser um endereço de e-mail, como nome@example.com";
    NotWebAddress => "not_a_web_address",
        "must be a web address that begins with http:// or https://",
        "deve ser um endereço web que comece com http:// ou https://";
    /// Neither a date nor an instant.
    NotDate => "not_date",
        "must be a date such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z",
        "deve ser uma data, como 2026-01-31, ou um horário, como 2026-01-31T12:00:00Z";
    NotInstant => "not_instant",
        "must be a time such as 2026-01-31T12:00:00Z", "deve ser um horário, como 2026-01-31T12:00:00Z";
    NotADay => "not_a_day", "must be a date such as 2026-01-31", "deve ser uma data, como 2026-01-31";
    InPast => "in_the_past", "must be in the future", "deve estar no futuro";
    OutOfRange { least: i64, most: i64 } => "out_of_range",
        "must be from {least} to {most}", "deve estar entre {least} e {most}";
    NotWhole { least: i64, most: i64 } => "not_a_whole_number_in_range",
        "must be a whole number from {least} to {most}", "deve ser um número inteiro de {least} a {most}";
    /// The first day of a range is behind the last one, or the range is too long.
    DaysOutOfRange { most: i64 } => "out_of_range",
        "must not be later than `to`, and the range must not exceed {length}",
        "não pode ser posterior a `to`, e o intervalo não pode passar de {length}",
        length = [counted(most, "day", "days"), counted(most, "dia", "dias")];
    /// Not a cursor of an answer to the same request.
    NotACursor => "not_a_cursor",
        "must be the `next_cursor` of an answer to the same request",
        "deve ser o `next_cursor` de uma resposta à mesma requisição";
    NotARegion => "not_a_region",
        "must contain region names of at most 32 lowercase letters, digits and `-`",
        "deve conter nomes de região com no máximo 32 letras minúsculas, dígitos e `-`";
    /// Not a network in CIDR notation.
    NotANetwork => "not_a_network",
        "must contain addresses or networks such as 203.0.113.0/24, with no bits set after the prefix",
        "deve conter endereços ou redes como 203.0.113.0/24, sem bits definidos após o prefixo";
    NotThere => "not_there", "does not exist in this account", "não existe nesta conta";
    /// A key format for `live` or `test`, in an environment of the other mode.
    OtherMode => "other_mode",
        "does not match the environment's mode", "não corresponde ao modo do ambiente";
}

impl Fault {
    /// The fault of a name that no search can use.
    pub const fn no_name(name: NameOf) -> Self {
        match name {
            NameOf::Person => Self::NoLetter,
            NameOf::Company => Self::NoLetterOrDigit,
        }
    }
}

impl From<TextError> for Fault {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Empty => Self::Empty,
            TextError::TooLong { max_chars } => Self::TooLong { max_chars },
            TextError::ControlCharacter => Self::ControlCharacter,
            TextError::NotAnAddress => Self::NotAddress,
        }
    }
}

/// Most faults that the sentence lists. The body lists more of them, one by one.
const MAX_LISTED: usize = 5;

/// The first faults as one sentence.
pub(super) struct InSentence<'a>(pub(super) &'a [FieldFault], pub(super) Language);

impl Display for InSentence<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(faults, language) = *self;
        for (place, faulty) in faults.iter().take(MAX_LISTED).enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}`{}` {}", faulty.field, faulty.fault.text(language))?;
        }
        f.write_str(if faults.len() > MAX_LISTED { "; …" } else { "." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_reads_as_a_range() {
        let range = Fault::OutOfRange { least: 1, most: 1000 };
        assert_eq!(range.text(Language::En), "must be from 1 to 1000");
        assert_eq!(range.text(Language::Pt), "deve estar entre 1 e 1000");
        let days = Fault::DaysOutOfRange { most: 366 };
        let expected = "must not be later than `to`, and the range must not exceed 366 days";
        assert_eq!(days.text(Language::En), expected);
    }

    #[test]
    fn one_of_a_thing_is_in_the_singular() {
        let (long, many) = (Fault::TooLong { max_chars: 1 }, Fault::TooMany { max_items: 1 });
        assert_eq!(long.text(Language::En), "must have at most 1 character");
        assert_eq!(many.text(Language::Pt), "deve ter no máximo 1 item");
    }

    #[test]
    fn a_sentence_lists_five_faults() {
        let faults = vec![FieldFault { field: "a".to_owned(), fault: Fault::Missing }; 6];
        let sentence = |number| InSentence(&faults[..number], Language::En).to_string();
        assert_eq!(sentence(2), "`a` is required; `a` is required.");
        assert!(sentence(5).ends_with("is required.") && sentence(6).ends_with("is required; …"));
    }
}
