//! Heads in a title that its holder is not: superiors, and presidents of students.

/// Superiors whose staff have titles that name them.
pub(super) const SUPERIORS: [&str; 20] = [
    "ceo",
    "cfo",
    "cto",
    "coo",
    "cio",
    "cmo",
    "president",
    "chairman",
    "chairwoman",
    "chair",
    "director",
    "owner",
    "principal",
    "presidente",
    "presidenta",
    "presidência",
    "diretor",
    "diretora",
    "dono",
    "dona",
];
/// Words between the title of a member of staff and the superior.
pub(super) const OF_SUPERIORS: [&str; 7] = ["to", "the", "for", "do", "da", "ao", "pelo"];
/// Heads of an organisation.
pub(super) const HEADS: [&str; 7] =
    ["president", "presidente", "presidenta", "chair", "chairman", "chairwoman", "chairperson"];
/// Words that make an organisation one of students.
pub(super) const OF_STUDENTS: [&str; 9] = [
    "student",
    "students",
    "estudante",
    "estudantes",
    "estudantil",
    "acadêmico",
    "acadêmica",
    "grêmio",
    "alunos",
];
/// Organisations that students have.
pub(super) const ORGANISATIONS: [&str; 14] = [
    "union",
    "council",
    "body",
    "society",
    "guild",
    "association",
    "government",
    "grêmio",
    "centro",
    "diretório",
    "união",
    "associação",
    "federação",
    "conselho",
];
