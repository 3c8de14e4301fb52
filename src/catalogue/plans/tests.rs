//! What a file of plans and packs may say, and what is reported.

use super::*;

fn access(word: &str) -> Access {
    word.parse().unwrap()
}

#[test]
fn the_shipped_catalogue_has_its_editions_and_four_packs() {
    let catalogue = Catalogue::shipped().unwrap();
    let plans: Vec<_> = catalogue.editions.iter().map(|e| (e.edition.as_str(), e.plans.len())).collect();
    assert_eq!(plans, [("2025-01", 3), ("fluenzr", 3), ("start", 1), ("2025-06", 6)]);
    assert_eq!(catalogue.newest_edition(), Some("2025-06"));
    assert_eq!(catalogue.packs.iter().map(|p| p.credits.as_i64()).collect::<Vec<_>>(), [100, 200, 500, 1000]);
}

#[test]
fn a_professional_of_2025_06_needs_business_for_the_crm() {
    let catalogue = Catalogue::shipped().unwrap();
    assert_eq!(catalogue.cheapest_with("2025-06", &access("crm_basico")).unwrap().tier, "crm_business");
    assert_eq!(catalogue.cheapest_with("2025-01", &access("crm")).unwrap().tier, "platform_professional");
}

#[test]
fn only_pro_of_fluenzr_has_the_api_and_start_costs_nothing() {
    let catalogue = Catalogue::shipped().unwrap();
    let with_api = |edition: &str| catalogue.cheapest_with_api(edition).unwrap().plan.clone();
    assert_eq!([with_api("fluenzr"), with_api("start")], ["pro", "start"]);
    let start = catalogue.plan("start", "start").unwrap();
    assert_eq!((start.price_usd, start.credits.as_i64(), start.requests), (Some(0), 0, 500));
}

#[test]
fn every_fault_is_reported_at_once_with_its_line() {
    let text = "[[edition]]\nedition = \"A B\"\n[[edition.plan]]\nplan = 7\nrate_per_s = 0\ncolour = \"red\"\n[[pack]]\n";
    let faults = Catalogue::parse(text).unwrap_err().0;
    let at = |line, part: &str| faults.iter().any(|f| f.line == line && f.message.contains(part));
    assert!(at(2, "`edition` must have lowercase letters"), "{faults:?}");
    assert!(at(4, "`plan` must be a name"), "{faults:?}");
    assert!(at(5, "`rate_per_s` must be a whole number from 1 to 1000000"), "{faults:?}");
    assert!(at(6, "unknown field `colour`"), "{faults:?}");
    assert!(at(3, "`tier` is missing") && at(3, "`support` is missing"), "{faults:?}");
    assert!(at(7, "`pack` is missing"), "{faults:?}");
}

#[test]
fn figures_outside_their_bounds_are_rejected() {
    for (before, after, part) in [
        ("credits = 1", "credits = -1", "`credits` must be a whole number"),
        ("price_usd = ", "price_usd = 1.5 #", "`price_usd` must be a whole number"),
        ("access = [", "access = [\"Crm\", ", "`access` has invalid values: value 1 must"),
        ("support = \"", "support = \"x", "`support` must be one of"),
        ("api_access = true", "api_access = 1", "`api_access` must be true or false"),
    ] {
        let faults = Catalogue::parse(&SHIPPED.replacen(before, after, 1)).unwrap_err().0;
        assert!(faults.iter().any(|fault| fault.message.contains(part)), "{after}: {faults:?}");
    }
}

#[test]
fn nothing_is_defined_twice_and_something_is_defined() {
    let twice = Catalogue::parse(&format!("{SHIPPED}{SHIPPED}")).unwrap_err().0;
    assert!(twice.iter().any(|fault| fault.message.contains("`2025-01` is defined twice")));
    assert!(twice.iter().any(|fault| fault.message.contains("`mega` is defined twice")));
    let faulty = SHIPPED
        .replace("[[edition]]\n", "[[edition]]\nextra = 1\n")
        .replace("[[pack]]\n", "[[pack]]\nextra = 1\n");
    let twice_and_faulty = Catalogue::parse(&format!("{SHIPPED}{faulty}")).unwrap_err().to_string();
    for name in ["`edition` `2025-01`", "`pack` `mega`"] {
        assert!(twice_and_faulty.contains(&format!("{name} is defined twice")), "{twice_and_faulty}");
    }
    let none = Catalogue::parse("# mine").unwrap_err().0;
    assert!(none[0].message.contains("at least one edition"));
}

#[test]
fn broken_toml_is_reported_with_its_line() {
    let faults = Catalogue::parse("[[edition]]\nedition = \n").unwrap_err().0;
    assert_eq!(faults[0].line, 2);
}
