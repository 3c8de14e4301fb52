//! Finds the words that name work only to state a time or a place: “before the launch”, “next to
//! the server”.
//!
//! People date and locate their private life by their work, so such words are no evidence that the
//! sentence is about work.

use super::item::{Item, begins_clause};

/// Words and phrases that open a time or a place, which lasts to the end of the clause.
const OPENINGS: &[&[&str]] = &[
    &["before"],
    &["after"],
    &["during"],
    &["until"],
    &["since"],
    &["while"],
    &["beside"],
    &["day", "of"],
    &["morning", "of"],
    &["night", "of"],
    &["eve", "of"],
    &["week", "of"],
    &["month", "of"],
    &["in", "front", "of"],
    &["next", "to"],
    &["behind", "the"],
    &["under", "the"],
    &["antes"],
    &["depois"],
    &["após"],
    &["durante"],
    &["até"],
    &["desde"],
    &["enquanto"],
    &["atrás"],
    &["debaixo"],
    &["embaixo"],
    &["no", "dia"],
    &["na", "semana"],
    &["na", "frente"],
    &["ao", "lado"],
];

/// Returns whether each item belongs to a time or a place.
pub(super) fn anchored(items: &[Item<'_>]) -> Vec<bool> {
    let mut is_anchored = false;
    let anchored = |(at, item): (usize, &Item<'_>)| {
        is_anchored = is_anchored && !begins_clause(item) || opens(&items[at..]);
        is_anchored
    };
    items.iter().enumerate().map(anchored).collect()
}

fn opens(items: &[Item<'_>]) -> bool {
    let begins = |opening: &&[&str]| {
        opening.len() <= items.len() && opening.iter().zip(items).all(|(word, item)| item.word == *word)
    };
    OPENINGS.iter().any(begins)
}
