//! Rank, as far as a title tells.

use schemars::JsonSchema;
use serde::Serialize;

/// Rank by title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seniority {
    /// Owner, founder, partner.
    Owner,
    /// Chief officers, presidents.
    Executive,
    /// Directors, vice presidents, heads.
    Director,
    /// Managers.
    Manager,
    /// Coordinators, supervisors, team leads.
    Lead,
    /// Senior specialists.
    Senior,
    /// Analysts, engineers and other practitioners.
    Practitioner,
    /// Interns, trainees, assistants, juniors.
    Junior,
}

/// Title words of each rank, English and Portuguese, highest rank first; the first rank with a match counts. "Owner"
/// and "partner" come last, since they also end the titles of product owners and partner managers.
const RANKS: [(Seniority, &[&str]); 9] = [
    (
        Seniority::Owner,
        &[
            "founder",
            "cofounder",
            "fundador",
            "fundadora",
            "cofundador",
            "cofundadora",
            "sócio",
            "sócia",
            "dono",
            "dona",
            "proprietário",
            "proprietária",
        ],
    ),
    (
        Seniority::Executive,
        &[
            "chief",
            "ceo",
            "cfo",
            "cto",
            "coo",
            "cmo",
            "cio",
            "cro",
            "chro",
            "ciso",
            "cpo",
            "president",
            "presidente",
        ],
    ),
    (Seniority::Director, &["director", "vp", "vice", "head", "diretor", "diretora", "superintendente"]),
    (Seniority::Manager, &["manager", "gerente", "gestor", "gestora"]),
    (
        Seniority::Lead,
        &[
            "lead",
            "leader",
            "coordinator",
            "supervisor",
            "supervisora",
            "coordenador",
            "coordenadora",
            "líder",
        ],
    ),
    (
        Seniority::Senior,
        &["senior", "sr", "staff", "principal", "sênior", "pleno", "especialista", "specialist"],
    ),
    (
        Seniority::Practitioner,
        &[
            "analyst",
            "engineer",
            "developer",
            "designer",
            "consultant",
            "executive",
            "representative",
            "architect",
            "scientist",
            "accountant",
            "buyer",
            "nurse",
            "teacher",
            "product",
            "analista",
            "engenheiro",
            "engenheira",
            "desenvolvedor",
            "desenvolvedora",
            "consultor",
            "consultora",
            "executivo",
            "executiva",
            "vendedor",
            "vendedora",
            "comprador",
            "compradora",
            "arquiteto",
            "arquiteta",
            "cientista",
            "contador",
            "contadora",
            "técnico",
            "técnica",
            "professor",
            "professora",
        ],
    ),
    (
        Seniority::Junior,
        &[
            "junior",
            "jr",
            "intern",
            "trainee",
            "assistant",
            "apprentice",
            "júnior",
            "estagiário",
            "estagiária",
            "assistente",
            "auxiliar",
            "aprendiz",
        ],
    ),
    (Seniority::Owner, &["owner", "partner"]),
];
/// Words that go before any rank: the assistant of a director is no director.
const LOWERING: [&str; 9] = [
    "assistant",
    "assistente",
    "intern",
    "trainee",
    "estagiário",
    "estagiária",
    "auxiliar",
    "aprendiz",
    "secretary",
];

impl Seniority {
    /// The rank that a title tells, if it tells any.
    pub(super) fn of(title: &str) -> Option<Self> {
        let title = title.to_lowercase();
        let words: Vec<&str> =
            title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
        if has(&LOWERING) {
            return Some(Self::Junior);
        }
        if has(&["vice", "vp"]) {
            return Some(Self::Director);
        }
        RANKS.iter().find(|(_, list)| has(list)).map(|(rank, _)| *rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_tell_rank_in_both_languages() {
        for (title, rank) in [
            ("Co-Founder & CEO", Seniority::Owner),
            ("Sócia-fundadora", Seniority::Owner),
            ("Vice President of Sales", Seniority::Director),
            ("Diretora de Operações", Seniority::Director),
            ("Gerente de Implantação", Seniority::Manager),
            ("Tech Lead", Seniority::Lead),
            ("Analista Sênior", Seniority::Senior),
            ("Product Owner", Seniority::Practitioner),
            ("Partner Manager", Seniority::Manager),
            ("Partner", Seniority::Owner),
            ("Data Engineer", Seniority::Practitioner),
            ("Assistente da Diretoria", Seniority::Junior),
        ] {
            assert_eq!(Seniority::of(title), Some(rank), "{title}");
        }
        assert_eq!(Seniority::of("Beekeeper"), None);
    }
}
