use super::*;

#[track_caller]
fn assert_ranks(ranks: &[(&str, Seniority)]) {
    for (title, rank) in ranks {
        assert_eq!(Seniority::of(title, "Horizonte"), Some(*rank), "{title}");
    }
}

#[test]
fn titles_state_a_rank_in_both_languages() {
    assert_ranks(&[
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
    ]);
    assert_eq!(Seniority::of("Beekeeper", "Horizonte"), None);
}

#[test]
fn a_title_states_the_same_rank_in_both_languages() {
    for (english, portuguese) in [
        ("Chairman", "Presidente"),
        ("Chairwoman of the Board", "Presidente do Conselho"),
        ("Vice Chair", "Vice-presidente"),
        ("Chef patron", "Chef proprietário"),
        ("Entrepreneur", "Empresária"),
        ("Welding foreman", "Encarregado de solda"),
        ("Kitchen chef", "Chef de cozinha"),
        ("Superintendent", "Superintendente"),
        ("Head of department", "Chefe de departamento"),
        ("Chief of staff", "Chefe de gabinete"),
        ("Secretary to the board", "Secretária da diretoria"),
        ("Secretary general", "Secretário-geral"),
        ("Assistant manager", "Subgerente"),
        ("Apprentice electrician", "Aprendiz de eletricista"),
        ("Laboratory technician", "Técnica de laboratório"),
        ("Nurse", "Enfermeira"),
        ("Sales representative", "Representante de vendas"),
        ("Logistics planner", "Planejadora de logística"),
        ("Forklift operator", "Operador de empilhadeira"),
        ("Lawyer", "Advogada"),
        ("Electrician", "Eletricista"),
        ("Mechanic's helper", "Ajudante de mecânico"),
    ] {
        let ranks = [english, portuguese].map(|title| Seniority::of(title, "Horizonte"));
        assert_eq!(ranks[0], ranks[1], "{english}, {portuguese}");
        assert!(ranks[0].is_some(), "{english}");
    }
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

#[test]
fn owners_professions_and_offices_state_their_rank() {
    use Seniority::{Director, Junior, Lead, Manager, Owner, Practitioner};
    for (titles, rank) in [
        (&["Chef-owner", "Owner-operator", "Bakery owner and manager", "Microempreendedora"][..], Owner),
        (
            &["General manager", "Gerente-geral", "General counsel", "Secretário de Saúde do Município"],
            Director,
        ),
        (&["Secretária da Educação", "Secretária Municipal de Cultura"], Director),
        (
            &[
                "Chief of staff",
                "Chefe de gabinete",
                "Delegado de polícia",
                "Program manager, Office of the CEO",
            ],
            Manager,
        ),
        (&["Executive chef", "Charge nurse", "Enfermeira responsável técnica", "Police sergeant"], Lead),
        (&["Chief petty officer", "Diretor de fotografia"], Lead),
        (
            &[
                "Assistente social",
                "Secretária executiva",
                "Analista de sistemas pleno",
                "Promotor de vendas",
            ],
            Practitioner,
        ),
        (
            &["Actuary", "Atuário", "Midwife", "Solicitor", "Barrister", "Plumber", "Dentista", "Psicóloga"],
            Practitioner,
        ),
        (&["Médico residente", "Senior product owner"], Practitioner),
        (&["Secretária", "Trainee solicitor"], Junior),
    ] {
        for title in titles {
            assert_eq!(Seniority::of(title, "Horizonte"), Some(rank), "{title}");
        }
    }
    for title in ["Aspiring CEO", "CEO in waiting", "Office of the CEO", "Home owner"] {
        assert_eq!(Seniority::of(title, "Horizonte"), None, "{title}");
    }
}

#[test]
fn a_junior_grade_outweighs_the_profession_but_not_a_post_of_command() {
    for title in [
        "Junior Developer",
        "Junior Accountant",
        "Jr. Engineer",
        "Analista Júnior",
        "Engenheiro Júnior",
        "Advogado Júnior",
        "Desenvolvedor Jr.",
        "Especialista Jr",
        "Junior Account Manager",
        "Manager in Training",
        "Gerente em Treinamento",
    ] {
        assert_eq!(Seniority::of(title, "Horizonte"), Some(Seniority::Junior), "{title}");
    }
    assert_ranks(&[
        ("Gerente Júnior", Seniority::Manager),
        ("Junior Partner", Seniority::Director),
        ("Manager in Training and Development", Seniority::Manager),
        ("Especialista em Treinamento", Seniority::Senior),
        ("Professor Assistente", Seniority::Practitioner),
        ("Professora Auxiliar", Seniority::Practitioner),
        ("Assistente de Professor", Seniority::Junior),
    ]);
}

#[test]
fn staff_of_a_chief_have_their_own_rank() {
    use Seniority::{Director, Executive, Junior, Lead, Manager, Practitioner};
    assert_ranks(&[
        ("CEO's driver", Practitioner),
        ("Driver to the CEO", Practitioner),
        ("Motorista do Presidente", Practitioner),
        ("Motorista da Presidência", Practitioner),
        ("Segurança do Presidente", Practitioner),
        ("President's Bodyguard", Practitioner),
        ("President’s Bodyguard", Practitioner),
        ("Photographer to the President", Practitioner),
        ("Owner's Engineer", Practitioner),
        ("Assistant to the Director", Junior),
        ("Chief of Staff to the CEO", Manager),
        ("Chefe de Gabinete da Presidência", Manager),
        ("Chief Clerk", Lead),
        ("President of the Company", Executive),
        ("Vice President to the Board", Director),
    ]);
    assert_eq!(Seniority::of("Wife of the President", "Horizonte"), None);
}

#[test]
fn secretaries_who_hold_an_office_are_not_junior() {
    use Seniority::{Director, Executive, Junior, Practitioner};
    for (titles, rank) in [
        (&["Permanent Secretary", "Secretário-Executivo do Ministério"][..], Executive),
        (&["Company Secretary", "Corporate Secretary", "Cooperative Secretary"], Director),
        (&["Secretário da Cooperativa", "Secretária-executiva da Secretaria de Saúde"], Director),
        (&["Secretária Executiva", "Executive Secretary"], Practitioner),
        (&["Secretária", "School Secretary"], Junior),
    ] {
        for title in titles {
            assert_eq!(Seniority::of(title, "Horizonte"), Some(rank), "{title}");
        }
    }
}

#[test]
fn presidents_of_students_head_no_company() {
    assert_eq!(Seniority::of("Former Junior Analyst", "Horizonte"), None);
    for title in [
        "Student Union President",
        "President of the Students' Union",
        "Student Council Chair",
        "Presidente do Centro Acadêmico",
        "Presidente da União dos Estudantes",
    ] {
        assert_eq!(Seniority::of(title, "Horizonte"), None, "{title}");
    }
    assert_ranks(&[
        ("Student Union Manager", Seniority::Manager),
        ("Vice President of Student Affairs", Seniority::Director),
        ("Vice-presidente Acadêmico", Seniority::Director),
    ]);
}
