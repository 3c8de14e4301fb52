//! The sentences of an answer that are neither advice nor trait readings: validity, limits and
//! what not to infer. Also formats numbers and lists.
//!
//! Each language has sentences of its own; the Portuguese is not a translation. No sentence implies
//! the gender of the person analysed.

use schemars::JsonSchema;
use serde::Serialize;

use super::traits::{TextLength, TypeAxes};
use fluence_domain::language::Language;

/// What is and is not validated.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Validity {
    /// The texts that the model was validated on.
    pub benchmark: &'static str,
    /// Mean area under the ROC curve of the five traits on that benchmark, for the language of the
    /// posts. 0.5 is chance.
    pub mean_auc: f64,
    /// Authors of the texts of that benchmark.
    pub authors: u32,
    /// Whether the model was validated on business posts, which are analysed here.
    pub validated_on_business_posts: bool,
    /// The same in two sentences or three.
    pub note: &'static str,
}

/// Formats a number with separators of thousands: 2,351 in English, 2.351 in Portuguese.
pub fn number(number: u32, answer: Language) -> String {
    let separator = match answer {
        Language::En => ',',
        Language::Pt => '.',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// Joins items as in “a, b and c”. `and` is the conjunction of the language.
pub fn listed(items: &[&str], and: &str) -> String {
    match items {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}

/// Returns the benchmark and the note of [`Validity`].
pub const fn benchmark(posts: Language, answer: Language) -> (&'static str, &'static str) {
    match (posts, answer) {
        (Language::En, Language::En) => (
            "Student essays in English with self-reported traits (Pennebaker & King 1999), ten folds by author.",
            "A weak statistical lean, right somewhat more often than chance. It has not been validated on business posts. The four letters are derived from the trait scores and are not the result of a type test.",
        ),
        (Language::Pt, Language::En) => (
            "Student essays machine-translated to Portuguese, scored by a model trained on other authors' English essays.",
            "A weak statistical lean, carried over from English: no native Portuguese texts stand behind it, and no business posts. The four letters are derived from the trait scores and are not the result of a type test.",
        ),
        (Language::En, Language::Pt) => (
            "Redações de estudantes em inglês com traços autodeclarados (Pennebaker & King 1999), em dez partições por autor.",
            "É uma tendência estatística fraca, que acerta um pouco mais que o acaso. Não foi validada em publicações profissionais. As quatro letras derivam dos traços; não são resultado de teste de tipos.",
        ),
        (Language::Pt, Language::Pt) => (
            "Redações de estudantes traduzidas por máquina para o português, avaliadas por um modelo treinado nas redações em inglês de outros autores.",
            "É uma tendência estatística fraca, transferida do inglês: não há por trás dela textos escritos originalmente em português nem publicações profissionais. As quatro letras derivam dos traços; não são resultado de teste de tipos.",
        ),
    }
}

/// Returns what the analysis cannot tell and must not be used for.
pub const fn limits(answer: Language) -> &'static [&'static str] {
    match answer {
        Language::En => &[
            "A statistical lean in how somebody writes, not a diagnosis and not a fact about the person.",
            "Not for decisions about hiring, credit, insurance, housing, health, law enforcement or minors, nor for political targeting.",
            "Most people stand near the middle; the interval shows how little a text this long can tell.",
            "Posts may be edited, co-written or written by somebody else; the analysis cannot tell.",
            "Only sentences that are plainly about work are quoted. Others enter the figures and are never repeated; a line without a quotation rests on counts. Where a line counts in fewer words than the text has, the rest may be private and is left out.",
        ],
        Language::Pt => &[
            "É uma tendência estatística no modo de escrever; não é diagnóstico nem retrato da pessoa.",
            "Não use em decisões sobre contratação, crédito, seguro, moradia, saúde, segurança pública ou menores de idade, nem para direcionamento político.",
            "A maioria das pessoas fica perto do meio; o intervalo mostra quão pouco se pode dizer com um texto deste tamanho.",
            "Publicações podem ter sido editadas ou escritas por outra pessoa; a análise não tem como saber.",
            "Só são citadas frases que falam claramente de trabalho. As outras entram nos números e nunca são repetidas; uma linha sem citação se apoia em contagens. Quando uma linha conta só parte das palavras do texto, as demais podem ser privadas e ficam de fora.",
        ],
    }
}

/// Returns the playbook's warning, which names the weakest part of the answer: a short text, else
/// the borderline axes, else the four letters. `words` is the length of the text; `has_style` says
/// whether the answer has lines of style.
pub fn do_not_infer(
    axes: &TypeAxes,
    words: u32,
    has_style: bool,
    posts: Language,
    answer: Language,
) -> String {
    const PAIRS: [&str; 4] = ["E/I", "S/N", "T/F", "J/P"];
    let borderline: Vec<&str> =
        PAIRS.iter().zip(axes.all()).filter(|(_, axis)| axis.borderline).map(|(p, _)| *p).collect();
    let and = match answer {
        Language::En => "and",
        Language::Pt => "e",
    };
    let (length, words, borderline) =
        (TextLength::of(words), number(words, answer), listed(&borderline, and));
    match (answer, length, borderline.is_empty()) {
        (Language::En, TextLength::VeryShort | TextLength::Short, _) => {
            let style = if has_style { " The style lines hold; they are counts." } else { "" };
            format!("Do not plan by the traits or the four letters: {words} words are too few for that.{style}")
        }
        (Language::En, TextLength::Sufficient, false) => {
            format!("Do not plan by {borderline}: the text does not tell (hence the x). Nothing here tells of mood, health, beliefs or ability.")
        }
        (Language::En, TextLength::Sufficient, true) if posts == Language::Pt => {
            "Do not read the four letters as a test result: the model learnt from English essays. Nothing here tells of mood, health, beliefs or ability.".to_owned()
        }
        (Language::En, TextLength::Sufficient, true) => {
            "Do not read the four letters as a test result. Nothing here tells of mood, health, beliefs or ability.".to_owned()
        }
        (Language::Pt, TextLength::VeryShort | TextLength::Short, _) => {
            let style = if has_style { " As linhas de estilo valem; são contagens." } else { "" };
            format!("Não planeje com base nos traços nem nas quatro letras: {words} palavras são poucas para isso.{style}")
        }
        (Language::Pt, TextLength::Sufficient, false) => {
            format!("Não planeje com base em {borderline}: o texto não permite dizer (por isso o x). Nada aqui fala de humor, saúde, crenças ou capacidade.")
        }
        (Language::Pt, TextLength::Sufficient, true) if posts == Language::Pt => {
            "Não leia as quatro letras como resultado de teste: o modelo aprendeu com redações em inglês. Nada aqui fala de humor, saúde, crenças ou capacidade.".to_owned()
        }
        (Language::Pt, TextLength::Sufficient, true) => {
            "Não leia as quatro letras como resultado de teste. Nada aqui fala de humor, saúde, crenças ou capacidade.".to_owned()
        }
    }
}
