//! Builds anew when a migration is added: `sqlx::migrate!` alone notices only changes to those it has read.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
