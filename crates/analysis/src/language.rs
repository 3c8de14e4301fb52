//! Which language a post is written in, by how many of its words are frequent function words of
//! each.
//!
//! Spanish, French, Italian and German are known so that they can be refused: without them Spanish
//! reads as poor Portuguese. A post that fits nothing well enough is in no language.

use super::lexicon::{Lexicon, MARKER_LANGUAGES, bits};
use super::segment::Sentence;
use fluence_domain::language::Language;

/// Least share of words that must be function words of the language. Running prose of the six has
/// 0.35 to 0.6.
const MIN_COVERAGE: f64 = 0.20;

/// The verdict on one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detected {
    /// One of ours.
    Ours(Language),
    /// Another language, or an unknown one.
    Other,
}

/// Detects the language of a post's sentences. A tie is unknown.
pub fn detect<'s>(sentences: impl IntoIterator<Item = &'s Sentence>, lexicon: &Lexicon) -> Detected {
    let mut hits = [0_u32; MARKER_LANGUAGES.len()];
    let mut words = 0_u32;
    for token in sentences.into_iter().flat_map(|s| &s.tokens).filter(|t| t.is_word) {
        words += 1;
        for language in bits(lexicon.marker_languages(&token.norm)) {
            hits[language] += 1;
        }
    }
    let best = hits.iter().max().copied().unwrap_or(0);
    let alone = hits.iter().filter(|h| **h == best).count() == 1;
    if words == 0 || !alone || f64::from(best) < MIN_COVERAGE * f64::from(words) {
        return Detected::Other;
    }
    match hits.iter().position(|h| *h == best) {
        Some(0) => Detected::Ours(Language::En),
        Some(1) => Detected::Ours(Language::Pt),
        _ => Detected::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{clean, segment};
    use super::*;

    fn language_of(text: &str) -> Detected {
        let chars: Vec<char> = text.chars().collect();
        let sentences = segment::sentences(&chars, &clean::own_prose(&chars));
        detect(&sentences, &Lexicon::load())
    }

    #[test]
    fn english_and_portuguese_are_told_apart() {
        assert_eq!(language_of("We shipped it on Friday and nobody called."), Detected::Ours(Language::En));
        assert_eq!(
            language_of("A gente entregou na sexta e ninguém ligou para reclamar."),
            Detected::Ours(Language::Pt)
        );
    }

    #[test]
    fn spanish_is_not_taken_for_portuguese() {
        let text =
            "Hoy hemos aprendido que lo más importante es escuchar a los clientes antes de hablar con ellos.";
        assert_eq!(language_of(text), Detected::Other);
    }

    #[test]
    fn french_italian_and_german_are_refused() {
        for text in [
            "Nous avons appris que les clients ne sont pas toujours contents de la livraison.",
            "Abbiamo imparato che i clienti non sono sempre contenti della consegna, ma è così.",
            "Wir haben gelernt, dass die Kunden nicht immer mit der Lieferung zufrieden sind.",
        ] {
            assert_eq!(language_of(text), Detected::Other);
        }
    }

    #[test]
    fn a_list_of_names_is_in_no_language() {
        assert_eq!(language_of("Acme Zylkor Brintek Fonvale Quorra Mistrel Dantrix"), Detected::Other);
    }
}
