use super::*;

fn holds(lexicon: &Lexicon, word: &str, language: Language, category: &str) -> bool {
    bits(lexicon.categories_of("", word, language)).any(|bit| lexicon.categories[bit] == category)
}

#[test]
fn every_line_has_the_format_and_both_languages_have_every_category() {
    let lines: Vec<Vec<&str>> = LEXICON_TSV
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect();
    assert!(lines.iter().all(|fields| fields.len() == 4));
    let of = |language| {
        let kept = lines.iter().filter(move |f| f[0] == "feature" && f[2] == language);
        kept.map(|f| f[1]).collect::<Vec<_>>()
    };
    assert_eq!(of("en"), of("pt"));
}

#[test]
fn a_stem_matches_its_words_except_excluded_ones() {
    let lexicon = Lexicon::load();
    assert!(holds(&lexicon, "wondering", Language::En, "think"));
    assert!(!holds(&lexicon, "wonderful", Language::En, "think"));
    assert!(holds(&lexicon, "wonderful", Language::En, "pos"));
}

#[test]
fn a_word_in_several_categories_counts_in_each() {
    let lexicon = Lexicon::load();
    let found = bits(lexicon.categories_of("", "deadline", Language::En)).count();
    assert!(found >= 2);
}

#[test]
fn a_pair_counts_only_as_a_pair() {
    let lexicon = Lexicon::load();
    assert_ne!(
        lexicon.categories_of("a", "gente", Language::Pt),
        lexicon.categories_of("muita", "gente", Language::Pt)
    );
}

#[test]
fn an_unknown_word_is_in_no_category() {
    assert_eq!(Lexicon::load().categories_of("", "zzyzx", Language::En), 0);
}

#[test]
fn sensitive_words_are_known_per_language() {
    let lexicon = Lexicon::load();
    assert!(lexicon.is_sensitive("", "church", Language::En));
    assert!(lexicon.is_sensitive("", "igrejas", Language::Pt));
    assert!(!lexicon.is_sensitive("", "planilha", Language::Pt));
    assert!(lexicon.is_sensitive("heart", "attack", Language::En));
    assert!(!lexicon.is_sensitive("an", "attack", Language::En));
}
