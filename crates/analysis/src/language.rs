//! Which language a post is written in, by how many of its words are frequent function words of
//! each.
//!
//! Spanish, French, Italian and German are known so that they can be refused: without them Spanish
//! reads as poor Portuguese. A post that fits nothing well enough is in no language.

use super::lexicon::{Lexicon, MARKER_LANGUAGES, bits};
use super::segment::{Sentence, Token};
use fluence_domain::language::Language;

/// Least share of words that must be function words of the language. Running prose of the six has
/// 0.35 to 0.6.
const MIN_COVERAGE: f64 = 0.20;
/// Places of our languages among those that are told apart.
const ENGLISH: usize = 0;
const PORTUGUESE: usize = 1;

/// Galician, which shares its articles with Portuguese: words that Portuguese never writes so.
const GALICIAN: &[&str] = &[
    "unha",
    "unhas",
    "dunha",
    "nunha",
    "non",
    "máis",
    "coa",
    "coas",
    "cos",
    "moi",
    "xa",
    "xente",
    "hoxe",
    "tamén",
    "cando",
    "mentres",
    "despois",
    "ademais",
    "foron",
    "teñen",
    "teño",
    "facer",
    "xunto",
    "ninguén",
    "porén",
    "onte",
    "algunha",
    "ningunha",
    "aínda",
    "traballo",
    "traballar",
    "proxecto",
];
/// One Galician word in so many makes a text Galician.
const GALICIAN_ONE_IN: u32 = 20;
/// Points of Portuguese articles and spelling that settle a tie.
const MIN_SIGNS: u32 = 2;

/// The verdict on one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detected {
    /// One of ours.
    Ours(Language),
    /// Another language, or an unknown one.
    Other,
}

/// Detects the language of a post's sentences. A tie is unknown, unless all words that tie are
/// Portuguese ones too and the rest looks Portuguese.
pub fn detect<'s>(sentences: impl IntoIterator<Item = &'s Sentence>, lexicon: &Lexicon) -> Detected {
    let mut hits = [0_u32; MARKER_LANGUAGES.len()];
    let (mut words, mut galician, mut signs, mut elsewhere) = (0_u32, 0, 0, 0);
    for sentence in sentences {
        let tokens: Vec<&Token> = sentence.tokens.iter().filter(|token| token.is_word).collect();
        for (at, token) in tokens.iter().enumerate() {
            words += 1;
            let languages = lexicon.marker_languages(&token.norm);
            bits(languages).for_each(|language| hits[language] += 1);
            galician += u32::from(GALICIAN.contains(&token.norm.as_str()));
            let is_before_noun =
                tokens.get(at + 1).is_some_and(|next| lexicon.marker_languages(&next.norm) == 0);
            signs += portuguese_signs(&token.norm, at == 0, is_before_noun);
            elsewhere += u32::from(languages != 0 && languages & (1 << PORTUGUESE) == 0);
        }
    }
    let best = hits.iter().max().copied().unwrap_or(0);
    if words == 0 || f64::from(best) < MIN_COVERAGE * f64::from(words) {
        return Detected::Other;
    }
    let is_galician = galician > 0 && galician * GALICIAN_ONE_IN >= words;
    let alone = hits.iter().filter(|h| **h == best).count() == 1;
    let is_portuguese = hits[PORTUGUESE] == best && !is_galician;
    match hits.iter().position(|h| *h == best) {
        Some(ENGLISH) if alone => Detected::Ours(Language::En),
        _ if is_portuguese && (alone || elsewhere == 0 && signs >= MIN_SIGNS) => Detected::Ours(Language::Pt),
        _ => Detected::Other,
    }
}

/// How plainly a word is Portuguese: by its spelling, or as an article before a noun, most of all
/// one that begins a sentence. “O” means “or” in Spanish and Italian, where few sentences begin
/// with it.
fn portuguese_signs(word: &str, is_first: bool, is_before_noun: bool) -> u32 {
    let is_article = is_before_noun && matches!(word, "o" | "os" | "as");
    let ends = |ending: &&str| word.len() > 4 && word.ends_with(*ending);
    let is_spelt = word.contains(['ã', 'õ'])
        || word.contains("lh")
        || word.contains("nh")
        || ["ou", "agem", "ência", "ância"].iter().any(ends);
    if is_spelt || is_article && is_first {
        MIN_SIGNS
    } else {
        u32::from(is_article || is_before_noun && is_first && word == "a")
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
    fn plain_portuguese_of_shared_words_is_portuguese() {
        for text in [
            "A notificação de incidentes aumentou porque a equipe confia no formulário.",
            "A bomba de infusão apresentou defeito no alarme.",
            "O fabricante recolheu o lote.",
            "A dose caiu de 40 para 20 e o tremor parou.",
            "A medida protetiva cobre o estacionamento da empresa.",
            "O banco de sangue rejeitou a amostra.",
        ] {
            assert_eq!(language_of(text), Detected::Ours(Language::Pt), "{text}");
        }
    }

    #[test]
    fn short_texts_of_its_neighbours_are_no_portuguese() {
        for text in [
            "Gracias a todos por todo.",
            "No trabajo de noche.",
            "A trabajar de noche.",
            "El banco de sangre rechazó la muestra.",
            "La bomba de infusión presentó un defecto en la alarma.",
            "La notificación de incidentes aumentó porque el equipo confía en el formulario.",
            "Unha empresa de aquí rexeitou o proxecto e a xente non quedou contenta.",
            "A xente da empresa falou cos clientes e todo foi moi ben.",
            "O banco de sangue non aceptou a mostra.",
            "La misura protegge il parcheggio della ditta.",
            "A Roma o a Milano, da domani.",
            "La banque du sang a refusé le lot.",
        ] {
            assert_eq!(language_of(text), Detected::Other, "{text}");
        }
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
