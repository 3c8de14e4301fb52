//! The normal distribution and the logistic curve.

use std::f64::consts::{PI, SQRT_2};

/// Returns the probability that a standard normal value lies below `x`, with an error below 1.5e-7
/// (Abramowitz & Stegun 1964, 7.1.26).
pub fn cumulative(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * (x.abs() / SQRT_2));
    let poly = t
        * (0.254_829_592
            + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let half_tail = 0.5 * poly * (-x * x / 2.0).exp();
    if x >= 0.0 { 1.0 - half_tail } else { half_tail }
}

/// Returns the `x` below which a standard normal value lies with probability `p`. `p` is clamped to
/// 1e-6 from 0 and 1. Newton's method on [`cumulative`], starting at the logistic approximation.
pub fn quantile(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    let mut x = (p / (1.0 - p)).ln() / 1.702;
    for _ in 0..8 {
        let density = (-x * x / 2.0).exp() / (2.0 * PI).sqrt();
        x -= ((cumulative(x) - p) / density).clamp(-1.0, 1.0);
    }
    x
}

/// Returns the value of the standard logistic function, between 0 and 1.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        for (x, p) in [(0.0, 0.5), (1.0, 0.841_344_7), (-1.959_964, 0.025), (1.281_551_6, 0.9)] {
            assert!((cumulative(x) - p).abs() < 2e-7, "{x}");
            assert!((quantile(p) - x).abs() < 1e-5, "{p}");
        }
    }

    #[test]
    fn the_curve_is_symmetric() {
        assert!((cumulative(0.7) + cumulative(-0.7) - 1.0).abs() < 1e-12);
        assert!((logistic(0.3) + logistic(-0.3) - 1.0).abs() < 1e-12);
    }
}
