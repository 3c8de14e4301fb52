use std::collections::BTreeSet;

use super::lookup::{ALL, names_of};
use super::*;
use crate::app::documented;
use crate::config::{Sources, load};
use crate::openapi::all;

/// All objects of the answers of a gateway with the default settings.
fn objects() -> Vec<Object> {
    let operations = all(&documented(&load(&Sources::default()).unwrap()).unwrap());
    let answers = operations.iter().flat_map(objects_of).flatten();
    answers.chain(objects_of_analysis()).chain(objects_of_dry_run()).collect()
}

#[test]
fn every_member_has_a_meaning_and_says_when_it_is_absent() {
    for object in objects() {
        for member in object.members {
            let place = format!("{}: {}.{}", object.schema, object.path, member.name);
            assert!(member.about.iter().all(|text| text.ends_with('.')), "{place} has no meaning");
            assert!(member.absent.is_none_or(|absent| absent != ["", ""]), "{place} is not always there");
        }
    }
}

#[test]
fn every_meaning_is_of_a_member_of_an_answer() {
    let objects = objects();
    let mut used = BTreeSet::new();
    for object in &objects {
        for member in &object.members {
            used.extend(names_of(&object.schema).map(|name| (name.to_owned(), member.name.clone())));
        }
    }
    // Its members are a table of the guide.
    let listed = ALL.iter().copied().flatten().filter(|(object, _)| *object != "BillingInfo");
    for (object, members) in listed {
        for member in *members {
            let place = ((*object).to_owned(), member.name.to_owned());
            assert!(used.contains(&place), "{place:?} is no member of an answer");
        }
    }
}

#[test]
fn the_guides_list_what_a_call_costs() {
    let billing: &[_] = ALL.iter().copied().flatten().find(|(object, _)| *object == "BillingInfo").unwrap().1;
    for guide in [include_str!("../../../docs/api.md"), include_str!("../../../docs/pt/api.md")] {
        for member in billing {
            assert!(guide.contains(&format!("`{}`", member.name)), "{}", member.name);
        }
    }
}

#[test]
fn objects_are_listed_once_in_the_order_of_the_answer() {
    let operations = all(&documented(&load(&Sources::default()).unwrap()).unwrap());
    let of = |id: &str| objects_of(operations.iter().find(|operation| operation.id == id).unwrap());
    let paths = |objects: &[Object]| objects.iter().map(|object| object.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&of("rotateKey")[0]), ["", "data", "data.secrets[]"]);
    assert_eq!(paths(&of("account")[0]), ["", "account", "plan", "credits", "key"]);
    let names = |object: &Object| object.members.iter().map(|member| member.name.clone()).collect::<Vec<_>>();
    let page = &of("listKeys")[0];
    assert_eq!(names(&page[0]), ["success", "data", "next_cursor", "billing_info"]);
    let expires_at = page[1].members.iter().find(|member| member.name == "expires_at").unwrap();
    assert_eq!((expires_at.kind.as_str(), expires_at.absent.is_some()), ("string", true));
    let scopes = page[1].members.iter().find(|member| member.name == "scopes").unwrap();
    assert_eq!((scopes.kind.as_str(), scopes.words.len()), ("string[]", 3));
}
