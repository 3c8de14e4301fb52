use super::*;

fn read(text: &str) -> Vec<Sentence> {
    let chars: Vec<char> = text.chars().collect();
    sentences(&chars, &vec![true; chars.len()])
}

fn words(text: &str) -> Vec<String> {
    read(text).into_iter().flat_map(|s| s.tokens).map(|t| t.norm).collect()
}

#[test]
fn marks_end_sentences_and_abbreviations_do_not() {
    let found = read("Falei com o Dr. Lima hoje. Ele disse sim! E agora?");
    assert_eq!(found.len(), 3);
    assert_eq!((found[1].marks.exclamation, found[2].marks.question), (1, 1));
}

#[test]
fn a_decimal_point_ends_nothing() {
    assert_eq!(read("We grew 3.5 percent.").len(), 1);
}

#[test]
fn a_newline_ends_a_sentence_unless_it_goes_on_in_lower_case() {
    assert_eq!(read("First line\nSecond line").len(), 2);
    assert_eq!(read("First line\r\ngoes on here").len(), 1);
}

#[test]
fn contractions_are_one_word_and_hyphens_part_words() {
    assert_eq!(words("Don\u{2019}t re-open d'água"), ["don't", "re", "open", "d'água"]);
}

#[test]
fn decomposed_accents_and_full_width_letters_are_the_same_word() {
    assert_eq!(words("na\u{303}o não Ｎão"), ["não", "não", "não"]);
}

#[test]
fn positions_count_code_points_past_emoji_accents_and_crlf() {
    let text = "🙂 Olá!\r\nA gente foi.";
    let found = read(text);
    let chars: Vec<char> = text.chars().collect();
    let of = |s: &Sentence| chars[s.start..s.end].iter().collect::<String>();
    assert_eq!(of(&found[0]), "🙂 Olá!");
    assert_eq!(of(&found[1]), "A gente foi.");
    let gente = &found[1].tokens[1];
    assert_eq!(chars[gente.start..gente.end].iter().collect::<String>(), "gente");
}

#[test]
fn a_variation_selector_alone_is_no_word() {
    assert_eq!(words("❤\u{fe0f} sim"), ["sim"]);
}

#[test]
fn words_are_counted_as_an_editor_counts_them() {
    assert_eq!(read("It's a well-known 2024 fact - really.")[0].words, 6);
}

#[test]
fn two_dots_or_more_are_one_ellipsis() {
    assert_eq!(read("Well... maybe.. not.")[0].marks.ellipsis + read("x … y")[0].marks.ellipsis, 2);
}

#[test]
fn letters_are_neither_apostrophes_nor_digits() {
    let letters = |text: &str| read(text)[0].tokens[0].letters();
    assert_eq!(["tribunal's", "d’água", "Q3", "coração"].map(letters), [9, 5, 1, 7]);
}

#[test]
fn a_question_inside_a_quotation_is_not_the_authors() {
    let asks = |text: &str| read(text).iter().any(|sentence| sentence.asks);
    assert!(!asks("They asked \"why?\" seven times."));
    assert!(!asks("Perguntaram “por quê?” sete vezes."));
    assert!(asks("Who wrote \"why\" on the label?"));
    let exclaims = |text: &str| read(text).iter().any(|sentence| sentence.exclaims);
    assert!(!exclaims("The sign says \"stop!\" in red.") && exclaims("The sign says \"stop\"!"));
}
