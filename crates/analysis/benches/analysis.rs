//! Measures the time of the premium analysis and the time and memory of the model: `cargo bench
//! --package fluence-analysis`.
//!
//! Each language has a person with 50 different posts of 80 words; 50 is the most that are read.
//! Targets: p99 within 10 ms, the model loaded within 20 ms, memory within 30 MB.
#![expect(clippy::expect_used, reason = "a bench that cannot go on should say where it stopped")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use fluence_analysis::{analyse, check, model};
use fluence_domain::depth::Depth;
use fluence_domain::ids::PersonId;
use fluence_domain::language::Language;
use fluence_domain::person::{Person, Post};

const POSTS: usize = 50;
const WORDS: usize = 80;
const WARM_UP: usize = 50;
const ROUNDS: usize = 1_000;

const ENGLISH: &str = "we planned the launch with our team and the client was happy because nobody had to wait for \
    the report that I promised maybe it should have been shorter but I believe that people read what they need";
const PORTUGUESE: &str = "a gente planejou o lançamento com a equipe e o cliente ficou feliz porque ninguém precisou \
    esperar o relatório que eu prometi talvez ele devesse ser mais curto mas acredito que as pessoas leem o necessário";

fn main() {
    let before = resident_kib();
    let start = Instant::now();
    check().expect("the embedded model is sound");
    println!("model loaded in {:.1} ms", millis(start.elapsed()));
    for (name, stock) in [("English", ENGLISH), ("Portuguese", PORTUGUESE)] {
        let person = writer(stock);
        let mut times: Vec<Duration> = (0..WARM_UP + ROUNDS).map(|_| time(&person)).skip(WARM_UP).collect();
        times.sort();
        let at = |share: f64| millis(times[((ROUNDS - 1) as f64 * share) as usize]);
        println!(
            "{name}: {POSTS} posts x {WORDS} words, {ROUNDS} rounds: p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms",
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
    println!(
        "resident memory gained: {:.1} MB, model {}",
        (resident_kib() - before) as f64 / 1024.0,
        model().header.id
    );
}

fn time(person: &Person) -> Duration {
    let start = Instant::now();
    let analysis =
        analyse(person, Depth::Premium, Language::Pt, chrono::DateTime::UNIX_EPOCH).expect("enough words");
    std::hint::black_box(serde_json::to_vec(&analysis).expect("JSON"));
    start.elapsed()
}

/// Returns a person whose posts have their words in different orders, so that none is a duplicate.
fn writer(stock: &str) -> Person {
    let words: Vec<&str> = stock.split_whitespace().collect();
    let posts = (0..POSTS).map(|post| {
        let mut text = String::new();
        for at in 0..WORDS {
            let end = if at % 13 == 12 { ". " } else { " " };
            let _ = write!(text, "{}{end}", words[(post * 7 + at * (post % 5 + 1)) % words.len()]);
        }
        Post { text, published_at: None, language: None }
    });
    Person {
        id: PersonId::from_uuid(uuid::Uuid::nil()),
        first_name: "Ana".to_owned(),
        last_name: "Lima".to_owned(),
        company: "Horizonte".to_owned(),
        title: Some("Diretora de Operações".to_owned()),
        location: None,
        bio: None,
        languages: Vec::new(),
        aliases: Vec::new(),
        former_companies: Vec::new(),
        posts: posts.collect(),
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Returns the resident memory in KiB, or 0 where `/proc` does not state it.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
