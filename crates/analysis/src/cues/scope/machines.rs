//! Sentences about what a machine or a program does, which is no plan, story or decision of a
//! person.

use crate::segment::Token;

/// The most words of a subject up to its noun: “the old fire alarm”.
const MAX_SUBJECT: usize = 4;
/// Machines, programs and their parts, in the singular.
const MACHINES: &[&str] = &[
    "script",
    "server",
    "app",
    "application",
    "program",
    "daemon",
    "parser",
    "compiler",
    "crawler",
    "bot",
    "robot",
    "chatbot",
    "log",
    "pump",
    "motor",
    "engine",
    "alarm",
    "sensor",
    "valve",
    "compressor",
    "boiler",
    "conveyor",
    "printer",
    "scanner",
    "router",
    "firewall",
    "browser",
    "modem",
    "database",
    "laser",
    "drone",
    "lift",
    "elevator",
    "thermostat",
    "fan",
    "generator",
    "turbine",
    "siren",
    "timer",
    "module",
    "plugin",
    "widget",
    "job",
    "heater",
    "oven",
    "mixer",
    "servidor",
    "aplicativo",
    "programa",
    "robô",
    "bomba",
    "motor",
    "alarme",
    "sensor",
    "válvula",
    "compressor",
    "caldeira",
    "esteira",
    "impressora",
    "roteador",
    "navegador",
    "modem",
    "drone",
    "elevador",
    "termostato",
    "ventilador",
    "gerador",
    "turbina",
    "sirene",
    "temporizador",
    "forno",
    "misturador",
    "rotina",
    "robo",
    "máquina",
    "machine",
];
/// Words that begin a subject.
const DETERMINERS: &[&str] = &[
    "the", "a", "an", "this", "that", "each", "every", "its", "their", "one", "o", "os", "as", "um", "uma",
    "este", "esta", "esse", "essa", "cada",
];
/// Words that follow the noun of a subject.
const SUBJECT_ENDS: &[&str] = &[
    "of", "for", "behind", "in", "on", "at", "with", "who", "that", "which", "and", "or", "is", "was", "are",
    "were", "has", "had", "will", "can", "de", "do", "da", "dos", "das", "no", "na", "em", "que", "com", "e",
    "é", "foi", "está", "para",
];
/// People, rooms and plans that are named after a machine: “the pump supplier”.
const TENDERS: &[&str] = &[
    "team",
    "crew",
    "group",
    "people",
    "man",
    "men",
    "supplier",
    "operator",
    "vendor",
    "developer",
    "maker",
    "owner",
    "engineer",
    "company",
    "room",
    "house",
    "project",
    "training",
    "course",
    "workshop",
    "plan",
    "schedule",
    "list",
    "review",
    "store",
    "shop",
    "market",
    "industry",
];
/// Pronouns that mention a person.
const PERSONAL: &[&str] = &[
    "i", "we", "me", "us", "my", "our", "you", "your", "i've", "we've", "i'm", "we're", "eu", "nós", "me",
    "nos", "meu", "minha", "meus", "minhas", "nosso", "nossa", "nossos", "nossas", "você", "vocês", "gente",
];

/// Whether the subject is a machine or a program and no person is mentioned: “the old fire alarm
/// rings”, but not “the pump supplier” or “the pump told us a story”.
pub(super) fn has_machine_as_subject(tokens: &[Token]) -> bool {
    let Some((first, rest)) = tokens.split_first() else { return false };
    let is_machine = |token: &Token| {
        let word = token.norm.as_str();
        MACHINES.contains(&word) || word.strip_suffix('s').is_some_and(|one| MACHINES.contains(&one))
    };
    let is_tender = |token: &Token| TENDERS.contains(&token.norm.as_str()) || token.norm.ends_with("ers");
    let noun = rest.iter().take(MAX_SUBJECT - 1).position(|token| !token.is_word || is_machine(token));
    let is_subject = |at: usize| is_machine(&rest[at]) && !rest.get(at + 1).is_some_and(is_tender);
    DETERMINERS.contains(&first.norm.as_str())
        && noun.is_some_and(is_subject)
        && rest[..noun.unwrap_or(0)].iter().all(|token| !SUBJECT_ENDS.contains(&token.norm.as_str()))
        && !tokens.iter().any(|token| PERSONAL.contains(&token.norm.as_str()))
}
