//! The table of errors. **A new error is one entry here**; the compiler asks for each part of it,
//! in both languages.
//!
//! An entry has the code's name, its HTTP status, its kind, whether to retry, and its title in
//! English and Portuguese. Each case of it has the facts that it is built from, what happened and
//! what to do in both languages, and the facts that the answer shows. [`refusals!`] describes the
//! form, `docs/errors.md` is generated from it, and `docs/STYLE.md` has the rules for the texts.
//! The contract fixes a few of them: they stay in English, and some have no full stop.

use chrono::{DateTime, Utc};

use super::declare::{refusals, wording};
use super::fault::{FieldFault, InSentence};
use super::wording::{Addresses, Capitalized, Text, counted, text};
use super::{
    AccessDenied, CandidateHint, ContactHint, ErrorKind, Fact, KeyCap, Limit, LimitHit, Malformed,
    MediaFault, Retry, Template, Wait,
};
use crate::contact::ContactLimit;
use crate::credits::Credits;
use crate::ids::ContactId;
use crate::instant;
use crate::language::Language;

refusals! {
    actions name support, upgrade, docs;
    shared {
        /// Too many requests for one of the limits.
        Limited(LimitHit),
    }

    // The request.

    InvalidJson = "INVALID_JSON", 400, InvalidRequest, Never, "Invalid JSON" / "JSON inválido" {
        /// The body is not one JSON object. `line` and `column` count from 1.
        InvalidJson { line: usize, column: usize } => {
            en: "The body cannot be read as one JSON object: the first error is at line {line}, column {column}.",
                "Send a single JSON object in UTF-8 and nothing after it, with at most 64 levels and 10,000 values, with numbers \
                 below 1.8e308 and without halves of surrogate pairs such as `\\ud800`.";
            pt: "O corpo não pode ser lido como um objeto JSON: o primeiro erro está na linha {line}, coluna {column}.",
                "Envie um único objeto JSON em UTF-8 e nada depois dele, com no máximo 64 níveis e 10.000 valores, com números \
                 menores que 1.8e308 e sem metades de pares substitutos, como `\\ud800`.";
            facts: line = line, column = column;
        }
    }

    ValidationFailed = "VALIDATION_FAILED", 400, Validation, Never, "Validation failed" / "Falha na validação" {
        /// Every invalid field at once.
        ValidationFailed(faults: Vec<FieldFault>) => {
            en: "The request is not valid: {list}",
                "Correct the fields listed in `fields`, then send the request again.",
                list = InSentence(faults, Language::En);
            pt: "A requisição não é válida: {list}",
                "Corrija os campos listados em `fields` e envie a requisição de novo.",
                list = InSentence(faults, Language::Pt);
            facts: fields = Fact::Fields(faults);
        }
    }

    ProfileUrlNotAccepted = "PROFILE_URL_NOT_ACCEPTED", 400, Validation, Never,
        "Profile URL not accepted" / "URL de perfil não aceita" {
        /// A profile URL where a person's name was expected, or a field with the name of one.
        ProfileUrlNotAccepted { field: String } => {
            en: "Profile URLs are not accepted (field `{field}`).",
                "Identify the person by first name, last name and company, without a URL.";
            pt: "URLs de perfil não são aceitas (campo `{field}`).",
                "Identifique a pessoa por nome, sobrenome e empresa, sem URL.";
            facts: field = field;
        }
    }

    MockDataNotAllowed = "MOCK_DATA_NOT_ALLOWED", 400, Validation, Never,
        "Mock data not allowed" / "Dados simulados não permitidos" {
        /// `allow_mock_data` outside a test environment.
        MockDataNotAllowed => {
            en: "`allow_mock_data` is available in test environments only.",
                "Remove `allow_mock_data`, or use a key of a test environment.";
            pt: "`allow_mock_data` só está disponível em ambientes de teste.",
                "Remova `allow_mock_data` ou use uma chave de um ambiente de teste.";
        }
    }

    KeyInQueryString = "KEY_IN_QUERY_STRING", 400, InvalidRequest, Never, "Key in query string" / "Chave na URL" {
        /// A query parameter with the name of a credential. Its value is never kept.
        KeyInQueryString { parameter: &'static str } => {
            en: "API keys are not accepted in the URL (parameter `{parameter}`).",
                "Send the key in the `X-API-Key` header. If the URL contained a key, rotate it: URLs are kept in logs and \
                 browser histories.";
            pt: "Chaves de API não são aceitas na URL (parâmetro `{parameter}`).",
                "Envie a chave no cabeçalho `X-API-Key`. Se a URL continha uma chave, troque o segredo dela: URLs ficam em \
                 logs e históricos de navegação.";
            facts: parameter = *parameter;
        }
    }

    BadRequest = "BAD_REQUEST", 400, InvalidRequest, Never, "Bad request" / "Requisição inválida" {
        BadRequest(fault: Malformed) => {
            en: "{reason}.", "Correct the request, then send it again.", reason = fault.reason(Language::En);
            pt: "{reason}.", "Corrija a requisição e envie de novo.", reason = fault.reason(Language::Pt);
        }
    }

    // Credentials.

    MissingAuth = "MISSING_AUTH", 401, Authentication, Never, "Missing API key" / "Chave de API ausente" {
        MissingAuth => {
            en: "The request has no API key.",
                "Send your key in the `X-API-Key` header, or as `Authorization: Bearer YOUR_KEY`.";
            pt: "A requisição não tem chave de API.",
                "Envie sua chave no cabeçalho `X-API-Key` ou como `Authorization: Bearer SUA_CHAVE`.";
        }
        /// An `Authorization` header of another scheme, and no other key.
        NotBearer => {
            en: "The Authorization header does not use the `Bearer` scheme.",
                "Send `Authorization: Bearer YOUR_KEY`, or send your key in the `X-API-Key` header.";
            pt: "O cabeçalho Authorization não usa o esquema `Bearer`.",
                "Envie `Authorization: Bearer SUA_CHAVE` ou envie sua chave no cabeçalho `X-API-Key`.";
        }
    }

    InvalidApiKey = "INVALID_API_KEY", 401, Authentication, Never, "Invalid API key" / "Chave de API inválida" {
        /// Unknown, malformed or with a wrong checksum: the answer is the same.
        InvalidApiKey => {
            en: "Invalid API key provided",
                "Verify that your API key is correct and active. Copy the whole key, without spaces.";
            pt: "Invalid API key provided",
                "Confira se a sua chave de API está correta e ativa. Copie a chave inteira, sem espaços.";
        }
    }

    ExpiredApiKey = "EXPIRED_API_KEY", 401, Authentication, Never, "Expired API key" / "Chave de API expirada" {
        ExpiredApiKey => {
            en: "This API key has expired.",
                "Create a new key, or ask an administrator of your account for one. Then replace this key in your application.";
            pt: "Esta chave de API expirou.",
                "Crie uma nova chave ou peça uma a um administrador da conta. Depois, substitua esta chave na sua aplicação.";
        }
        /// The key lives, but the secret that was used ended with a rotation.
        ReplacedSecret => {
            en: "This secret no longer works: the API key was rotated and has another secret.",
                "Put the current secret of the key into your application. If it is lost, rotate the key again.";
            pt: "Este segredo não funciona mais: ele foi trocado, e a chave de API tem outro.",
                "Coloque o segredo atual da chave na sua aplicação. Se ele se perdeu, troque o segredo de novo.";
        }
    }

    RevokedApiKey = "REVOKED_API_KEY", 401, Authentication, Never, "Revoked API key" / "Chave de API revogada" {
        RevokedApiKey => {
            en: "This API key has been revoked.",
                "Create a new key, or ask an administrator of your account for one. Then replace this key in your application.";
            pt: "Esta chave de API foi revogada.",
                "Crie uma nova chave ou peça uma a um administrador da conta. Depois, substitua esta chave na sua aplicação.";
        }
    }

    DisabledApiKey = "DISABLED_API_KEY", 401, Authentication, Never, "Disabled API key" / "Chave de API desativada" {
        DisabledApiKey => {
            en: "This API key is disabled.",
                "Ask an administrator of your account to enable the key, or use another key.";
            pt: "Esta chave de API está desativada.",
                "Peça a um administrador da conta que reative a chave ou use outra chave.";
        }
    }

    KeyExposed = "KEY_EXPOSED", 401, Authentication, Never, "Exposed API key" / "Chave de API exposta" {
        /// A secret that a report has ended. `url` is where it was found, as the reporter says.
        KeyExposed { at: DateTime<Utc>, url: Option<String> } => {
            match url {
                Some(place) => {
                    en: "This API key was found where others could read it, and no longer works.",
                        "Create a new key, and replace this one in your application. Remove it from the place in `found_at`, and \
                         check the usage of your account.";
                    pt: "Esta chave de API foi encontrada em um lugar acessível a terceiros e não funciona mais.",
                        "Crie uma nova chave e substitua esta na sua aplicação. Remova-a do lugar indicado em `found_at` e \
                         confira o consumo da conta.";
                    facts: exposed_at = Fact::shown(instant::written(*at)), found_at = place;
                }
                None => {
                    en: "This API key was found where others could read it, and no longer works.",
                        "Create a new key, and replace this one in your application. Check the usage of your account.";
                    pt: "Esta chave de API foi encontrada em um lugar acessível a terceiros e não funciona mais.",
                        "Crie uma nova chave e substitua esta na sua aplicação. Confira o consumo da conta.";
                    facts: exposed_at = Fact::shown(instant::written(*at));
                }
            }
        }
    }

    ConflictingCredentials = "CONFLICTING_CREDENTIALS", 401, Authentication, Never,
        "Conflicting credentials" / "Credenciais conflitantes" {
        ConflictingCredentials => {
            en: "The request contains two different API keys.",
                "Send one key: keep either the `X-API-Key` or the `Authorization` header.";
            pt: "A requisição contém duas chaves de API diferentes.",
                "Envie uma só chave: mantenha o cabeçalho `X-API-Key` ou o `Authorization`.";
        }
    }

    // Credits.

    InsufficientCredits = "INSUFFICIENT_CREDITS", 402, InsufficientCredits, Never,
        "Insufficient credits" / "Créditos insuficientes" {
        /// `needed` is what the call holds: its price, or the most that it may cost. `locked` are
        /// the credits of a plan whose requests are used up.
        InsufficientCredits { needed: Credits, available: Credits, locked: Option<Credits> } => {
            match locked {
                None => {
                    en: "This call needs {price}. The account has {balance}.",
                        "Purchase additional credits or upgrade your plan{upgrade}. Credits that running calls hold come back when the calls end, less what they cost.",
                        price = counted(needed.as_i64(), "credit", "credits"),
                        balance = counted(available.as_i64(), "credit", "credits");
                    pt: "Esta chamada precisa de {price}. A conta tem {balance}.",
                        "Compre mais créditos ou mude para um plano superior{upgrade}. Os créditos reservados por chamadas em andamento voltam quando elas terminam, menos o que custaram.",
                        price = counted(needed.as_i64(), "crédito", "créditos"),
                        balance = counted(available.as_i64(), "crédito", "créditos");
                    facts: credits_needed = needed, credits_available = available, upgrade_url = Fact::UpgradeUrl;
                }
                Some(locked) => {
                    en: "This call needs {price}. Outside its plan, the account has {balance}. The {plan} left in the plan cannot be used: its requests for this billing period are used up.",
                        "Buy a credit pack or upgrade your plan{upgrade}. Credits and requests that running calls hold come back when the calls end, less what they cost.",
                        price = counted(needed.as_i64(), "credit", "credits"),
                        balance = counted(available.as_i64(), "credit", "credits"),
                        plan = counted(locked.as_i64(), "credit", "credits");
                    pt: "Esta chamada precisa de {price}. Além do plano, a conta tem {balance}. O saldo do plano ({plan}) não pode ser usado: as requisições deste período de cobrança se esgotaram.",
                        "Compre um pacote de créditos ou mude para um plano superior{upgrade}. Os créditos e as requisições reservados por chamadas em andamento voltam quando elas terminam, menos o que custaram.",
                        price = counted(needed.as_i64(), "crédito", "créditos"),
                        balance = counted(available.as_i64(), "crédito", "créditos"),
                        plan = counted(locked.as_i64(), "crédito", "créditos");
                    facts: credits_needed = needed, credits_available = available, credits_locked_in_plan = locked, upgrade_url = Fact::UpgradeUrl;
                }
            }
        }
    }

    KeyCapReached = "KEY_CAP_REACHED", 402, InsufficientCredits, Never,
        "Key cap reached" / "Teto da chave atingido" {
        /// The call would exceed a cap of its key.
        KeyCapReached { cap: KeyCap, limit: Credits, resets_at: DateTime<Utc> } => {
            match cap {
                KeyCap::Daily => {
                    en: "This call would exceed the cap of this API key: {credits} per UTC day.",
                        "Raise the key's cap with `PATCH /v1/keys/{{id}}`, use another key, or wait until the time in `resets_at`. Credits that running calls hold count until the calls end.",
                        credits = counted(limit.as_i64(), "credit", "credits");
                    pt: "Esta chamada ultrapassaria o teto desta chave de API: {credits} por dia (UTC).",
                        "Aumente o teto da chave com `PATCH /v1/keys/{{id}}`, use outra chave ou aguarde até o horário em `resets_at`. Os créditos reservados por chamadas em andamento contam até elas terminarem.",
                        credits = counted(limit.as_i64(), "crédito", "créditos");
                    facts: current_limit = Fact::shown(format_args!(
                               "{}/day", counted(limit.as_i64(), "credit", "credits")
                           )),
                           limit = "key_credits_per_day",
                           resets_at = Fact::shown(instant::written(*resets_at));
                }
                KeyCap::Monthly => {
                    en: "This call would exceed the cap of this API key: {credits} per UTC month.",
                        "Raise the key's cap with `PATCH /v1/keys/{{id}}`, use another key, or wait until the time in `resets_at`. Credits that running calls hold count until the calls end.",
                        credits = counted(limit.as_i64(), "credit", "credits");
                    pt: "Esta chamada ultrapassaria o teto desta chave de API: {credits} por mês (UTC).",
                        "Aumente o teto da chave com `PATCH /v1/keys/{{id}}`, use outra chave ou aguarde até o horário em `resets_at`. Os créditos reservados por chamadas em andamento contam até elas terminarem.",
                        credits = counted(limit.as_i64(), "crédito", "créditos");
                    facts: current_limit = Fact::shown(format_args!(
                               "{}/month", counted(limit.as_i64(), "credit", "credits")
                           )),
                           limit = "key_credits_per_month",
                           resets_at = Fact::shown(instant::written(*resets_at));
                }
            }
        }
    }

    // Permissions.

    AccessDenied = "ACCESS_DENIED", 403, Permission, Never, "Access denied" / "Acesso negado" {
        /// The account's plan does not include the endpoint. The contract fixes the sentence in
        /// every language.
        AccessDenied(denied: AccessDenied) => {
            en: "Access denied. Your {plan} tier API key cannot access {call}.{upgrade_to}",
                "Choose a plan that includes this endpoint{upgrade}.",
                plan = &denied.plan, call = &denied.call, upgrade_to = denied.upgrade();
            pt: "Access denied. Your {plan} tier API key cannot access {call}.{upgrade_to}",
                "Escolha um plano que inclua este endpoint{upgrade}.",
                plan = &denied.plan, call = &denied.call, upgrade_to = denied.upgrade();
            facts: current_tier = &denied.current_tier, required_tier = &denied.required_tier,
                   upgrade_url = Fact::UpgradeUrl;
        }
    }

    InsufficientScope = "INSUFFICIENT_SCOPE", 403, Permission, Never, "Insufficient scope" / "Escopo insuficiente" {
        InsufficientScope { needed: &'static str } => {
            en: "This API key does not have the `{needed}` scope.",
                "Use a key with the `{needed}` scope, or ask an administrator of your account for one.";
            pt: "Esta chave de API não tem o escopo `{needed}`.",
                "Use uma chave com o escopo `{needed}` ou peça uma a um administrador da conta.";
            facts: required_scope = *needed;
        }
        /// The key would give a key a looser limit than its own. `field` names the limit.
        BeyondOwnLimits { field: &'static str } => {
            en: "This API key cannot give a key a looser `{field}` than its own.",
                "Set `{field}` no looser than that of your own key, which `GET /v1/keys` shows, or ask an administrator of your \
                 account.";
            pt: "Esta chave de API não pode dar a uma chave um `{field}` menos restrito que o seu próprio.",
                "Use um `{field}` tão restrito quanto o da sua chave, que `GET /v1/keys` mostra, ou fale com um administrador da \
                 conta.";
            facts: field = *field;
        }
        /// The key has a cap, and would enable spending that the cap does not bound.
        CappedKey => {
            en: "This API key has a credit cap, so it cannot create keys, rotate another key, loosen limits or change \
                 environments.",
                "Use a key without `daily_cap` and `monthly_cap`, or ask an administrator of your account.";
            pt: "Esta chave de API tem um teto de créditos e, por isso, não pode criar chaves, trocar o segredo \
                 de outra chave, ampliar limites nem alterar ambientes.",
                "Use uma chave sem `daily_cap` e `monthly_cap` ou fale com um administrador da conta.";
        }
    }

    PlanWithoutApi = "PLAN_WITHOUT_API", 403, Permission, Never, "Plan without API access" / "Plano sem acesso à API" {
        /// `required_plan` is the cheapest plan of the same edition with API access; `None` if the
        /// edition has no such plan.
        PlanWithoutApi { required_plan: Option<String> } => {
            match required_plan {
                Some(plan) => {
                    en: "API access requires {plan} plan", "Choose a plan with API access{upgrade}.",
                        plan = Capitalized(plan);
                    pt: "O acesso à API requer o plano {plan}.", "Escolha um plano com acesso à API{upgrade}.",
                        plan = Capitalized(plan);
                    facts: upgrade_url = Fact::UpgradeUrl;
                }
                None => {
                    en: "The account's plan does not include API access.", "Choose a plan with API access{upgrade}.";
                    pt: "O plano da conta não inclui acesso à API.", "Escolha um plano com acesso à API{upgrade}.";
                    facts: upgrade_url = Fact::UpgradeUrl;
                }
            }
        }
    }

    RegionNotAllowed = "REGION_NOT_ALLOWED", 403, Permission, Never, "Region not allowed" / "Região não permitida" {
        RegionNotAllowed => {
            en: "This API key is not allowed in this region.",
                "Call a gateway in one of the key's regions, or use a key without a list of regions.";
            pt: "Esta chave de API não é permitida nesta região.",
                "Chame um gateway em uma das regiões da chave ou use uma chave sem lista de regiões.";
        }
    }

    IpNotAllowed = "IP_NOT_ALLOWED", 403, Permission, Never, "IP not allowed" / "IP não permitido" {
        IpNotAllowed => {
            en: "This API key is not allowed from this IP address.",
                "Call from an allowed address, or add this address to the key's `allowed_networks`.";
            pt: "Esta chave de API não é permitida a partir deste endereço IP.",
                "Chame de um endereço permitido ou inclua este endereço em `allowed_networks` da chave.";
        }
    }

    TestKeyNotAllowed = "TEST_KEY_NOT_ALLOWED", 403, Permission, Never,
        "Test key not allowed" / "Chave de teste não permitida" {
        /// A key of a test environment, for a change to something that spends credits.
        TestKeyNotAllowed => {
            en: "A test key cannot create or change anything that spends credits.",
                "Use a key of a live environment.";
            pt: "Uma chave de teste não pode criar nem alterar nada que gaste créditos.",
                "Use uma chave de um ambiente de produção.";
        }
        /// A key of a test environment, on a route whose upstream has no test servers.
        NoTestServers => {
            en: "This endpoint does not accept keys of test environments.", "Use a key of a live environment.";
            pt: "Este endpoint não aceita chaves de ambientes de teste.", "Use uma chave de um ambiente de produção.";
        }
    }

    AccountSuspended = "ACCOUNT_SUSPENDED", 403, Permission, Never, "Account suspended" / "Conta suspensa" {
        AccountSuspended => {
            en: "The account is suspended.", "Contact {support} to reactivate the account.";
            pt: "A conta está suspensa.", "Entre em contato com {support} para reativar a conta.";
        }
    }

    // What does not exist.

    EndpointNotFound = "ENDPOINT_NOT_FOUND", 404, NotFound, Never, "Endpoint not found" / "Endpoint não encontrado" {
        EndpointNotFound => {
            en: "This endpoint does not exist.",
                "Check the spelling and letter case of the path, and remove a trailing slash.{docs}";
            pt: "Este endpoint não existe.",
                "Confira a grafia, as maiúsculas e as minúsculas do caminho e remova a barra final, se houver.{docs}";
        }
    }

    ProfileNotFound = "PROFILE_NOT_FOUND", 404, NotFound, Never, "Profile not found" / "Perfil não encontrado" {
        /// The search found no matching person.
        ProfileNotFound => {
            en: "No person with this name was found at this company.",
                "Check the spelling, try the company's full name, or add the person to your contacts.";
            pt: "Nenhuma pessoa com este nome foi encontrada nesta empresa.",
                "Confira a grafia, tente o nome completo da empresa ou adicione a pessoa aos seus contatos.";
        }
    }

    NotFound = "NOT_FOUND", 404, NotFound, Never, "Not found" / "Não encontrado" {
        /// An unknown id under a path that exists.
        NotFound => {
            en: "The account has no item with this id.", "Check the id. It must belong to your own account.";
            pt: "A conta não tem nenhum item com este id.", "Confira o id. Ele deve pertencer à sua própria conta.";
        }
    }

    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405, MethodNotAllowed, Never,
        "Method not allowed" / "Método não permitido" {
        /// `allow` is the `Allow` header of the answer; empty if the router has set it.
        MethodNotAllowed { allow: &'static str } => {
            en: "This endpoint does not support this method.", "Use one of the methods in the `Allow` header.";
            pt: "Este endpoint não aceita este método.", "Use um dos métodos do cabeçalho `Allow`.";
        }
    }

    // Conflicts.

    MultipleMatches = "MULTIPLE_MATCHES", 409, MultipleMatches, Never,
        "Multiple matches" / "Várias correspondências" {
        /// Several people match equally well. `candidates` has some of them, by role and city only.
        MultipleMatches { total: usize, candidates: Vec<CandidateHint> } => {
            en: "{matches} this request equally well.",
                "Send the person's full name and the company's full name, or add the person to your contacts.",
                matches = counted(*total, "person matches", "people match");
            pt: "{matches} igualmente a esta requisição.",
                "Envie o nome completo da pessoa e da empresa ou adicione a pessoa aos seus contatos.",
                matches = counted(*total, "pessoa corresponde", "pessoas correspondem");
            facts: total_matches = total, candidates = Fact::Candidates(candidates);
        }
        /// Several of the account's own contacts match equally well. `candidates` has some of them.
        SeveralContacts { total: usize, candidates: Vec<ContactHint> } => {
            en: "{matches} this request equally well.",
                "Read the contacts by their `contact_id`, then send the name and the company exactly as in the one you mean.",
                matches = counted(*total, "contact of the account matches", "contacts of the account match");
            pt: "{matches} igualmente a esta requisição.",
                "Leia os contatos pelo `contact_id` e envie o nome e a empresa exatamente como estão no contato procurado.",
                matches = counted(*total, "contato da conta corresponde", "contatos da conta correspondem");
            facts: total_matches = total, candidates = Fact::Contacts(candidates);
        }
    }

    ContactExists = "CONTACT_EXISTS", 409, Conflict, Never, "Contact exists" / "O contato já existe" {
        ContactExists { id: ContactId } => {
            en: "A contact with this name and company already exists.",
                "Update the contact in `contact_id`, or use a full name that distinguishes the two people.";
            pt: "Já existe um contato com este nome e esta empresa.",
                "Atualize o contato indicado em `contact_id` ou use um nome completo que diferencie as duas pessoas.";
            facts: contact_id = Fact::shown(id);
        }
    }

    ContactLimitReached = "CONTACT_LIMIT_REACHED", 409, Conflict, Never,
        "Contact limit reached" / "Limite de contatos atingido" {
        ContactLimitReached { limit: ContactLimit } => {
            match limit {
                ContactLimit::Contacts(most) => {
                    en: "The account has reached its limit of {contacts}.",
                        "Delete contacts that you no longer need, or contact {support}.",
                        contacts = counted(*most, "contact", "contacts");
                    pt: "A conta atingiu o limite de {contacts}.",
                        "Exclua contatos de que você não precisa mais ou entre em contato com {support}.",
                        contacts = counted(*most, "contato", "contatos");
                    facts: current_limit = Fact::shown(counted(*most, "contact", "contacts")), limit = "contacts";
                }
                ContactLimit::Bytes(most) => {
                    en: "The contacts of the account would exceed their limit of {bytes} of text.",
                        "Delete contacts that you no longer need, or contact {support}.",
                        bytes = counted(*most, "byte", "bytes");
                    pt: "Os contatos da conta ultrapassariam o limite de {bytes} de texto.",
                        "Exclua contatos de que você não precisa mais ou entre em contato com {support}.",
                        bytes = counted(*most, "byte", "bytes");
                    facts: current_limit = Fact::shown(counted(*most, "byte", "bytes")), limit = "contact_bytes";
                }
            }
        }
    }

    IdempotencyInProgress = "IDEMPOTENCY_IN_PROGRESS", 409, Idempotency, AfterWait,
        "Idempotent request in progress" / "Requisição idempotente em andamento" {
        IdempotencyInProgress { retry_after_s: u64 } => {
            en: "A request with this Idempotency-Key is still in progress.",
                "Wait for the number of seconds in `retry_after`, then send the same request again to get its answer.";
            pt: "Uma requisição com esta Idempotency-Key ainda está em andamento.",
                "Aguarde o número de segundos em `retry_after` e envie a mesma requisição de novo para receber a resposta.";
            wait: *retry_after_s, 0;
        }
    }

    AnswerNotKept = "ANSWER_NOT_KEPT", 409, Idempotency, Never, "Answer not stored" / "Resposta não armazenada" {
        /// The same change was made before, and its answer held a secret or was too large to be
        /// stored. `location` is the path of what was created or changed.
        AnswerNotKept { location: String } => {
            en: "This request has already succeeded, and its answer was not stored.",
                "Get the result from `{location}`. The secret of a key is shown only once: rotate the key to get another one.";
            pt: "Esta requisição já foi concluída, e a resposta não foi armazenada.",
                "Consulte o resultado em `{location}`. O segredo de uma chave só é exibido uma vez: troque-o para obter outro.";
            facts: location = location;
        }

        /// The call was made and charged before, and its answer was streamed or over 1 MiB.
        /// `location` is the path of its receipt.
        StreamNotKept { location: String } => {
            en: "This call was already made. Its answer was streamed, or too long to be stored.",
                "See what it cost at `{location}`. To make the call again, send another `Idempotency-Key`.";
            pt: "Esta chamada já foi feita. A resposta foi transmitida aos poucos ou era longa demais para ser armazenada.",
                "Veja quanto ela custou em `{location}`. Para repetir a chamada, envie outra `Idempotency-Key`.";
            facts: location = location;
        }

        /// The same of a call with a key of a test environment, which has no receipt.
        TestAnswerNotKept => {
            en: "This call was already made. Its answer was streamed, or too long to be stored.",
                "To make the call again, send another `Idempotency-Key`. Calls of a test environment cost nothing.";
            pt: "Esta chamada já foi feita. A resposta foi transmitida aos poucos ou era longa demais para ser armazenada.",
                "Para repetir a chamada, envie outra `Idempotency-Key`. Chamadas de um ambiente de teste não custam nada.";
        }
    }

    RotationInProgress = "ROTATION_IN_PROGRESS", 409, Conflict, AfterWait,
        "Rotation in progress" / "Troca de segredo em andamento" {
        /// The key has two live secrets. The older one ends after `retry_after_s`.
        RotationInProgress { retry_after_s: u64 } => {
            en: "This key is already being rotated, and its old secret still works.",
                "Wait for the number of seconds in `retry_after`, or end the old secret now with \
                 `POST /v1/keys/{{id}}/end-overlap`.";
            pt: "O segredo desta chave já está sendo trocado, e o antigo ainda funciona.",
                "Aguarde o número de segundos em `retry_after` ou encerre o segredo antigo agora com \
                 `POST /v1/keys/{{id}}/end-overlap`.";
            wait: *retry_after_s, 0;
        }
    }

    NotRotating = "NOT_ROTATING", 409, Conflict, Never, "Key not in rotation" / "Chave sem troca de segredo" {
        /// The key has one secret, so there is no overlap to end.
        NotRotating => {
            en: "This key is not being rotated. It has only one secret.",
                "No action is needed. `GET /v1/keys/{{id}}` lists the secrets of a key.";
            pt: "O segredo desta chave não está sendo trocado. Ela tem um único segredo.",
                "Nenhuma ação é necessária. `GET /v1/keys/{{id}}` lista os segredos de uma chave.";
        }
    }

    KeyRevoked = "KEY_REVOKED", 409, Conflict, Never, "Key revoked" / "Chave revogada" {
        /// A change to a revoked key.
        KeyRevoked => {
            en: "This key has been revoked. A revocation cannot be undone.", "Create a new key.";
            pt: "Esta chave foi revogada. Uma revogação não pode ser desfeita.", "Crie uma nova chave.";
        }
    }

    KeyExpired = "KEY_EXPIRED", 409, Conflict, Never, "Key expired" / "Chave expirada" {
        /// A rotation of a key that has expired.
        KeyExpired => {
            en: "This key has expired. A rotation does not renew it.", "Create a new key.";
            pt: "Esta chave expirou. Trocar o segredo não renova a validade.", "Crie uma nova chave.";
        }
    }

    KeyLimitReached = "KEY_LIMIT_REACHED", 409, Conflict, Never, "Key limit reached" / "Limite de chaves atingido" {
        KeyLimitReached => {
            en: "The environment has reached its limit of keys.",
                "Revoke a key that is no longer used, or choose a plan that allows more keys. `GET /v1/environments` shows the \
                 limit.";
            pt: "O ambiente atingiu o limite de chaves.",
                "Revogue uma chave que não é mais usada ou escolha um plano que permita mais chaves. `GET /v1/environments` \
                 mostra o limite.";
        }
    }

    EnvironmentExists = "ENVIRONMENT_EXISTS", 409, Conflict, Never, "Environment exists" / "O ambiente já existe" {
        EnvironmentExists => {
            en: "The account already has an environment with this name.",
                "Use that environment, or choose another name.";
            pt: "A conta já tem um ambiente com este nome.", "Use esse ambiente ou escolha outro nome.";
        }
    }

    EnvironmentLimitReached = "ENVIRONMENT_LIMIT_REACHED", 409, Conflict, Never,
        "Environment limit reached" / "Limite de ambientes atingido" {
        EnvironmentLimitReached => {
            en: "The account has reached its limit of environments.", "Use one of the existing environments.";
            pt: "A conta atingiu o limite de ambientes.", "Use um dos ambientes existentes.";
        }
    }

    // The body.

    RequestTimeout = "REQUEST_TIMEOUT", 408, Timeout, AfterPause, "Request timeout" / "Tempo da requisição esgotado" {
        /// The rest of the body did not arrive in time.
        RequestTimeout { timeout_s: u64 } => {
            en: "The request body arrived too slowly: less than 4 KiB in {seconds}.",
                "Send the whole request again, on a new connection. You were not charged.",
                seconds = counted(*timeout_s, "second", "seconds");
            pt: "O corpo da requisição chegou devagar demais: menos de 4 KiB em {seconds}.",
                "Envie a requisição inteira de novo, em uma nova conexão. Nada foi cobrado.",
                seconds = counted(*timeout_s, "segundo", "segundos");
        }
    }

    BodyTooLarge = "BODY_TOO_LARGE", 413, BodyTooLarge, Never, "Body too large" / "Corpo grande demais" {
        BodyTooLarge { limit_bytes: usize } => {
            en: "The body exceeds the limit of {bytes}.", "Send a smaller body.",
                bytes = counted(*limit_bytes, "byte", "bytes");
            pt: "O corpo ultrapassa o limite de {bytes}.", "Envie um corpo menor.",
                bytes = counted(*limit_bytes, "byte", "bytes");
            facts: limit_bytes = limit_bytes;
        }
    }

    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415, UnsupportedMediaType, Never,
        "Unsupported media type" / "Tipo de mídia não suportado" {
        UnsupportedMediaType(fault: MediaFault) => {
            match fault {
                MediaFault::NotJson => {
                    en: "The body is not declared as JSON.", "Send the header `Content-Type: application/json`.";
                    pt: "O corpo não está declarado como JSON.", "Envie o cabeçalho `Content-Type: application/json`.";
                }
                MediaFault::NotUtf8 => {
                    en: "The body is declared in an encoding other than UTF-8.",
                        "Send the body in UTF-8, with the header `Content-Type: application/json`.";
                    pt: "O corpo está declarado em uma codificação diferente de UTF-8.",
                        "Envie o corpo em UTF-8, com o cabeçalho `Content-Type: application/json`.";
                }
                MediaFault::Encoded => {
                    en: "The request has a Content-Encoding, and encoded bodies are not accepted.",
                        "Send the body uncompressed, without the `Content-Encoding` header.";
                    pt: "A requisição tem um Content-Encoding, e corpos codificados não são aceitos.",
                        "Envie o corpo sem compressão e sem o cabeçalho `Content-Encoding`.";
                }
            }
        }
    }

    InsufficientData = "INSUFFICIENT_DATA", 422, InsufficientData, Never, "Insufficient data" / "Dados insuficientes" {
        /// The person's texts do not support an analysis: too few words, or enough of them in an
        /// unsupported language.
        InsufficientData { words: u32, words_needed: u32, unsupported_language: bool } => {
            match unsupported_language {
                true => {
                    en: "This person's texts are in a language that the analysis does not support.",
                        "Add more posts by this person to your contacts, in English or Portuguese. This call was not charged.";
                    pt: "Os textos desta pessoa estão em um idioma que a análise não suporta.",
                        "Adicione aos seus contatos mais publicações desta pessoa, em português ou inglês. Esta chamada não foi \
                         cobrada.";
                    facts: words_found = words, words_needed = words_needed;
                }
                false => {
                    en: "An analysis needs at least {needed} written by this person. {found} could be used.",
                        "Add more posts by this person to your contacts, in English or Portuguese. This call was not charged.",
                        needed = counted(*words_needed, "word", "words"), found = counted(*words, "word", "words");
                    pt: "Uma análise precisa de pelo menos {needed} por esta pessoa. {found}.",
                        "Adicione aos seus contatos mais publicações desta pessoa, em português ou inglês. Esta chamada não foi \
                         cobrada.",
                        needed = counted(*words_needed, "palavra escrita", "palavras escritas"),
                        found = counted(*words, "palavra pôde ser usada", "palavras puderam ser usadas");
                    facts: words_found = words, words_needed = words_needed;
                }
            }
        }
    }

    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", 422, Idempotency, Never,
        "Idempotency key reused" / "Chave de idempotência reutilizada" {
        IdempotencyKeyReused => {
            en: "This Idempotency-Key has already been used with a different request.",
                "Use a new Idempotency-Key for each different request.";
            pt: "Esta Idempotency-Key já foi usada com uma requisição diferente.",
                "Use uma nova Idempotency-Key para cada requisição diferente.";
        }
    }

    // Limits.

    RateLimited = "RATE_LIMITED", 429, RateLimit, AfterWait, "Rate limit exceeded" / "Limite de taxa excedido" {
        // A rate returns bit by bit, so its wait is not spread.
        | Self::Limited(LimitHit { limit: Limit::Rate, size, retry_after_s }) => {
            en: "The account exceeded its limit of {requests} per second.",
                "Wait {wait}, then send requests more slowly, or choose a larger plan{upgrade}.",
                requests = counted(*size, "request", "requests"),
                wait = counted(*retry_after_s.max(&1), "second", "seconds");
            pt: "A conta ultrapassou o limite de {requests} por segundo.",
                "Aguarde {wait} e envie requisições mais devagar ou escolha um plano maior{upgrade}.",
                requests = counted(*size, "requisição", "requisições"),
                wait = counted(*retry_after_s.max(&1), "segundo", "segundos");
            wait: *retry_after_s, 0;
            facts: current_limit = Fact::shown(format_args!("{}/second", counted(*size, "request", "requests"))),
                   limit = "requests_per_second";
        }
        | Self::Limited(LimitHit { limit: Limit::RouteRate, size, retry_after_s }) => {
            en: "The account exceeded the limit of this route, {requests} per second.",
                "Wait {wait}, then send requests to this route more slowly. The limit is the same on every plan.",
                requests = counted(*size, "request", "requests"),
                wait = counted(*retry_after_s.max(&1), "second", "seconds");
            pt: "A conta ultrapassou o limite desta rota, de {requests} por segundo.",
                "Aguarde {wait} e envie requisições a esta rota mais devagar. O limite é o mesmo em todos os planos.",
                requests = counted(*size, "requisição", "requisições"),
                wait = counted(*retry_after_s.max(&1), "segundo", "segundos");
            wait: *retry_after_s, 0;
            facts: current_limit = Fact::shown(format_args!("{}/second", counted(*size, "request", "requests"))),
                   limit = "route_requests_per_second";
        }
        | Self::Limited(LimitHit { limit: Limit::LeakReports, size, retry_after_s }) => {
            en: "Your network sent more than {reports} in a minute.",
                "Wait {wait}, then send the next report.",
                reports = counted(*size, "report", "reports"),
                wait = counted(*retry_after_s.max(&1), "second", "seconds");
            pt: "Sua rede enviou mais de {reports} em um minuto.",
                "Aguarde {wait} e envie a próxima denúncia.",
                reports = counted(*size, "denúncia", "denúncias"),
                wait = counted(*retry_after_s.max(&1), "segundo", "segundos");
            wait: *retry_after_s, 0;
            facts: current_limit = Fact::shown(format_args!("{}/minute", counted(*size, "report", "reports"))),
                   limit = "leak_reports_per_minute";
        }
    }

    ConcurrencyLimited = "CONCURRENCY_LIMITED", 429, RateLimit, AfterWait,
        "Concurrency limit exceeded" / "Limite de requisições simultâneas excedido" {
        | Self::Limited(LimitHit { limit: Limit::Concurrency, size, retry_after_s }) => {
            en: "The account exceeded its limit of {requests}.",
                "Wait for a request in progress to finish, or choose a larger plan{upgrade}.",
                requests = counted(*size, "concurrent request", "concurrent requests");
            pt: "A conta ultrapassou o limite de {requests}.",
                "Aguarde o término de uma requisição em andamento ou escolha um plano maior{upgrade}.",
                requests = counted(*size, "requisição simultânea", "requisições simultâneas");
            wait: *retry_after_s, 2;
            facts: current_limit = Fact::shown(counted(*size, "concurrent request", "concurrent requests")),
                   limit = "concurrent_requests";
        }
        | Self::Limited(LimitHit { limit: Limit::RouteConcurrency, size, retry_after_s }) => {
            en: "The account exceeded the limit of this route, {requests}.",
                "Wait for a request to this route to finish. The limit is the same on every plan.",
                requests = counted(*size, "concurrent request", "concurrent requests");
            pt: "A conta ultrapassou o limite desta rota, de {requests}.",
                "Aguarde o término de uma requisição a esta rota. O limite é o mesmo em todos os planos.",
                requests = counted(*size, "requisição simultânea", "requisições simultâneas");
            wait: *retry_after_s, 2;
            facts: current_limit = Fact::shown(counted(*size, "concurrent request", "concurrent requests")),
                   limit = "route_concurrent_requests";
        }
    }

    QuotaExceeded = "QUOTA_EXCEEDED", 429, RateLimit, AfterWait, "Quota exceeded" / "Cota excedida" {
        | Self::Limited(LimitHit { limit: Limit::Quota, size, retry_after_s }) => {
            en: "The plan's quota of {requests} for this billing period is used up. A running call counts; its request comes back if it ends without a charge. A credit pack pays for more.",
                "Buy a credit pack, wait for running calls to end or for the next billing period, or choose a larger plan{upgrade}.",
                requests = counted(*size, "request", "requests");
            pt: "A cota de {requests} do plano para este período de cobrança se esgotou. Uma chamada em andamento conta; \
                 a requisição volta se ela terminar sem cobrança. Um pacote de créditos cobre as próximas chamadas.",
                "Compre um pacote de créditos, aguarde o término das chamadas em andamento ou o próximo período de cobrança, ou \
                 escolha um plano maior{upgrade}.",
                requests = counted(*size, "requisição", "requisições");
            // A short wait is that for running calls.
            wait: *retry_after_s, if *retry_after_s > 60 { 60 } else { 2 };
            facts: current_limit = Fact::shown(format_args!("{}/period", counted(*size, "request", "requests"))),
                   limit = "requests_per_period";
        }
    }

    TooManyFailedAttempts = "TOO_MANY_FAILED_ATTEMPTS", 429, RateLimit, AfterWait,
        "Too many failed attempts" / "Excesso de tentativas malsucedidas" {
        | Self::Limited(LimitHit { limit: Limit::FailedAttempts, size, retry_after_s }) => {
            en: "Too many requests from your network had an invalid API key.",
                "Wait {wait}, and check the key before you try again.",
                wait = counted(*retry_after_s.max(&1), "second", "seconds");
            pt: "Muitas requisições da sua rede tinham uma chave de API inválida.",
                "Aguarde {wait} e confira a chave antes de tentar de novo.",
                wait = counted(*retry_after_s.max(&1), "segundo", "segundos");
            wait: *retry_after_s, 0;
            facts: current_limit = Fact::shown(counted(*size, "failed attempt", "failed attempts")),
                   limit = "failed_attempts";
        }
    }

    // Failures.

    InternalError = "INTERNAL_ERROR", 500, Internal, AfterPause, "Internal error" / "Erro interno" {
        Internal => {
            en: "The service failed to process this request.",
                "Try again. If the error persists, contact {support} with the request id. You were not charged.";
            pt: "O serviço não conseguiu processar esta requisição.",
                "Tente de novo. Se o erro persistir, entre em contato com {support} e informe o id da requisição. Nada foi \
                 cobrado.";
        }
    }

    UpstreamError = "UPSTREAM_ERROR", 502, Upstream, AfterPause, "Upstream error" / "Erro em serviço externo" {
        /// A server behind the gateway failed.
        Upstream => {
            en: "A server that this service depends on failed.",
                "Try again. If the error persists, contact {support} with the request id. You were not charged.";
            pt: "Um servidor do qual este serviço depende falhou.",
                "Tente de novo. Se o erro persistir, entre em contato com {support} e informe o id da requisição. Nada foi \
                 cobrado.";
        }
    }

    ServiceUnavailable = "SERVICE_UNAVAILABLE", 503, ServiceUnavailable, AfterWait,
        "Service unavailable" / "Serviço indisponível" {
        // A call whose outcome is unknown may have been charged, so the text does not deny it.
        Unavailable { retry_after_s: u64 } => {
            en: "The service cannot process this request right now.",
                "Wait for the number of seconds in `retry_after`, then try again. The request was charged only if \
                 `billing_info` says so.";
            pt: "O serviço não pode processar esta requisição no momento.",
                "Aguarde o número de segundos em `retry_after` e tente de novo. A requisição só foi cobrada se `billing_info` \
                 indicar.";
            wait: *retry_after_s, 2;
        }
    }

    Timeout = "TIMEOUT", 504, Timeout, AfterPause, "Timeout" / "Tempo esgotado" {
        /// The deadline of the call passed.
        Timeout => {
            en: "The call took too long and was stopped.", "Try again in a moment. You were not charged.";
            pt: "A chamada demorou demais e foi interrompida.", "Tente de novo em instantes. Nada foi cobrado.";
        }
    }

    LoopDetected = "LOOP_DETECTED", 508, Upstream, Never, "Loop detected" / "Ciclo detectado" {
        /// A route leads to a gateway that leads back.
        LoopDetected => {
            en: "This request has passed too many gateways: a route leads back to where it came from.",
                "Contact {support} with the request id. You were not charged.";
            pt: "Esta requisição passou por gateways demais: uma rota leva de volta à origem.",
                "Entre em contato com {support} e informe o id da requisição. Nada foi cobrado.";
        }
    }
}

#[cfg(test)]
mod tests;
