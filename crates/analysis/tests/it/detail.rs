//! The contents and the size of brief, standard and full answers.

use fluence_analysis::{analyse, depth};
use fluence_domain::depth::Depth;
use fluence_domain::detail::Detail;
use fluence_domain::language::Language;
use fluence_domain::person::Person;
use serde_json::Value;

use super::people::{sample, today};
use super::voices::all_people;

const BOTH: [Language; 2] = Language::ALL;
const MAX_BYTES: [(Detail, usize); 2] = [(Detail::Brief, 4_000), (Detail::Standard, 10_000)];
/// The longest answer without the analysis and the person's values.
const FRAME: &str = r#"{"success":true,"analise":{"person":{"first_name":,"last_name":,"company":,"title":,"location":},
"match":{"confidence":0.99,"source":"enrichment","evidence":{"first_name":"double_surname","last_name":"double_surname",
"company":"without_legal_form"}},},"billing_info":{"creditos_utilizados":1000000000,"creditos_restantes":1000000000000,
"tipo_plano":"a name of a plan that is as long as forty","renovacao_proxima":"2026-12-28T21:21:59Z","limite_mensal":1000000000000,
"uso_percentual":100.0,"ambiente":"test","carteira":"prepaid","expira_em":"2026-12-28T21:21:59Z","aviso":"the limit is near"}}"#;

fn told(person: &Person, tier: Depth, answer: Language, detail: Detail) -> Vec<u8> {
    depth::json(analyse(person, tier, answer, today()).unwrap(), detail, person).unwrap()
}

/// Returns the bytes of the whole answer.
fn bytes_of_answer(person: &Person, answer: Language, detail: Detail) -> usize {
    let strings = [&person.first_name, &person.last_name, &person.company].map(String::len);
    let optional =
        [&person.title, &person.location].map(|text| text.as_ref().map_or(4, |text| text.len() + 2));
    let of_person = strings.iter().sum::<usize>() + 6 + optional.iter().sum::<usize>();
    told(person, Depth::Premium, answer, detail).len() + FRAME.len() + of_person
}

#[test]
fn brief_and_standard_answers_keep_within_their_bytes_for_every_person() {
    for person in all_people() {
        for answer in BOTH {
            for (detail, most) in MAX_BYTES {
                let bytes = bytes_of_answer(&person, answer, detail);
                assert!(bytes <= most, "{}: {bytes} {detail:?}", person.first_name);
            }
        }
    }
}

#[test]
fn a_name_or_title_of_any_length_does_not_break_the_bound() {
    let mut person = sample().remove(0);
    person.title = Some("Diretora de Relações Institucionais ".repeat(5));
    person.posts.iter_mut().for_each(|post| post.text = post.text.replace("cliente", "“clientela\"—ção"));
    for (detail, most) in MAX_BYTES {
        let bytes = bytes_of_answer(&person, Language::Pt, detail);
        assert!(bytes <= most, "{detail:?}: {bytes}");
    }
    person.first_name = "Дмитрий".repeat(8);
    person.last_name = "Александров".repeat(8);
    person.company = "Северная логистика".repeat(5);
    person.title = Some("Руководитель отдела логистики ".repeat(6));
    for (detail, most) in MAX_BYTES {
        let bytes = bytes_of_answer(&person, Language::En, detail);
        assert!(bytes <= most, "{detail:?}: {bytes}");
    }
}

#[test]
fn a_brief_answer_has_the_lines_and_one_quotation_each() {
    let person = &sample()[0];
    let brief: Value =
        serde_json::from_slice(&told(person, Depth::Premium, Language::En, Detail::Brief)).unwrap();
    let keys: Vec<&String> = brief.as_object().unwrap().keys().collect();
    let expected =
        ["buyer_playbook", "communication_style", "mbti_type", "ocean_scores", "summary", "text_basis"];
    assert_eq!(keys, expected);
    for line in brief["buyer_playbook"].as_array().unwrap() {
        assert!(line["evidence"].as_array().unwrap().len() <= 1);
        assert!(line["text"].is_string() && line["strength"].is_string() && line["basis"].is_string());
    }
    let last = brief["buyer_playbook"].as_array().unwrap().last().unwrap();
    assert_eq!(last["id"], "what_not_to_infer");
}

#[test]
fn each_detail_contains_the_shorter_one() {
    for person in sample() {
        let of = |detail| -> Value {
            serde_json::from_slice(&told(&person, Depth::Premium, Language::Pt, detail)).unwrap()
        };
        let [brief, standard, full] = Detail::ALL.map(of);
        for key in ["summary", "mbti_type", "ocean_scores", "text_basis"] {
            assert_eq!((&brief[key], &standard[key]), (&standard[key], &full[key]), "{key}");
        }
        let ids = |value: &Value, key: &str| -> Vec<String> {
            let lines = value[key].as_array().unwrap().iter();
            lines.map(|line| line["id"].as_str().unwrap().to_owned()).collect()
        };
        for key in ["communication_style", "buyer_playbook"] {
            let (b, s, f) = (ids(&brief, key), ids(&standard, key), ids(&full, key));
            assert!(b.iter().all(|id| s.contains(id)) && s.iter().all(|id| f.contains(id)), "{key}");
        }
        assert!(standard["ocean_details"]["openness"].get("contributions").is_none());
        assert!(full["ocean_details"]["openness"]["contributions"].is_array());
    }
}

#[test]
fn a_basic_answer_is_the_same_at_every_detail() {
    let person = &sample()[0];
    let [brief, standard, full] = Detail::ALL.map(|detail| told(person, Depth::Basic, Language::En, detail));
    assert_eq!((&brief, &standard), (&standard, &full));
}
