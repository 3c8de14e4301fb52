//! Contrast of the colours, computed by WCAG's formula from the style itself, and motion only where
//! readers welcome it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn style(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/site/assets").join(name);
    fs::read_to_string(file).unwrap()
}

/// The colours by name: in light, and in dark.
fn colours() -> BTreeMap<String, [String; 2]> {
    let tokens = style("shared.css");
    let of = |line: &str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
        let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
        Some((name.to_owned(), [light.to_owned(), dark.to_owned()]))
    };
    tokens.lines().filter_map(of).collect()
}

/// Relative luminance of `#rgb` or `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let digits = colour.strip_prefix('#').unwrap();
    let digits: String = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_owned(),
    };
    let part = |place: usize| {
        let value = f64::from(u8::from_str_radix(&digits[place..place + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What stands on what, and the least contrast: 4.5 for text, 3 for borders and bars.
const PAIRS: [(&str, &[&str], f64); 8] = [
    ("text", &["ground", "surface", "sunken"], 7.0),
    ("muted", &["ground", "surface", "sunken"], 4.5),
    ("accent", &["ground", "surface"], 4.5),
    ("on-accent", &["accent", "accent-pressed"], 4.5),
    ("danger", &["ground", "surface", "danger-ground"], 4.5),
    ("warning", &["ground", "surface", "warning-ground"], 4.5),
    ("success", &["ground", "surface", "success-ground"], 4.5),
    ("info", &["ground", "surface", "info-ground"], 4.5),
];
const SHAPES: [&str; 6] = ["control", "series-1", "series-2", "series-3", "series-4", "series-5"];

#[test]
fn every_colour_contrasts_with_its_background_in_both_themes() {
    let colours = colours();
    let shapes = SHAPES.map(|name| (name, &["ground", "surface"][..], 3.0));
    let mut faults = Vec::new();
    for (colour, grounds, least) in PAIRS.into_iter().chain(shapes) {
        for ground in grounds {
            for (theme, name) in ["light", "dark"].into_iter().enumerate() {
                let ratio = contrast(&colours[colour][theme], &colours[*ground][theme]);
                if ratio < least {
                    faults.push(format!("{colour} on {ground} in {name}: {ratio:.2}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn nothing_moves_for_readers_who_asked_for_less_motion() {
    let names =
        ["shared.css", "site.css", "console/elements.css", "console/components.css", "console/media.css"];
    for name in names {
        let moves = |line: &&str| {
            ["animation", "transition", "scroll-behavior", "@keyframes"]
                .iter()
                .any(|word| line.contains(word))
        };
        for line in style(name).lines().filter(moves) {
            assert!(line.starts_with("@media (prefers-reduced-motion: no-preference)"), "{name}: {line}");
        }
    }
}
