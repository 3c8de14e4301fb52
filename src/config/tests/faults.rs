//! Faults: all at once, each with its place.

use super::super::{Sources, load};
use super::{environment, faulty};

#[test]
fn invalid_toml_is_reported_by_line_and_column() {
    let text = "region = \"sul\"\n[enrichment]\ncredential = hunter2\n".to_owned();
    let error = load(&Sources { file: Some(("f.toml".into(), text)), ..Sources::default() }).unwrap_err();
    assert_eq!(error.0[0].setting, "f.toml, line 3, column 14");
}

#[test]
fn an_unknown_name_is_refused_with_a_similar_one() {
    for (wrong, meant) in [
        ("FLUENCE_LISTN", "FLUENCE_LISTEN"),
        ("FLUENCE_DRAIN_S", "FLUENCE_SERVER_DRAIN_S"),
        ("FLUENCE_LOGLEVEL", "FLUENCE_LOG_LEVEL"),
        ("FLUENCE_SERVER_TRUSTED_PROXY", "FLUENCE_SERVER_TRUSTED_PROXIES"),
    ] {
        let error = load(&environment(&[(wrong, "1")])).unwrap_err();
        assert_eq!(error.0[0].advice, format!("no such setting; did you mean {meant}?"), "{wrong}");
    }
    let file = Some(("f.toml".to_owned(), "[server]\ndrain = 3".to_owned()));
    let error = load(&Sources { file, ..Sources::default() }).unwrap_err();
    assert_eq!(error.0[0].advice, "no such setting; did you mean drain_s?");
    let error = load(&environment(&[("FLUENCE_COLOUR", "red")])).unwrap_err();
    assert!(error.0[0].advice.contains("config show --defaults"), "{error}");
}

#[test]
fn every_unreadable_value_is_reported() {
    let pairs = [
        ("FLUENCE_LISTEN", ":8000"),
        ("FLUENCE_METRICS_LISTEN", "9100"),
        ("FLUENCE_PEPPER_VERSION", "99999999999"),
    ];
    assert_eq!(faulty(&environment(&pairs)).len(), 3);
    assert!(load(&environment(&[("FLUENCE_LISTEN", "localhost:9000")])).is_ok());
}

#[test]
fn a_value_that_cannot_be_read_names_its_setting() {
    let environment = [("FLUENCE_SERVER_TRUSTED_PROXIES".to_owned(), "10.0.0.0/8,nonsense".to_owned())];
    let sources = Sources { environment: environment.into(), ..Sources::default() };
    let faults = load(&sources).unwrap_err().0;
    assert_eq!(faults[0].setting, "FLUENCE_SERVER_TRUSTED_PROXIES");
    assert!(faults[0].advice.contains("address"), "{faults:?}");
}

#[test]
fn every_fault_is_reported_at_once() {
    let mut sources = environment(&[
        ("FLUENCE_SERVER_DRAIN_S", "soon"),
        ("FLUENCE_COLOUR", "red"),
        ("FLUENCE_CALLS_DEADLINE_S", "0"),
    ]);
    sources.file = Some(("f.toml".into(), "region = 3\nshoes = 2".into()));
    let faults = faulty(&sources);
    for expected in [
        "region in f.toml, line 1, column 1",
        "shoes in f.toml, line 2, column 1",
        "FLUENCE_SERVER_DRAIN_S",
        "FLUENCE_COLOUR",
        "FLUENCE_CALLS_DEADLINE_S",
    ] {
        assert!(faults.iter().any(|fault| fault == expected), "{expected} is missing in {faults:?}");
    }
}

#[test]
fn a_fault_names_its_place_in_the_file_or_its_variable_or_its_flag() {
    let text = "# settings\n[calls]\ndeadline_s = 0\n\n[server]\n  drain_s = \"soon\"\ndrain = 3\n";
    let mut sources = environment(&[("FLUENCE_KEYS_MAX_FAILED_ATTEMPTS", "0")]);
    sources.file = Some(("f.toml".into(), text.into()));
    sources.overrides = vec![("listen", ":8000".into())];
    let mut faults = faulty(&sources);
    faults.sort();
    assert_eq!(
        faults,
        [
            "--listen",
            "FLUENCE_KEYS_MAX_FAILED_ATTEMPTS",
            "calls.deadline_s in f.toml, line 3, column 1",
            "server.drain in f.toml, line 7, column 1",
            "server.drain_s in f.toml, line 6, column 3",
        ]
    );
}

#[test]
fn a_fault_between_settings_names_the_place_of_its_setting() {
    let text = "calls.deadline_s = 90\nlog.level = \"loud\"\n";
    let sources = Sources { file: Some(("f.toml".into(), text.into())), ..Sources::default() };
    let mut faults = faulty(&sources);
    faults.sort();
    assert_eq!(
        faults,
        ["calls.deadline_s in f.toml, line 1, column 7", "log.level in f.toml, line 2, column 5"]
    );
}

#[test]
fn a_quoted_name_with_a_dot_is_no_setting() {
    let file = Some(("f.toml".to_owned(), "\"server.drain_s\" = 3".to_owned()));
    let error = load(&Sources { file, ..Sources::default() }).unwrap_err();
    assert!(error.0[0].advice.starts_with("no such setting"), "{error}");
}
