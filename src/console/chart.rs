//! Bars drawn as SVG by the server: they can be read by a screen reader, printed and compared in tests.

use maud::{Markup, html};

/// One bar.
pub(crate) struct Bar {
    pub(crate) value: i64,
    /// What a pointer and a screen reader get.
    pub(crate) title: String,
    /// Below the bar, where there is one.
    pub(crate) label: Option<String>,
    /// The page with the entries of the bar.
    pub(crate) leads_to: Option<String>,
}

const WIDTH: f64 = 940.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 14.0;
const BASE: f64 = 146.0;
const HEIGHT: u16 = 174;
/// Lines of the grid above the base.
const LINES: i64 = 3;

/// Bars side by side, with a grid of round numbers.
pub(crate) fn bars(name: &str, bars: &[Bar], number: impl Fn(i64) -> String) -> Markup {
    let highest = bars.iter().map(|bar| bar.value).max().unwrap_or(0);
    let step = step(highest);
    let top = step * LINES;
    let y = |value: i64| BASE - (BASE - TOP) * (value as f64 / top as f64);
    let slot = (WIDTH - LEFT) / bars.len().max(1) as f64;
    let coordinate = |value: f64| format!("{value:.1}");
    html! {
        svg.bars viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(name) {
            @for line in 0..=LINES {
                line.grid x1=(LEFT) x2=(WIDTH) y1=(coordinate(y(line * step))) y2=(coordinate(y(line * step))) {}
                text x=(LEFT - 8.0) y=(coordinate(y(line * step) + 4.0)) text-anchor="end" { (number(line * step)) }
            }
            @for (place, bar) in bars.iter().enumerate() {
                @let x = LEFT + slot * place as f64 + slot * 0.12;
                a href=[bar.leads_to.as_deref()] {
                    title { (bar.title) }
                    // The whole height can be pointed at.
                    rect.hit x=(coordinate(x)) y=(TOP) width=(coordinate(slot * 0.76)) height=(BASE - TOP) {}
                    rect.charged x=(coordinate(x)) y=(coordinate(y(bar.value))) width=(coordinate(slot * 0.76))
                        height=(coordinate(BASE - y(bar.value))) {}
                }
                @if let Some(label) = &bar.label {
                    text x=(coordinate(x + slot * 0.38)) y="166" text-anchor="middle" { (label) }
                }
            }
        }
    }
}

/// The distance of two lines: 1, 2 or 5 times a power of ten, so that the highest bar fits.
fn step(highest: i64) -> i64 {
    let mut unit = 1;
    loop {
        for factor in [1, 2, 5] {
            if unit * factor * LINES >= highest {
                return unit * factor;
            }
        }
        // Far below the largest number: the next unit would overflow only beyond all credits.
        if unit > i64::MAX / 100 {
            return unit * 5;
        }
        unit *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_round_and_the_highest_bar_fits() {
        for (highest, expected) in [(0, 1), (3, 1), (4, 2), (7, 5), (16, 10), (601, 500), (1_500, 500)] {
            assert_eq!(step(highest), expected, "{highest}");
        }
        assert!(step(i64::MAX) > 0);
    }

    #[test]
    fn a_chart_without_bars_is_still_a_picture() {
        assert!(bars("x", &[], |number| number.to_string()).into_string().contains("role=\"img\""));
    }
}
