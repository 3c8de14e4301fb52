//! What stands beside the prose of a post: hashtags, pictographs, and unreadable sentences.

use super::privacy::is_permitted;

const TAGS: &str = include_str!("redteam/tags.tsv");

/// Returns the posts with each hashtag of a kind that may be quoted, and the number of all.
fn quotable(kind: &str) -> (Vec<String>, usize) {
    let rows =
        TAGS.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    let posts: Vec<String> = rows
        .filter(|row| row[1] == kind)
        .flat_map(|row| {
            let work = if row[0] == "pt" {
                "O importador grava 47 linhas por segundo."
            } else {
                "The importer writes 47 rows a second."
            };
            row[2].split(' ').map(move |tag| format!("{work} #{tag}")).collect::<Vec<_>>()
        })
        .collect();
    let of = posts.len();
    (posts.into_iter().filter(|text| is_permitted(text)).collect(), of)
}

#[test]
fn a_hashtag_that_is_not_plainly_about_work_keeps_its_post_from_being_quoted() {
    let (found, of) = quotable("private");
    println!("Posts with a private hashtag quotable: {} of {of}", found.len());
    assert!(of > 250 && found.is_empty(), "{found:#?}");
    let (found, of) = quotable("fresh");
    println!("Posts with a fresh private hashtag quotable: {} of {of}", found.len());
    assert!(of > 100 && found.len() * 25 <= of, "{found:#?}");
}

#[test]
fn most_posts_with_a_hashtag_of_a_trade_are_quotable() {
    let (found, of) = quotable("trade");
    println!("Posts with a hashtag of a trade quotable: {} of {of}", found.len());
    assert!(found.len() * 100 >= of * 90, "{} of {of}", found.len());
}

#[test]
fn a_sentence_that_cannot_be_read_keeps_its_post_from_being_quoted() {
    let work = "The importer writes 47 rows a second.";
    assert!(is_permitted(work));
    for aside in [
        "Meine Mutter ist gestorben.",
        "Ma mère est morte en mars.",
        "Mi madre murió en marzo.",
        "Мама умерла в марте.",
        "母が亡くなりました。",
        "أمي ماتت",
        "Mashallah.",
        "Alhamdulillah!",
        "Inshallah",
        "Shabat shalom.",
        "Bismillah",
        "Perdi meu pai.",
    ] {
        for text in [format!("{work} {aside}"), format!("{aside}\n{work}")] {
            assert!(!is_permitted(&text), "{text}");
        }
    }
    for aside in ["The Zylkor pump runs at 10 µm.", "Done.", "A tolerance of Δ 0.2 mm is fine."] {
        assert!(is_permitted(&format!("{work} {aside}")), "{aside}");
    }
}

#[test]
fn a_pictograph_that_may_be_private_keeps_its_post_from_being_quoted() {
    for sign in ["🤰", "🏳\u{fe0f}\u{200d}🌈", "🍷", "🙏🏽", "✝", "☪", "🕯", "🇺🇦", "💊", "👶"]
    {
        assert!(!is_permitted(&format!("The importer writes 47 rows a second {sign}")), "{sign}");
    }
    for sign in ["🚀", "✅", "📈", "🙂", "❤\u{fe0f}", "→", "★"] {
        assert!(is_permitted(&format!("The importer writes 47 rows a second {sign}")), "{sign}");
    }
}
