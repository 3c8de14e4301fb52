//! The words and phrases of titles, with their ranks.

use super::Seniority;

/// The title words of each rank in English and Portuguese, highest rank first. The first rank with
/// a word of the title decides, unless one of [`PHRASES`](super::phrases::PHRASES) does. “Owner”
/// and “partner” come last, because product owners and partner managers have other ranks.
pub(super) const RANKS: [(Seniority, &[&str]); 9] = [
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
            "proprietor",
            "patron",
            "entrepreneur",
            "empreendedor",
            "empreendedora",
            "empresário",
            "empresária",
            "microempreendedor",
            "microempreendedora",
            "microempresário",
            "microempresária",
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
            "chairman",
            "chairwoman",
            "chairperson",
        ],
    ),
    (
        Seniority::Director,
        &["director", "vp", "vice", "head", "diretor", "diretora", "superintendent", "superintendente"],
    ),
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
            "foreman",
            "forewoman",
            "encarregado",
            "encarregada",
            "chefe",
            "sergeant",
            "sargento",
        ],
    ),
    (Seniority::Senior, &["senior", "sr", "staff", "sênior", "especialista", "specialist"]),
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
            "technician",
            "enfermeiro",
            "enfermeira",
            "representante",
            "salesman",
            "saleswoman",
            "salesperson",
            "planner",
            "planejador",
            "planejadora",
            "programmer",
            "programador",
            "programadora",
            "operator",
            "operador",
            "operadora",
            "driver",
            "motorista",
            "welder",
            "soldador",
            "soldadora",
            "mechanic",
            "mecânico",
            "mecânica",
            "electrician",
            "eletricista",
            "baker",
            "padeiro",
            "padeira",
            "cook",
            "cozinheiro",
            "cozinheira",
            "chef",
            "writer",
            "redator",
            "redatora",
            "journalist",
            "jornalista",
            "lawyer",
            "advogado",
            "advogada",
            "researcher",
            "pesquisador",
            "pesquisadora",
            "inspector",
            "inspetor",
            "inspetora",
            "auditor",
            "auditora",
            "recruiter",
            "recrutador",
            "recrutadora",
            "translator",
            "tradutor",
            "tradutora",
            "receptionist",
            "recepcionista",
            "librarian",
            "bibliotecário",
            "bibliotecária",
            "agent",
            "agente",
            "broker",
            "corretor",
            "corretora",
            "instructor",
            "instrutor",
            "instrutora",
            "pleno",
            "plena",
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
/// Professions. Without a word of rank they count as practitioners.
pub(super) const PROFESSIONS: &str = "actuary midwife solicitor barrister attorney counsel paralegal notary judge prosecutor plumber \
    carpenter joiner roofer bricklayer mason painter glazier dentist psychologist psychiatrist physician doctor surgeon \
    physiotherapist therapist pharmacist paramedic veterinarian vet optician optometrist nutritionist dietitian surveyor \
    geologist chemist biologist physicist mathematician statistician economist pilot firefighter constable detective \
    photographer editor proofreader illustrator animator musician actor copywriter curator archivist tutor lecturer \
    educator hairdresser barber stylist tailor seamstress butcher florist gardener farmer fisherman barista bartender \
    waiter waitress cashier clerk bookkeeper underwriter trader banker teller dispatcher courier machinist fitter \
    technologist strategist tester administrator worker promoter resident \
    atuário atuária parteira obstetriz dentista psicólogo psicóloga psiquiatra médico médica fisioterapeuta farmacêutico \
    farmacêutica nutricionista veterinário veterinária fonoaudiólogo fonoaudióloga terapeuta encanador encanadora \
    pedreiro pedreira carpinteiro carpinteira marceneiro marceneira pintor pintora serralheiro serralheira químico química \
    biólogo bióloga físico física geólogo geóloga economista estatístico estatística fotógrafo fotógrafa editor editora \
    revisor revisora ilustrador ilustradora músico música ator atriz publicitário publicitária curador curadora arquivista \
    tutor tutora pedagogo pedagoga educador educadora cabeleireiro cabeleireira barbeiro barbeira costureira alfaiate \
    açougueiro açougueira florista jardineiro jardineira agricultor agricultora barista garçom garçonete escriturário \
    escriturária bancário bancária despachante policial bombeiro bombeira detetive perito perita promotor promotora juiz \
    juíza defensor defensora tabelião tabeliã topógrafo topógrafa agrônomo agrônoma piloto comissário comissária instalador \
    instaladora segurança vigilante porteiro porteira bodyguard montador montadora testador testadora administrador administradora estrategista caixa";
/// Words before “owner” whose owner owns no company.
pub(super) const OWNED: [&str; 14] = [
    "product",
    "process",
    "data",
    "service",
    "system",
    "content",
    "risk",
    "budget",
    "project",
    "feature",
    "platform",
    "application",
    "control",
    "module",
];
/// Government departments that a “secretário de” heads.
pub(super) const SECRETARIATS: [&str; 20] = [
    "saúde",
    "educação",
    "fazenda",
    "finanças",
    "cultura",
    "obras",
    "planejamento",
    "administração",
    "segurança",
    "turismo",
    "esportes",
    "esporte",
    "transportes",
    "transporte",
    "governo",
    "agricultura",
    "meio",
    "habitação",
    "assistência",
    "desenvolvimento",
];
/// Names of offices that contain the words of another rank.
pub(super) const OFFICES: [&str; 4] =
    ["office of the ceo", "office of the president", "gabinete do presidente", "gabinete da presidência"];
/// Words that outweigh those of any other rank: a director's assistant is not a director.
pub(super) const JUNIOR_WORDS: [&str; 14] = [
    "assistant",
    "assistente",
    "intern",
    "trainee",
    "estagiário",
    "estagiária",
    "auxiliar",
    "aprendiz",
    "apprentice",
    "secretary",
    "secretário",
    "secretária",
    "helper",
    "ajudante",
];
/// Words that make a specialist or a practitioner a junior one.
pub(super) const JUNIOR_GRADES: [&str; 3] = ["junior", "jr", "júnior"];
/// Ends of the title of a person who is still being trained for it.
pub(super) const TRAINING: [[&str; 2]; 3] = [["in", "training"], ["em", "treinamento"], ["em", "formação"]];
/// Titles whose holders are trained, and train others.
pub(super) const SPECIALISTS: [&str; 8] =
    ["specialist", "especialista", "expert", "consultant", "consultor", "consultora", "analista", "analyst"];
/// Words that mark a former title.
pub(super) const FORMER: [&str; 7] =
    ["former", "ex", "retired", "aposentado", "aposentada", "emeritus", "antigo"];
/// Phrases that contain a rank that the person does not have.
pub(super) const WITHOUT_RANK: &[&str] = &[
    "aspiring",
    "aspirante a",
    "future ceo",
    "futuro ceo",
    "futura ceo",
    "in waiting",
    "wannabe",
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
/// Words of bank names. Vice presidents of banks are managers.
pub(super) const BANKS: [&str; 8] =
    ["bank", "banco", "capital", "securities", "investimentos", "investments", "asset", "bancorp"];
