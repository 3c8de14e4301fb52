//! Rebuilds when a migration is added: `sqlx::migrate!` alone notices only changes of migrations it
//! has read.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
