//! Texts with a number, for 0, 1 and 2.

use super::Words;
use crate::domain::language::Language;

const EN: Words = Words(Language::En);
const PT: Words = Words(Language::Pt);

type Text = fn(Words, i64) -> String;

/// The text of each number in both languages: 0, 1, 2.
fn assert_texts(text: Text, english: [&str; 3], portuguese: [&str; 3]) {
    assert_eq!([0, 1, 2].map(|n| text(EN, n)), english);
    assert_eq!([0, 1, 2].map(|n| text(PT, n)), portuguese);
}

#[test]
fn money_agrees_in_number() {
    assert_texts(
        |words, n| words.therefore_held(n),
        [
            "On hold: 0 credits, charged or refunded when the call ends.",
            "On hold: 1 credit, charged or refunded when the call ends.",
            "On hold: 2 credits, charged or refunded when the call ends.",
        ],
        [
            "Em reserva: 0 créditos, cobrados ou devolvidos quando a chamada terminar.",
            "Em reserva: 1 crédito, cobrado ou devolvido quando a chamada terminar.",
            "Em reserva: 2 créditos, cobrados ou devolvidos quando a chamada terminar.",
        ],
    );
    assert_texts(
        |words, n| words.therefore_given_back(n),
        [
            "Nothing was charged: 0 credits were refunded to the lot.",
            "Nothing was charged: 1 credit was refunded to the lot.",
            "Nothing was charged: 2 credits were refunded to the lot.",
        ],
        [
            "Nada foi cobrado: 0 créditos voltaram ao lote.",
            "Nada foi cobrado: 1 crédito voltou ao lote.",
            "Nada foi cobrado: 2 créditos voltaram ao lote.",
        ],
    );
    assert_texts(
        |words, n| words.therefore_free(n),
        [
            "The price was 0: 0 credits were returned to the lot.",
            "The price was 0: 1 credit was returned to the lot.",
            "The price was 0: 2 credits were returned to the lot.",
        ],
        [
            "O preço ficou em zero: 0 créditos voltaram ao lote.",
            "O preço ficou em zero: 1 crédito voltou ao lote.",
            "O preço ficou em zero: 2 créditos voltaram ao lote.",
        ],
    );
    assert_texts(
        |words, n| words.less_pending(n),
        ["Less pending calls (0)", "Less pending calls (1)", "Less pending calls (2)"],
        ["Menos chamadas pendentes (0)", "Menos chamadas pendentes (1)", "Menos chamadas pendentes (2)"],
    );
    assert_texts(
        |words, n| words.ends_next(n, "1 Nov"),
        [
            "0 credits expire next, on 1 Nov",
            "1 credit expires next, on 1 Nov",
            "2 credits expire next, on 1 Nov",
        ],
        ["0 vencem primeiro, em 1 Nov", "1 vence primeiro, em 1 Nov", "2 vencem primeiro, em 1 Nov"],
    );
    assert_texts(
        |words, n| words.all_entries(n),
        ["All 0 entries add up to", "The only entry is", "All 2 entries add up to"],
        ["Os 0 lançamentos somam", "O único lançamento é de", "Os 2 lançamentos somam"],
    );
    assert_texts(
        |words, n| words.close_credits(n),
        [
            "0 credits are left and will be lost.",
            "1 credit is left and will be lost.",
            "2 credits are left and will be lost.",
        ],
        [
            "Restam 0 créditos, que serão perdidos.",
            "Resta 1 crédito, que será perdido.",
            "Restam 2 créditos, que serão perdidos.",
        ],
    );
}

/// Texts that count calls, days, people and the like, without the texts above.
const OTHERS: &[Text] = &[
    |words, n| words.a_day(n),
    |words, n| words.alert_below(Some(n)),
    |words, n| words.bar_title("1st", n, n, n),
    |words, n| words.calls_and_credits(n, n),
    |words, n| words.charged_by_usage(n),
    |words, n| words.codes_left(n),
    |words, n| words.day_title("1st", [n; 4]),
    |words, n| words.days_ago(n),
    |words, n| words.days_left(n),
    |words, n| words.due_entries(n),
    |words, n| words.ended_hidden(n, 9),
    |words, n| words.expire_unused(n),
    |words, n| words.granted(n),
    |words, n| words.held_for(n),
    |words, n| words.in_days(n),
    |words, n| words.log_in_wait(n),
    |words, n| words.mail_invite_until(n),
    |words, n| words.mail_key_unused("ACME", n, "backend"),
    |words, n| words.on_hold(n),
    |words, n| words.op_behind(n),
    |words, n| words.op_count_changed(n),
    |words, n| words.op_failed_emails(n),
    |words, n| words.op_in_accounts("+5", n),
    |words, n| words.op_late_gateway("a", n),
    |words, n| words.op_move_accounts(n),
    |words, n| words.op_only_so_many(n),
    |words, n| words.op_seconds_ago(n),
    |words, n| words.op_verified("today", "ana", n),
    |words, n| words.op_wrong_books(n),
    |words, n| words.paid_by_lot(n),
    |words, n| words.rate_of(n, 5),
    |words, n| words.refused_lately(n),
    |words, n| words.sign_up_code_wrong(n),
    |words, n| words.therefore_charged(n),
    |words, n| words.took_back(n),
    |words, n| words.used_lately(n, n),
];

/// For each `n` in the text, whether the noun behind it is plural: within two words, and before
/// the next comma or full stop.
fn plurals_behind(text: &str, n: i64) -> Vec<bool> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_number = |word: &str| word.trim_start_matches('(').parse() == Ok(n);
    let is_plural =
        |word: &str| word.trim_end_matches(['.', ',', ')']).ends_with('s') && !["is", "was"].contains(&word);
    let noun = |place: usize| {
        let behind = words.iter().skip(place + 1).take(2);
        let end = behind.clone().position(|word| word.ends_with(['.', ',', ')'])).map_or(2, |last| last + 1);
        behind.take(end).any(|word| is_plural(word))
    };
    let places = words.iter().enumerate().filter(|(_, word)| is_number(word));
    places.map(|(place, _)| noun(place)).collect()
}

#[test]
fn nouns_agree_in_number() {
    for (index, text) in OTHERS.iter().enumerate() {
        for (words, n) in [EN, PT].into_iter().flat_map(|words| [0, 1, 2].map(|n| (words, n))) {
            let shown = text(words, n);
            assert!(
                plurals_behind(&shown, n).iter().all(|is_plural| *is_plural == (n != 1)),
                "{index}: {shown}"
            );
        }
    }
}

#[test]
fn verbs_agree_with_one() {
    const PLURALS: [&str; 9] = [
        " are ",
        " were ",
        "estam ",
        " vão ",
        " foram recusadas",
        " pagos",
        "cobrados",
        "devolvidos",
        "puderam",
    ];
    for (index, text) in OTHERS.iter().enumerate() {
        for shown in [text(EN, 1), text(PT, 1)] {
            assert!(!PLURALS.iter().any(|plural| shown.contains(plural)), "{index}: {shown}");
        }
    }
}
