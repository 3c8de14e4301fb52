//! No answer repeats what people write about their private life: the whole analysis runs on
//! red-team sentences among sentences about work.
//!
//! A third of each set was written first, in another style, and was not read while the rules were
//! tuned. `docs/analysis.md` states which sets were seen when.

use std::collections::HashSet;

use fluence_analysis::permission::{Permission, has_private_sense};
use fluence_analysis::reading::Reading;
use fluence_analysis::{analyse, model};
use fluence_domain::depth::Depth;
use fluence_domain::language::Language;
use fluence_domain::person::Post;

use super::people::{post, today, writer_of};
use super::voices::voices;

const PRIVATE: [&str; 12] = [
    include_str!("redteam/private.tsv"),
    include_str!("redteam/private_unseen.tsv"),
    include_str!("redteam/private_final.tsv"),
    include_str!("redteam/private_new.tsv"),
    include_str!("redteam/private_last.tsv"),
    include_str!("redteam/private_check.tsv"),
    include_str!("redteam/private_hostile.tsv"),
    include_str!("redteam/private_blind.tsv"),
    include_str!("redteam/private_sealed.tsv"),
    include_str!("redteam/private_tenth.tsv"),
    include_str!("redteam/private_eleventh.tsv"),
    include_str!("redteam/private_fourteenth.tsv"),
];
const HARMLESS: [&str; 13] = [
    include_str!("redteam/harmless.tsv"),
    include_str!("redteam/harmless_unseen.tsv"),
    include_str!("redteam/harmless_fresh.tsv"),
    include_str!("redteam/harmless_final.tsv"),
    include_str!("redteam/harmless_new.tsv"),
    include_str!("redteam/harmless_last.tsv"),
    include_str!("redteam/harmless_hostile.tsv"),
    include_str!("redteam/harmless_blind.tsv"),
    include_str!("redteam/harmless_sealed.tsv"),
    include_str!("redteam/harmless_tenth.tsv"),
    include_str!("redteam/plain_tenth.tsv"),
    include_str!("redteam/harmless_eleventh.tsv"),
    include_str!("redteam/plain_eleventh.tsv"),
];
/// The least share of harmless sentences that may be quoted, by set. The target is 0.80 of each
/// set.
const MIN_QUOTABLE: [f64; HARMLESS.len()] =
    [0.75, 0.73, 0.76, 0.61, 0.48, 0.46, 0.47, 0.53, 0.45, 0.28, 0.10, 0.19, 0.17];
/// The same for the first two sets together.
const MIN_QUOTABLE_TOGETHER: f64 = 0.74;
/// The number of red-team sentences that one person writes.
const PER_PERSON: usize = 8;
/// Sentences about work around each red-team sentence, in English and in Portuguese.
const AROUND: [[&str; 3]; 2] = [
    [
        "The staging cluster runs the new release with a dashboard for the error rate of every service.",
        "We deployed the billing module to the staging cluster and the integration tests passed the gateway.",
        "The supplier delivered the sensors on schedule and the warehouse updated the inventory system.",
    ],
    [
        "O painel novo mostra a taxa de erro de cada serviço e as notas de versão explicam cada métrica.",
        "Publicamos o módulo de faturamento no cluster de homologação e os testes de integração validaram o gateway.",
        "O fornecedor entregou os sensores no prazo e o armazém atualizou o sistema de estoque.",
    ],
];
/// Files with the texts of answers that are not quotations.
const OWN_TEXTS: [&str; 5] = [
    include_str!("../../src/advice.toml"),
    include_str!("../../src/text.rs"),
    include_str!("../../src/summary.rs"),
    include_str!("../../src/advice/gist.rs"),
    include_str!("../../src/advice/examined.rs"),
];

struct Case {
    language: Language,
    sentence: &'static str,
}

fn cases(file: &'static str) -> Vec<Case> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    let case = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let language = if fields[0] == "pt" { Language::Pt } else { Language::En };
        Case { language, sentence: fields[2] }
    };
    lines.map(case).collect()
}

fn around(language: Language) -> [&'static str; 3] {
    AROUND[usize::from(language == Language::Pt)]
}

/// Returns a post with a sentence among sentences about work, on its own line or in a paragraph.
fn post_with(case: &Case, at: usize) -> Post {
    let [one, two, three] = around(case.language);
    let ended = if case.sentence.ends_with(['.', '!', '?']) { "" } else { "." };
    let sentence = format!("{}{ended}", case.sentence);
    let text = match at % 4 {
        0 => format!("{one} {sentence} {two} {three}"),
        1 => format!("{one}\n{two}\n\n{sentence}"),
        2 => format!("{sentence}\n{three} {one}"),
        _ => format!("{two} {one} {three} {two} {sentence}"),
    };
    post(&text)
}

/// Returns the positions of the sentence in its post, in code points.
fn span(post: &Post, case: &Case) -> std::ops::Range<usize> {
    let byte = post.text.find(case.sentence).unwrap();
    let start = post.text[..byte].chars().count();
    start..start + case.sentence.chars().count()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

fn runs(text: &str) -> HashSet<Vec<String>> {
    words(text).windows(3).map(<[String]>::to_vec).collect()
}

/// Collects every text of an answer, and the post and start of every quotation.
fn collect(json: &serde_json::Value, texts: &mut Vec<String>, places: &mut Vec<(usize, usize)>) {
    match json {
        serde_json::Value::String(text) => texts.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, texts, places)),
        serde_json::Value::Object(fields) => {
            if let (Some(post), Some(start)) = (fields.get("post"), fields.get("start")) {
                places.push((post.as_u64().unwrap() as usize, start.as_u64().unwrap() as usize));
            }
            fields.values().for_each(|field| collect(field, texts, places));
        }
        _ => {}
    }
}

/// Returns the sentences of a file that may be quoted among sentences about work, and the number of
/// all its sentences.
fn quotable(file: &'static str) -> (Vec<&'static str>, usize) {
    let cases = cases(file);
    (permitted(&cases), cases.len())
}

fn permitted(cases: &[Case]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let posts = [post_with(case, at)];
        let span = span(&posts[0], case);
        let reading = Reading::of(&posts, model());
        let placed = Language::ALL.into_iter().flat_map(|l| &reading.texts(l).sentences);
        let mut own = placed.filter(|placed| span.contains(&placed.sentence.start)).peekable();
        let quoted = |permission| permission == Permission::Quoted;
        if own.peek().is_some() && own.any(|placed| quoted(placed.permission)) {
            found.push(case.sentence);
        }
    }
    found
}

#[test]
fn the_sets_are_large_enough_in_both_languages() {
    for set in [PRIVATE.as_slice(), HARMLESS.as_slice()] {
        let all: Vec<Case> = set.iter().flat_map(|file| cases(file)).collect();
        let portuguese = all.iter().filter(|case| case.language == Language::Pt).count();
        assert!(portuguese >= 150 && all.len() - portuguese >= 150, "{portuguese} of {}", all.len());
        let distinct: HashSet<&str> = all.iter().map(|case| case.sentence).collect();
        assert_eq!(distinct.len(), all.len());
    }
}

#[test]
fn no_private_sentence_is_permitted() {
    for file in PRIVATE {
        assert_eq!(quotable(file).0, Vec::<&str>::new());
    }
}

/// Private sentences about a person by trade, or in words of work with figures.
const IN_WORDS_OF_WORK: [&str; 4] = [
    include_str!("redteam/private_roles.tsv"),
    include_str!("redteam/private_twelfth.tsv"),
    include_str!("redteam/private_thirteenth.tsv"),
    include_str!("redteam/private_fourteenth_unseen.tsv"),
];

#[test]
fn few_sentences_about_a_person_in_words_of_work_are_permitted() {
    for (file, one_in) in IN_WORDS_OF_WORK.into_iter().zip([50, 90, 100, 100]) {
        let (found, of) = quotable(file);
        println!("Private sentences about somebody in words of work quotable: {} of {of}", found.len());
        assert!(found.len() * one_in <= of, "{found:#?}");
    }
}

/// Sentences about work to join a private matter to, and words that join them.
const JOINED_TO: [[&str; 3]; 2] = [
    [
        "We shipped the new importer",
        "Our deployment now takes four minutes",
        "The import job failed on the new file format",
    ],
    [
        "Lançamos o novo importador",
        "Nosso deploy agora leva quatro minutos",
        "A importação falhou com o novo formato de arquivo",
    ],
];
/// Marks and conjunctions first, then words that make one of the clauses depend on the other.
const JOINS: [[&str; 16]; 2] = [
    [
        ", ",
        "; ",
        " — ",
        " | ",
        " 🚀 ",
        ", because ",
        ", and ",
        " or ",
        " when ",
        " since ",
        " if ",
        " until ",
        " where ",
        " as ",
        " and the ticket shows that ",
        ", which means that ",
    ],
    [
        ", ",
        "; ",
        " — ",
        " | ",
        " 🚀 ",
        ", porque ",
        " e ",
        " ou ",
        " quando ",
        " desde que ",
        " se ",
        " até que ",
        " onde ",
        " como ",
        " e o chamado mostra que ",
        ", o que mostra que ",
    ],
];

#[test]
fn a_private_matter_joined_to_work_is_still_private() {
    let (mut found, mut of) = (Vec::new(), 0);
    for (at, case) in PRIVATE.into_iter().flat_map(cases).enumerate() {
        let language = usize::from(case.language == Language::Pt);
        let (work, join) = (JOINED_TO[language][at % 3], JOINS[language][at % JOINS[language].len()]);
        let matter = case.sentence.trim_end_matches(['.', '!', '?']);
        for text in [format!("{work}{join}{matter}."), format!("{matter}{join}{work}.")] {
            let posts = [post(&text)];
            let reading = Reading::of(&posts, model());
            let both = Language::ALL.into_iter().flat_map(|l| &reading.texts(l).sentences);
            of += 1;
            if both.into_iter().any(|placed| placed.permission == Permission::Quoted) {
                found.push(text);
            }
        }
    }
    println!("Private matters joined to work quotable: {} of {of}", found.len());
    assert!(found.len() * 300 <= of, "{found:#?}");
}

/// Whether any sentence of a text may be quoted.
pub(super) fn is_permitted(text: &str) -> bool {
    let posts = [post(text)];
    let reading = Reading::of(&posts, model());
    let mut both = Language::ALL.into_iter().flat_map(|l| &reading.texts(l).sentences);
    both.any(|placed| placed.permission == Permission::Quoted)
}

#[test]
fn what_is_refused_by_itself_is_not_permitted_joined_to_work() {
    let (mut found, mut of) = (Vec::new(), 0);
    for (at, case) in IN_WORDS_OF_WORK.into_iter().flat_map(cases).enumerate() {
        let matter = case.sentence.trim_end_matches(['.', '!', '?']);
        if is_permitted(&format!("{matter}.")) {
            continue;
        }
        let language = usize::from(case.language == Language::Pt);
        for (work, join) in
            JOINED_TO[language].iter().zip(JOINS[language].iter().cycle().skip(at % JOINS[language].len()))
        {
            let joined = [
                format!("{work}{join}{matter}."),
                format!("{matter}{join}{work}."),
                format!("{work}{join}{matter}{join}{work}."),
            ];
            of += joined.len();
            found.extend(joined.into_iter().filter(|text| is_permitted(text)));
        }
    }
    println!("Private sentences refused alone and quotable joined: {} of {of}", found.len());
    assert!(found.len() * 2000 <= of, "{found:#?}");
}

#[test]
fn no_sentence_about_a_person_by_their_things_is_permitted() {
    let of = |language, file: &'static str| {
        let sentences = file.lines().filter(|line| !line.starts_with(['#', '[']));
        sentences.map(move |sentence| Case { language, sentence })
    };
    let english = of(Language::En, include_str!("../../../../model/worktalk/private_things_en.txt"));
    let portuguese = of(Language::Pt, include_str!("../../../../model/worktalk/private_things_pt.txt"));
    let cases: Vec<Case> = english.chain(portuguese).collect();
    assert!(cases.len() > 250);
    assert_eq!(permitted(&cases), Vec::<&str>::new());
}

#[test]
fn most_work_talk_is_quotable_however_private_it_sounds() {
    let counts = HARMLESS.map(|file| {
        let (found, of) = quotable(file);
        (found.len(), of)
    });
    let share = |found: usize, of: usize| found as f64 / of as f64;
    println!(
        "Harmless sentences quotable, of: in view, unseen at first, other trades, final, new, last, hostile, blind, \
         sealed, tenth, plain tenth, eleventh, plain eleventh: \
         {counts:?}"
    );
    for ((found, of), least) in counts.into_iter().zip(MIN_QUOTABLE) {
        assert!(share(found, of) >= least, "{found} of {of}");
    }
    let [one, two, ..] = counts;
    assert!(share(one.0 + two.0, one.1 + two.1) >= MIN_QUOTABLE_TOGETHER, "{counts:?}");
}

#[test]
fn no_field_of_an_answer_repeats_a_private_sentence_or_its_place() {
    let own: HashSet<Vec<String>> = OWN_TEXTS.iter().flat_map(|text| runs(text)).collect();
    for language in Language::ALL {
        let cases: Vec<Case> =
            PRIVATE.into_iter().flat_map(cases).filter(|case| case.language == language).collect();
        let work: HashSet<Vec<String>> = around(language).iter().flat_map(|text| runs(text)).collect();
        // The last group goes back to cases of the one before, so that it too has enough words.
        let starts = (0..cases.len()).step_by(PER_PERSON).map(|at| at.min(cases.len() - PER_PERSON));
        for group in starts.map(|at| &cases[at..at + PER_PERSON]) {
            let posts: Vec<Post> = group.iter().enumerate().map(|(at, case)| post_with(case, at)).collect();
            let spans: Vec<_> = posts.iter().zip(group).map(|(post, case)| span(post, case)).collect();
            let person = writer_of(posts);
            for texts in Language::ALL {
                let answer = analyse(&person, Depth::Premium, texts, today()).unwrap();
                let (mut told, mut places) = (Vec::new(), Vec::new());
                collect(&serde_json::to_value(answer).unwrap(), &mut told, &mut places);
                let told: HashSet<Vec<String>> = told.iter().flat_map(|text| runs(text)).collect();
                for case in group {
                    let mut private = runs(case.sentence);
                    private.retain(|run| !work.contains(run) && !own.contains(run));
                    let repeated: Vec<_> = private.intersection(&told).collect();
                    assert!(repeated.is_empty(), "{}: {repeated:?}", case.sentence);
                }
                for (post, start) in places {
                    assert!(!spans[post].contains(&start), "{}", group[post].sentence);
                }
            }
        }
    }
}

/// The file's sentences have no private word, so only their low score can show what they are about.
#[test]
fn few_neighbours_of_a_sentence_that_reads_like_private_life_are_quoted() {
    let beside_work = |file| {
        let (mut quoted, cases) = (0, cases(file));
        for (at, case) in cases.iter().enumerate() {
            let [one, two, three] = around(case.language);
            let (before, after) = ([one, two, three][at % 3], [two, three, one][at % 3]);
            let posts =
                [post(&format!("{before} {}. {after}", case.sentence.trim_end_matches(['.', '!', '?'])))];
            let reading = Reading::of(&posts, model());
            let permissions = reading.texts(case.language).sentences.iter().map(|placed| placed.permission);
            quoted += usize::from(permissions.into_iter().any(|permission| permission == Permission::Quoted));
        }
        (quoted, cases.len())
    };
    for (file, most) in [
        (include_str!("redteam/private_tenth.tsv"), 0.06),
        (include_str!("redteam/private_eleventh.tsv"), 0.12),
    ] {
        let (quoted, of) = beside_work(file);
        println!("Private sentences beside which something is quoted: {quoted} of {of}");
        assert!(quoted as f64 <= most * of as f64, "{quoted} of {of}");
    }
    let (quoted, of) = beside_work(include_str!("redteam/harmless_eleventh.tsv"));
    println!("Look-alikes beside which something is quoted: {quoted} of {of}");
}

#[test]
fn no_word_with_a_private_sense_is_singled_out() {
    let posts = |language| {
        let cases = HARMLESS.into_iter().flat_map(cases).filter(move |case| case.language == language);
        cases.enumerate().map(|(at, case)| post_with(&case, at)).collect::<Vec<_>>()
    };
    let mut seen = 0;
    for language in Language::ALL {
        let harmless: Vec<Vec<Post>> = posts(language).chunks(PER_PERSON * 3).map(<[Post]>::to_vec).collect();
        let invented = voices(language).into_iter().map(|(_, person)| person);
        for person in harmless.into_iter().map(writer_of).chain(invented) {
            let answer = analyse(&person, Depth::Premium, language, today()).unwrap();
            let mut words = Vec::new();
            matched_words(&serde_json::to_value(answer).unwrap(), &mut words);
            seen += words.len();
            for word in words {
                assert!(!has_private_sense(&word, language, model()), "{word}");
            }
        }
    }
    assert!(seen > 50, "{seen}");
    for word in ["sick", "married", "parish"] {
        assert!(has_private_sense(word, Language::En, model()), "{word}");
    }
    assert!(has_private_sense("paróquia", Language::Pt, model()));
}

fn matched_words(json: &serde_json::Value, words: &mut Vec<String>) {
    match json {
        serde_json::Value::Array(items) => items.iter().for_each(|item| matched_words(item, words)),
        serde_json::Value::Object(fields) => {
            let matched = fields.get("matched_words").and_then(|found| found.as_array());
            words.extend(matched.into_iter().flatten().map(|word| word["word"].as_str().unwrap().to_owned()));
            fields.values().for_each(|field| matched_words(field, words));
        }
        _ => {}
    }
}

#[test]
fn neighbours_of_a_private_sentence_and_posts_of_several_are_not_quoted() {
    let [one, two, three] = around(Language::En);
    let permissions = |text: &str| {
        let posts = [post(text)];
        let reading = Reading::of(&posts, model());
        let of = |language| reading.texts(language).sentences.iter().map(|placed| placed.permission);
        of(Language::En).collect::<Vec<_>>()
    };
    let plain = permissions(&format!("{one} {two} {three}"));
    assert_eq!(plain, [Permission::Quoted; 3]);
    let near = permissions(&format!("{one} {two} My therapist moved away. {three}"));
    assert!(near.iter().all(|permission| *permission == Permission::Withheld), "{near:?}");
    let far = permissions(&format!("My therapist moved away. {one} {two} {three} {one}"));
    assert_eq!(far[3..], [Permission::Quoted; 2]);
    let several = permissions(&format!("We prayed. {one} {two} {three} {one} {two} My wife left."));
    assert!(several.iter().all(|permission| *permission == Permission::Withheld), "{several:?}");
}

#[test]
fn private_life_told_by_its_schedules_counts_for_no_line() {
    for (language, text) in [
        (
            Language::En,
            "The schedule on the wall is for the staff and the schedule on the fridge is for the injections.",
        ),
        (Language::En, "Who tucks them in on the weeks when he has the keys?"),
        (Language::En, "Grateful for the sponsor who picks up at 3 a.m., ten years come June."),
        (Language::Pt, "O cronograma da parede é da equipe e o cronograma da geladeira é das injeções."),
        (Language::Pt, "Quem cobre as meninas nas semanas em que a chave fica com ele?"),
        (Language::Pt, "Grata ao padrinho que atende às três da manhã, dez anos em junho."),
    ] {
        let posts = [post(text)];
        let reading = Reading::of(&posts, model());
        let permissions: Vec<_> =
            reading.texts(language).sentences.iter().map(|placed| placed.permission).collect();
        assert_eq!(permissions, [Permission::Withheld], "{text}");
    }
}

#[test]
fn a_hashtag_or_a_quotation_makes_a_post_private() {
    let [one, two, _] = around(Language::En);
    for aside in ["#myinsomnia", "#sobriety #prayer", "> the tumour came back and we moved to the hospice"] {
        let posts = [post(&format!("{one} {two}\n{aside}"))];
        let reading = Reading::of(&posts, model());
        let sentences = &reading.texts(Language::En).sentences;
        assert!(sentences.iter().all(|placed| placed.permission == Permission::Withheld), "{aside}");
    }
}
