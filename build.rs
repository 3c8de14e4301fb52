//! Rebuilds when a migration is added: by itself, `sqlx::migrate!` notices only changes of
//! migrations that it has read.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
