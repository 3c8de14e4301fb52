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

/// Title words of each rank, English and Portuguese, highest rank first; the first rank with a
/// match counts. "Owner" and "partner" come last, since they also end the titles of product owners
/// and partner managers. [`PHRASES`] goes first.
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
    (Seniority::Senior, &["senior", "sr", "staff", "sênior", "pleno", "especialista", "specialist"]),
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
/// Titles whose words mean something else together, or in their field; the first that the title
/// holds counts.
const PHRASES: &[(&str, Seniority)] = {
    use Seniority::{Director, Executive, Junior, Lead, Manager, Owner, Practitioner, Senior};
    &[
        // Schools and universities.
        ("assistant principal", Manager),
        ("vice principal", Manager),
        ("deputy head", Manager),
        ("head of year", Manager),
        ("head of sixth form", Manager),
        ("vice diretora", Manager),
        ("vice diretor", Manager),
        ("head teacher", Director),
        ("headteacher", Director),
        ("headmaster", Director),
        ("headmistress", Director),
        ("school principal", Director),
        ("pró reitor", Director),
        ("pró reitora", Director),
        ("reitor", Executive),
        ("reitora", Executive),
        ("dean", Director),
        ("chancellor", Executive),
        ("assistant professor", Practitioner),
        ("associate professor", Senior),
        // Assistants of founders and owners.
        ("founder s associate", Junior),
        ("founders associate", Junior),
        ("founder associate", Junior),
        // Deputies of a manager, and assistants who are none.
        ("assistant to", Junior),
        ("executive assistant", Junior),
        ("assistente executiva", Junior),
        ("assistente executivo", Junior),
        ("assistant vice president", Manager),
        ("assistant director", Manager),
        ("associate director", Manager),
        ("deputy director", Director),
        ("assistant manager", Lead),
        ("associate partner", Director),
        // Law, consulting, sales.
        ("business partner", Senior),
        ("channel partner", Practitioner),
        ("people partner", Senior),
        ("managing partner", Owner),
        ("sócio torcedor", Practitioner),
        ("sales associate", Junior),
        ("research associate", Practitioner),
        ("account executive", Practitioner),
        ("sales executive", Practitioner),
        ("executivo de contas", Practitioner),
        ("executiva de contas", Practitioner),
        ("executivo de vendas", Practitioner),
        ("executiva de vendas", Practitioner),
        ("account manager", Practitioner),
        ("gerente de contas", Practitioner),
        ("community manager", Practitioner),
        ("social media manager", Practitioner),
        ("case manager", Practitioner),
        ("lead generation", Practitioner),
        // Products and processes have owners who own no company.
        ("product owner", Practitioner),
        ("process owner", Practitioner),
        ("data owner", Practitioner),
        ("dono de produto", Practitioner),
        ("dona de produto", Practitioner),
        ("dono do produto", Practitioner),
        ("dona do produto", Practitioner),
        // Hospitals, kitchens, ships, stages.
        ("staff nurse", Practitioner),
        ("staff accountant", Practitioner),
        ("staff writer", Practitioner),
        ("chief of staff", Director),
        ("chief nurse", Director),
        ("chief engineer", Lead),
        ("chief architect", Senior),
        ("head chef", Lead),
        ("head baker", Lead),
        ("head brewer", Lead),
        ("head gardener", Lead),
        ("head butcher", Lead),
        ("head housekeeper", Lead),
        ("head barista", Lead),
        ("head bartender", Lead),
        ("head groundskeeper", Lead),
        ("head cook", Lead),
        ("head porter", Lead),
        ("head receptionist", Lead),
        ("head librarian", Lead),
        ("head technician", Lead),
        ("head mechanic", Lead),
        ("padeiro chefe", Lead),
        ("padeira chefe", Lead),
        ("confeiteiro chefe", Lead),
        ("confeiteira chefe", Lead),
        ("cozinheiro chefe", Lead),
        ("cozinheira chefe", Lead),
        ("cervejeiro chefe", Lead),
        ("cervejeira chefe", Lead),
        ("jardineiro chefe", Lead),
        ("jardineira chefe", Lead),
        ("açougueiro chefe", Lead),
        ("açougueira chefe", Lead),
        ("bibliotecário chefe", Lead),
        ("bibliotecária chefe", Lead),
        ("mecânico chefe", Lead),
        ("mecânica chefe", Lead),
        // Building sites.
        ("mestre de obras", Lead),
        ("mestre de obra", Lead),
        ("encarregado de", Lead),
        ("encarregada de", Lead),
        ("head nurse", Lead),
        ("head waiter", Lead),
        ("head coach", Lead),
        ("chefe de cozinha", Lead),
        ("enfermeira chefe", Lead),
        ("enfermeiro chefe", Lead),
        ("director of photography", Lead),
        ("art director", Lead),
        ("film director", Lead),
        ("diretor de arte", Lead),
        ("diretora de arte", Lead),
    ]
};
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
/// Words that say that a title is over.
const FORMER: [&str; 7] = ["former", "ex", "retired", "aposentado", "aposentada", "emeritus", "antigo"];
/// Titles whose words name a rank that they do not hold.
const NO_RANKS: &[&str] = &[
    "dona de casa",
    "dono de casa",
    "presidente do bairro",
    "presidente da rua",
    "presidente do condomínio",
    "presidente do grêmio",
    "presidente da turma",
    "class president",
    "head boy",
    "head girl",
    "dog owner",
    "cat owner",
    "pet owner",
    "home owner",
];
/// What a bank is called: its vice presidents are many.
const BANKS: [&str; 8] =
    ["bank", "banco", "capital", "securities", "investimentos", "investments", "asset", "bancorp"];

impl Seniority {
    /// The rank that a title tells, if it tells any. Some titles mean another rank in another
    /// field, which the company's name may tell.
    pub(super) fn of(title: &str, company: &str) -> Option<Self> {
        let (title, company) = (words(title), words(company));
        let has = |list: &[&str]| title.iter().any(|word| list.contains(&word.as_str()));
        if has(&FORMER) {
            return None;
        }
        let joined = format!(" {} ", title.join(" "));
        let holds = |phrase: &str| joined.contains(&format!(" {phrase} "));
        if NO_RANKS.iter().any(|phrase| holds(phrase)) {
            return None;
        }
        if let Some((_, rank)) = PHRASES.iter().find(|(phrase, _)| holds(phrase)) {
            return Some(*rank);
        }
        if has(&LOWERING) {
            return Some(Self::Junior);
        }
        if has(&["vice", "vp"]) {
            let is_bank = company.iter().any(|word| BANKS.contains(&word.as_str()));
            return Some(if is_bank { Self::Manager } else { Self::Director });
        }
        if has(&["principal"]) {
            // A principal alone heads a school or an office; a principal engineer is a senior one.
            let alone = title.len() == 1 || has(&["school", "college", "academy", "escola"]);
            return Some(if alone { Self::Director } else { Self::Senior });
        }
        RANKS.iter().find(|(_, list)| has(list)).map(|(rank, _)| *rank)
    }
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
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
            assert_eq!(Seniority::of(title, "Horizonte"), Some(rank), "{title}");
        }
        assert_eq!(Seniority::of("Beekeeper", "Horizonte"), None);
    }

    #[test]
    fn titles_mean_what_they_mean_in_their_field() {
        for (title, company, rank) in [
            ("Principal", "Wexcombe Hollow School", Seniority::Director),
            ("Assistant Principal", "Wexcombe Hollow School", Seniority::Manager),
            ("Principal Data Scientist", "Fernmoor Analytics Ltd", Seniority::Senior),
            ("Vice-diretora", "Escola Serra Azul", Seniority::Manager),
            ("Headteacher", "Ashby Primary", Seniority::Director),
            ("Vice President", "Bank of Somewhere", Seniority::Manager),
            ("Vice President, Operations", "Northgate Robotics Inc", Seniority::Director),
            ("HR Business Partner", "Acme", Seniority::Senior),
            ("Partner, Commercial Contracts", "Pellworth Lisle LLP", Seniority::Owner),
            ("Account Executive", "Acme", Seniority::Practitioner),
            ("Gerente de Contas", "Acme", Seniority::Practitioner),
            ("Staff Nurse", "St Agnes Hospital", Seniority::Practitioner),
            ("Staff Software Engineer", "Dunnock Labs LLC", Seniority::Senior),
            ("Head Chef", "Maré Alta", Seniority::Lead),
            ("Head of Kitchens", "Maré Alta", Seniority::Director),
            ("Assistant Manager", "Acme", Seniority::Lead),
            ("Assistant to the Director", "Acme", Seniority::Junior),
            ("Reitora", "Universidade do Vale", Seniority::Executive),
            ("Founder's Associate", "Acme", Seniority::Junior),
            ("Head Baker", "Maré Alta", Seniority::Lead),
            ("Padeiro-chefe", "Maré Alta", Seniority::Lead),
            ("Head of Year 9", "Wexcombe Hollow School", Seniority::Manager),
            ("Mestre de Obras", "Horizonte", Seniority::Lead),
            ("Encarregado de Obras", "Horizonte", Seniority::Lead),
            ("Presidente", "Horizonte", Seniority::Executive),
            ("Dona da Padaria", "Maré Alta", Seniority::Owner),
        ] {
            assert_eq!(Seniority::of(title, company), Some(rank), "{title}");
        }
        assert_eq!(Seniority::of("Dona de Casa", ""), None);
        assert_eq!(Seniority::of("Presidente do Bairro", ""), None);
        assert_eq!(Seniority::of("Former CEO", "Acme"), None);
        assert_eq!(Seniority::of("Ex-diretora", "Acme"), None);
    }
}
