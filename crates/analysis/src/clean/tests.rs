use super::*;

fn kept(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let keep = own_prose(&chars);
    chars.iter().zip(keep).filter(|(_, kept)| *kept).map(|(c, _)| *c).collect()
}

#[test]
fn addresses_mentions_and_hashtags_go_and_the_full_stop_stays() {
    assert_eq!(kept("See https://a.example/x. Thanks @bob! #sales"), "See . Thanks ! ");
}

#[test]
fn a_quoted_line_goes() {
    assert_eq!(kept("> they said this\nI disagree"), "I disagree");
}

#[test]
fn a_long_quotation_goes_and_a_short_one_stays() {
    assert_eq!(kept("He said \"we will never do that again\" twice"), "He said  twice");
    assert_eq!(kept("The so-called \"quick win\" failed"), "The so-called \"quick win\" failed");
    assert_eq!(kept("Disse: \u{201c}o cliente sempre tem razão\u{201d} e riu"), "Disse:  e riu");
}

#[test]
fn code_goes() {
    assert_eq!(kept("Try `rm -rf build` now\n```\nlet a = 1;\n```\nDone"), "Try  now\nDone");
}

#[test]
fn a_signature_goes() {
    assert_eq!(kept("Ship it on Friday.\nBest regards,\nAna Lima\nHead of Sales"), "Ship it on Friday.\n");
    assert_eq!(kept("Fechado.\n--\nAna Lima"), "Fechado.\n");
}

#[test]
fn forwarded_and_shared_text_goes() {
    assert_eq!(kept("My view first.\nRT @bob: his view"), "My view first.\n");
    assert_eq!(kept("Ok.\nEm 3 de maio, Rui escreveu:\nbom dia"), "Ok.\n");
}

#[test]
fn words_after_the_limit_are_left_out() {
    let text = "word ".repeat(MAX_WORDS_PER_POST + 5);
    assert_eq!(kept(&text).split_whitespace().count(), MAX_WORDS_PER_POST);
}

#[test]
fn an_opening_mark_without_its_pair_takes_nothing() {
    assert_eq!(kept("She said \"never and left the room"), "She said \"never and left the room");
}
