//! Bars drawn as SVG by the server: they can be read by a screen reader, printed and compared in
//! tests.

use maud::{Markup, html};

/// Most series of a chart: as many as there are colours.
pub(crate) const SERIES: usize = 5;

/// One bar.
pub(crate) struct Bar {
    /// One value of each series, stacked from the base. None is negative.
    pub(crate) values: Vec<i64>,
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
const WIDEST: f64 = 44.0;
/// The part of its slot that a bar fills.
const FILLED: f64 = 0.76;
/// So few bars begin at the axis, where a narrow screen shows all of them.
const FEW: usize = 7;
/// Lines of the grid above the base.
const LINES: i64 = 3;

/// Stacked bars side by side, with a grid of round numbers. Series differ by colour and by
/// hatching. A series is one path, so that a chart of many bars stays small.
pub(crate) fn bars(name: &str, bars: &[Bar], number: impl Fn(i64) -> String) -> Markup {
    let height = |bar: &Bar| bar.values.iter().fold(0_i64, |sum, value| sum.saturating_add(*value));
    let highest = bars.iter().map(height).max().unwrap_or(0);
    let step = step(highest);
    // No more lines than the highest bar needs.
    let lines = highest.saturating_add(step - 1).checked_div(step).unwrap_or(1).clamp(1, LINES);
    let top = step * lines;
    let y = |value: i64| BASE - (BASE - TOP) * (value as f64 / top as f64);
    let is_few = bars.len() <= FEW;
    let slot = if is_few { WIDEST / FILLED } else { (WIDTH - LEFT) / bars.len() as f64 };
    let width = (slot * FILLED).min(WIDEST);
    let x = |place: usize| LEFT + slot * (place as f64 + 0.5) - width / 2.0;
    let series = bars.iter().map(|bar| bar.values.len()).max().unwrap_or(0).min(SERIES);
    let path = |series: usize| {
        let mut path = String::new();
        for (place, bar) in bars.iter().enumerate() {
            let value = bar.values.get(series).copied().unwrap_or(0);
            let below: i64 = bar.values.iter().take(series).sum();
            if value > 0 {
                let (left, top, height) = (x(place), y(below + value), y(below) - y(below + value));
                path.push_str(&format!("M{left:.1} {top:.1}h{width:.1}v{height:.1}h-{width:.1}z"));
            }
        }
        path
    };
    html! {
        svg.bars.few[is_few] viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="group" aria-label=(name) {
            (hatching(series))
            @for line in 0..=lines {
                line.grid x1=(LEFT) x2=(WIDTH) y1={ (format!("{:.1}", y(line * step))) } y2={ (format!("{:.1}", y(line * step))) } {}
                text x=(LEFT - 8.0) y={ (format!("{:.1}", y(line * step) + 4.0)) } text-anchor="end" { (number(line * step)) }
            }
            @for series in 0..series { path fill={ "url(#series-" (series + 1) ")" } d=(path(series)) {} }
            @for (place, bar) in bars.iter().enumerate() {
                // The whole height can be pointed at.
                a href=[bar.leads_to.as_deref()] {
                    title { (bar.title) }
                    rect.hit x={ (format!("{:.1}", x(place))) } y=(TOP) width={ (format!("{width:.1}")) } height=(BASE - TOP) {}
                }
                @if let Some(label) = &bar.label {
                    text x={ (format!("{:.1}", x(place) + width / 2.0)) } y="166" text-anchor="middle" { (label) }
                }
            }
            // A narrow screen shows the newest bars, so the numbers stand beside them.
            @for line in 1..=lines {
                text.far x=(WIDTH + 6.0) y={ (format!("{:.1}", y(line * step) + 4.0)) } aria-hidden="true" { (number(line * step)) }
            }
        }
    }
}

/// How each series is filled.
fn hatching(series: usize) -> Markup {
    const LINES: [&str; SERIES] = ["", "M0 6L6 0", "M0 0L6 6", "M0 3H6", "M3 0V6"];
    html! {
        defs {
            @for (place, line) in LINES.iter().enumerate().take(series) {
                pattern id={ "series-" (place + 1) } width="6" height="6" patternUnits="userSpaceOnUse" {
                    rect class={ "s" (place + 1) } width="6" height="6" {}
                    @if !line.is_empty() { path.hatch d=(line) {} }
                }
            }
        }
    }
}

/// What the series are, as the chart draws them.
pub(crate) fn legend(names: &[String]) -> Markup {
    html! {
        span.legend {
            @for (place, name) in names.iter().enumerate().take(SERIES) {
                span { i class={ "s" (place + 1) } {} (name) }
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
        assert!(bars("x", &[], |number| number.to_string()).into_string().contains("role=\"group\""));
    }
}
