//! What the text supports: cleaning, features, model, calibration, evidence, advice. Pure and quick.
