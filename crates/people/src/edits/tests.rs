//! The textbook distance between two words, against which the slips are checked.

use proptest::prelude::*;

/// Returns the number of slips that turn `a` into `b`, or `None` above `most` (optimal string
/// alignment distance).
pub(super) fn slips_between(a: &str, b: &str, most: usize) -> Option<usize> {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let distance = alignment_distance(&a, &b);
    (distance <= most).then_some(distance)
}

/// Optimal string alignment, in three rows of the usual table, each `b.len() + 1` long.
fn alignment_distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row = vec![0; b.len() + 1];
    for (i, from) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let exchanged = last[j] + usize::from(from != to);
            row[j + 1] = exchanged.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

#[test]
fn each_kind_of_slip_counts_as_one() {
    for slip in ["slva", "siilva", "salva", "sliva".replace(' ', "").as_str()] {
        assert_eq!(slips_between("silva", slip, 2), Some(1), "{slip}");
    }
}

#[test]
fn more_slips_than_allowed_give_no_distance() {
    assert_eq!(slips_between("silva", "souza", 2), None);
    assert_eq!(slips_between("pereira", "ferreira", 1), None);
}

proptest! {
    #[test]
    fn distance_is_symmetric_and_zero_only_for_equal_words(a in "[a-c]{0,6}", b in "[a-c]{0,6}") {
        prop_assert_eq!(slips_between(&a, &b, 6), slips_between(&b, &a, 6));
        prop_assert_eq!(slips_between(&a, &b, 0).is_some(), a == b);
    }
}
