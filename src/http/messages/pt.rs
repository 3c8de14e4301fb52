//! Brazilian Portuguese.

use super::{Text, access_denied, capitalized, counted, join_faults};
use crate::domain::conflict::Conflict;
use crate::domain::contact::ContactLimit;
use crate::domain::language::Language;
use crate::domain::person::NameOf;
use crate::domain::refusal::{Fault, KeyCap, Limit, LimitHit, MediaFault, Refusal};
use crate::http::public_links::PublicLinks;

pub(super) fn message(refusal: &Refusal) -> Text {
    match refusal {
        Refusal::MissingAuth => "Nenhuma chave de API foi enviada".into(),
        Refusal::NotBearer => "O cabeçalho Authorization não usa o esquema `Bearer`".into(),
        // Fixed by the contract in every language.
        Refusal::InvalidApiKey => "Invalid API key provided".into(),
        Refusal::ExpiredApiKey => "Esta chave de API expirou".into(),
        Refusal::RevokedApiKey => "Esta chave de API foi revogada".into(),
        Refusal::DisabledApiKey => "Esta chave de API está desativada".into(),
        Refusal::ConflictingCredentials => "A requisição traz duas chaves de API diferentes".into(),
        Refusal::KeyInQueryString { parameter } => {
            format!("Chaves de API não são aceitas na URL (parâmetro `{parameter}`)").into()
        }
        Refusal::AccessDenied(denied) => access_denied(denied).into(),
        Refusal::InsufficientScope { needed } => {
            format!("Esta chave de API não tem o escopo `{needed}`").into()
        }
        Refusal::BeyondOwnLimits { field } => format!(
            "Esta chave de API não pode criar nem mudar uma chave que `{field}` limite menos que a ela mesma"
        )
        .into(),
        Refusal::PlanWithoutApi { required_plan: Some(plan) } => {
            format!("O acesso à API requer o plano {}", capitalized(plan)).into()
        }
        Refusal::PlanWithoutApi { required_plan: None } => "O plano da conta não inclui acesso à API".into(),
        Refusal::CappedKey => {
            "Esta chave de API tem um teto de créditos; por isso não cria nem amplia outras chaves, nem altera ambientes"
                .into()
        }
        Refusal::RegionNotAllowed => "Esta chave de API não pode ser usada nesta região".into(),
        Refusal::IpNotAllowed => {
            "Esta chave de API não pode ser usada a partir deste endereço de rede".into()
        }
        Refusal::TestKeyNotAllowed => "Uma chave de teste não cria nem muda o que gasta créditos".into(),
        Refusal::AccountSuspended => "A conta está suspensa".into(),
        Refusal::InvalidJson { line, column } => {
            format!("O corpo não é um único objeto JSON válido (linha {line}, coluna {column})").into()
        }
        Refusal::ValidationFailed(faults) => {
            format!("A requisição não é válida: {}", join_faults(faults, Language::Pt)).into()
        }
        Refusal::ProfileUrlNotAccepted { field } => {
            format!("Endereços de perfil não são aceitos (campo `{field}`)").into()
        }
        Refusal::MockDataNotAllowed => "`allow_mock_data` só funciona em ambientes de teste".into(),
        Refusal::BadRequest { .. } => "A requisição está malformada".into(),
        Refusal::EndpointNotFound => "Este endpoint não existe".into(),
        Refusal::NotFound => "Não existe nada com este id".into(),
        Refusal::MethodNotAllowed { .. } => "Este endpoint não aceita este método".into(),
        Refusal::BodyTooLarge { limit_bytes } => {
            format!("O corpo é maior que {}", counted(*limit_bytes, "byte", "bytes")).into()
        }
        Refusal::UnsupportedMediaType(MediaFault::NotJson) => "O corpo não foi declarado como JSON".into(),
        Refusal::UnsupportedMediaType(MediaFault::NotUtf8) => {
            "O corpo foi declarado como JSON em uma codificação diferente de UTF-8".into()
        }
        Refusal::UnsupportedMediaType(MediaFault::Encoded) => {
            "O corpo tem um Content-Encoding, e corpos codificados não são aceitos".into()
        }
        Refusal::Limited(hit) => limited(hit),
        Refusal::InsufficientCredits { needed, available } => {
            format!("Esta chamada custa {}, a conta tem {available}", credits(needed.as_i64())).into()
        }
        Refusal::KeyCapReached { cap, limit, .. } => {
            let period = match cap {
                KeyCap::Daily => "por dia",
                KeyCap::Monthly => "por mês",
            };
            format!("Esta chave de API gastou seu teto de {} {period}", credits(limit.as_i64())).into()
        }
        Refusal::ProfileNotFound => "Ninguém com este nome foi encontrado nesta empresa".into(),
        Refusal::MultipleMatches { total, .. } => format!(
            "{} ser distinguidas",
            counted(*total, "pessoa corresponde e não pode", "pessoas correspondem e não podem")
        )
        .into(),
        Refusal::InsufficientData { unsupported_language: true, .. } => {
            "Os textos desta pessoa estão em um idioma que não é analisado".into()
        }
        Refusal::InsufficientData { words, words_needed, .. } => format!(
            "Uma análise precisa de {} da própria pessoa; há {words}",
            counted(*words_needed, "palavra", "palavras")
        )
        .into(),
        Refusal::ContactExists { .. } => "Já existe um contato com este nome e esta empresa".into(),
        Refusal::ContactLimitReached { limit: ContactLimit::Contacts(most) } => {
            format!("A conta atingiu o limite de {}", counted(*most, "contato", "contatos")).into()
        }
        Refusal::ContactLimitReached { limit: ContactLimit::Bytes(most) } => {
            format!("Os textos dos contatos da conta passariam de {most} bytes").into()
        }
        Refusal::Conflict(conflict) => in_the_way(*conflict).into(),
        Refusal::IdempotencyInProgress { .. } => {
            "Uma chamada com esta Idempotency-Key ainda está sendo atendida".into()
        }
        Refusal::IdempotencyKeyReused => "Esta Idempotency-Key já foi usada com outra requisição".into(),
        Refusal::AnswerNotKept { .. } => "Isto já foi feito, e a resposta não fica guardada".into(),
        Refusal::Internal => "O serviço não conseguiu responder".into(),
        Refusal::Upstream => "Um servidor por trás deste serviço não conseguiu responder".into(),
        Refusal::Unavailable { .. } => "O serviço não pode atender esta chamada agora".into(),
        Refusal::Timeout => "A chamada demorou demais e foi interrompida".into(),
    }
}

fn in_the_way(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::RotationInProgress { .. } => {
            "Esta chave já está em rotação: o segredo antigo ainda funciona"
        }
        Conflict::NotRotating => "Esta chave não está em rotação: ela tem um só segredo",
        Conflict::KeyRevoked => "Esta chave foi revogada, e a revogação não pode ser desfeita",
        Conflict::KeyExpired => "Esta chave expirou; um novo segredo também não funcionaria",
        Conflict::KeyLimitReached => "O ambiente atingiu o limite de chaves",
        Conflict::EnvironmentExists => "A conta já tem um ambiente com este nome",
        Conflict::EnvironmentLimitReached => "A conta atingiu o limite de ambientes",
    }
}

fn limited(hit: &LimitHit) -> Text {
    let size = hit.size;
    match hit.limit {
        Limit::Rate => format!("Mais de {} por segundo", counted(size, "requisição", "requisições")).into(),
        Limit::Concurrency => {
            format!("Mais de {} ao mesmo tempo", counted(size, "requisição", "requisições")).into()
        }
        Limit::Quota => format!(
            "O plano cobre {} por período de cobrança, e esse limite acabou; um pacote de créditos cobre as próximas",
            counted(size, "requisição", "requisições")
        )
        .into(),
        Limit::FailedAttempts => "Tentativas falhas demais a partir deste endereço de rede".into(),
    }
}

pub(super) fn user_action(refusal: &Refusal, links: &PublicLinks) -> Text {
    let support = links.support().unwrap_or("o suporte");
    let at_upgrade = links.upgrade().map(|url| format!(" em {url}")).unwrap_or_default();
    match refusal {
        Refusal::NotBearer => {
            "Escreva o esquema antes da chave: `Authorization: Bearer SUA_CHAVE`.".into()
        }
        Refusal::MissingAuth => {
            "Envie sua chave no cabeçalho `X-API-Key: SUA_CHAVE` ou `Authorization: Bearer SUA_CHAVE`.".into()
        }
        Refusal::InvalidApiKey => {
            "Confira se a sua chave de API está correta e ativa: copiada inteira, sem espaços.".into()
        }
        Refusal::ExpiredApiKey | Refusal::RevokedApiKey => {
            "Crie uma nova chave, ou peça uma a um administrador da conta, e coloque-a onde seu programa guarda esta.".into()
        }
        Refusal::DisabledApiKey => "Peça a um administrador da conta que ative a chave, ou use outra.".into(),
        Refusal::ConflictingCredentials => {
            "Envie uma só chave, uma só vez: mantenha o cabeçalho X-API-Key ou o Authorization.".into()
        }
        Refusal::KeyInQueryString { .. } => {
            "Passe a chave para o cabeçalho X-API-Key e troque-a: endereços ficam em logs e históricos.".into()
        }
        Refusal::AccessDenied(_) | Refusal::PlanWithoutApi { .. } => {
            format!("Escolha um plano com acesso{at_upgrade}.").into()
        }
        Refusal::InsufficientScope { needed } => {
            format!("Use uma chave com o escopo `{needed}`, ou peça a um administrador que crie uma.").into()
        }
        Refusal::BeyondOwnLimits { field } => {
            format!("Limite `{field}` ao menos como GET /v1/keys mostra na sua chave, ou peça a um administrador.").into()
        }
        Refusal::CappedKey => "Use uma chave sem `daily_cap` e `monthly_cap`, ou fale com um administrador.".into(),
        Refusal::RegionNotAllowed => "Chame de uma região permitida, ou use uma chave sem lista de regiões.".into(),
        Refusal::IpNotAllowed => "Chame de um endereço permitido, ou inclua este na lista da chave.".into(),
        Refusal::TestKeyNotAllowed => "Use uma chave de um ambiente live.".into(),
        Refusal::AccountSuspended => format!("Escreva para {support} para reativar a conta.").into(),
        Refusal::InvalidJson { .. } => {
            "Envie um objeto JSON em UTF-8, com no máximo 64 níveis, sem nada depois dele.".into()
        }
        Refusal::ValidationFailed(_) => "Corrija os campos listados em `fields` e envie de novo.".into(),
        Refusal::ProfileUrlNotAccepted { .. } => {
            "Identifique a pessoa por primeiro nome, último nome e empresa, sem nenhum endereço.".into()
        }
        Refusal::MockDataNotAllowed => "Omita `allow_mock_data`, ou use uma chave de um ambiente de teste.".into(),
        Refusal::BadRequest { reason } => format!("Corrija a requisição e envie de novo: {reason}.").into(),
        Refusal::EndpointNotFound => match links.docs() {
            Some(docs) => format!("Confira a grafia, as maiúsculas e a barra final; veja {docs}.").into(),
            None => "Confira a grafia, as maiúsculas e a barra final.".into(),
        },
        Refusal::NotFound => "Confira o id; ele deve pertencer à sua própria conta.".into(),
        Refusal::MethodNotAllowed { .. } => "Use um dos métodos do cabeçalho Allow.".into(),
        Refusal::BodyTooLarge { .. } => "Envie um corpo menor.".into(),
        Refusal::UnsupportedMediaType(_) => {
            "Envie o corpo como JSON em UTF-8, com o cabeçalho `Content-Type: application/json` e sem Content-Encoding.".into()
        }
        Refusal::Limited(hit) => retry(hit, &at_upgrade),
        Refusal::InsufficientCredits { .. } => format!("Compre mais créditos ou mude para um plano maior{at_upgrade}.").into(),
        Refusal::KeyCapReached { .. } => {
            "Aumente o teto da chave, use outra chave, ou espere até o horário em `resets_at`.".into()
        }
        Refusal::ProfileNotFound => {
            "Confira a grafia, tente o nome completo da empresa, ou inclua a pessoa nos seus contatos.".into()
        }
        Refusal::MultipleMatches { .. } => {
            "Informe o nome completo da pessoa e da empresa, ou inclua a pessoa certa nos seus contatos.".into()
        }
        Refusal::InsufficientData { .. } => {
            "Inclua mais textos desta pessoa nos seus contatos, em português ou inglês; a chamada não foi cobrada."
                .into()
        }
        Refusal::ContactExists { .. } => {
            "Altere o contato com o id em `contact_id`, ou dê a este o nome completo.".into()
        }
        Refusal::ContactLimitReached { .. } => {
            format!("Apague contatos de que não precisa mais, ou escreva para {support}.").into()
        }
        Refusal::Conflict(conflict) => out_of_the_way(*conflict).into(),
        Refusal::IdempotencyInProgress { .. } => {
            "Espere o tempo em `retry_after` e envie a mesma requisição para receber a resposta.".into()
        }
        Refusal::AnswerNotKept { location } => format!(
            "Encontre o que foi criado ou alterado em {location}. O segredo de uma chave só aparece uma vez: faça a rotação da chave para obter outro."
        )
        .into(),
        Refusal::IdempotencyKeyReused => "Use uma nova Idempotency-Key para cada requisição diferente.".into(),
        Refusal::Internal | Refusal::Upstream => {
            format!("Tente de novo; se repetir, escreva para {support} com o id da requisição. Nada foi cobrado.").into()
        }
        Refusal::Unavailable { .. } => "Tente de novo após o tempo em `retry_after`. Nada foi cobrado.".into(),
        Refusal::Timeout => "Tente de novo em instantes. Nada foi cobrado.".into(),
    }
}

fn out_of_the_way(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::RotationInProgress { .. } => {
            "Espere o tempo em `retry_after`, ou encerre já o segredo antigo com POST /v1/keys/{id}/end-overlap."
        }
        Conflict::NotRotating => "Não há o que encerrar; GET /v1/keys/{id} lista os segredos de uma chave.",
        Conflict::KeyRevoked | Conflict::KeyExpired => "Crie uma nova chave.",
        Conflict::KeyLimitReached => {
            "Revogue uma chave sem uso, ou escolha um plano que permita mais; GET /v1/environments mostra o limite."
        }
        Conflict::EnvironmentExists => "Use esse ambiente, ou escolha outro nome.",
        Conflict::EnvironmentLimitReached => "Use um dos ambientes que já existem.",
    }
}

fn retry(hit: &LimitHit, at_upgrade: &str) -> Text {
    let wait = hit.retry_after_s.max(1);
    match hit.limit {
        Limit::Rate => {
            format!("Espere {wait} s e envie mais devagar, ou escolha um plano maior{at_upgrade}.").into()
        }
        Limit::Concurrency => {
            format!("Espere as respostas das requisições abertas, ou escolha um plano maior{at_upgrade}.")
                .into()
        }
        Limit::Quota => {
            format!(
                "Compre um pacote de créditos, que cobre chamadas além das requisições do plano, espere o próximo período \
                 de cobrança ou escolha um plano maior{at_upgrade}."
            )
            .into()
        }
        Limit::FailedAttempts => format!("Espere {wait} s e confira a chave antes de tentar de novo.").into(),
    }
}

pub(super) fn fault(fault: Fault) -> String {
    match fault {
        Fault::Missing => "é obrigatório".to_owned(),
        Fault::Unknown => "não é um campo desta requisição".to_owned(),
        Fault::Repeated => "aparece mais de uma vez".to_owned(),
        Fault::Contradicts => "tem valor diferente do mesmo campo sob o outro nome".to_owned(),
        Fault::NotText => "deve ser texto".to_owned(),
        Fault::NotBoolean => "deve ser true ou false".to_owned(),
        Fault::Empty => "não pode ser vazio".to_owned(),
        Fault::TooLong { max_chars } => {
            format!("não pode ter mais de {}", counted(max_chars, "caractere", "caracteres"))
        }
        Fault::ControlCharacter => "não pode conter caracteres de controle".to_owned(),
        Fault::NoName(NameOf::Person) => "deve ter ao menos uma letra".to_owned(),
        Fault::NoName(NameOf::Company) => "deve ter ao menos uma letra ou um dígito".to_owned(),
        Fault::Parameter => "é um parâmetro de consulta, e esta requisição não aceita nenhum".to_owned(),
        Fault::NotOneOf(values) => format!("deve ser um de: {}", values.join(", ")),
        Fault::NotList => "deve ser uma lista".to_owned(),
        Fault::NotObject => "deve ser um objeto".to_owned(),
        Fault::TooMany { max_items } => {
            format!("não pode ter mais de {}", counted(max_items, "item", "itens"))
        }
        Fault::NotAddress => "deve ter a forma nome@example.com".to_owned(),
        Fault::NotDate => {
            "deve ser uma data como 2026-01-31 ou um instante como 2026-01-31T12:00:00Z".to_owned()
        }
        Fault::NotInstant => "deve ser um instante como 2026-01-31T12:00:00Z".to_owned(),
        Fault::NotSomeOf(values) => {
            format!("deve ser um ou mais de {}, separados por vírgulas", values.join(", "))
        }
        Fault::OutOfRange { least, most } => format!("deve estar entre {least} e {most}"),
        Fault::NotADay => "deve ser um dia como 2026-01-31".to_owned(),
        Fault::DaysOutOfRange { most } => format!("não pode ser posterior a `to`; no máximo {most} dias"),
        Fault::NotACursor => "deve ser o `next_cursor` de uma resposta à mesma requisição".to_owned(),
        Fault::NotWhole { least, most } => format!("deve ser um número inteiro de {least} a {most}"),
        Fault::InPast => "está no passado".to_owned(),
        Fault::NotARegion => "deve conter regiões de letras minúsculas, dígitos e `-`".to_owned(),
        Fault::NotANetwork => {
            "deve conter endereços ou redes como 203.0.113.0/24, sem bits depois da máscara".to_owned()
        }
        Fault::NotThere => "não nomeia nada que a conta tenha".to_owned(),
        Fault::OtherMode => "diz outro modo que não o do ambiente".to_owned(),
    }
}

fn credits(amount: i64) -> String {
    counted(amount, "crédito", "créditos")
}
