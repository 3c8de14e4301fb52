//! Whom the tests ask about: people of the sample, and one whom nobody knows.

use serde_json::{Value, json};

fn asked(first: &str, last: &str, company: &str) -> Value {
    json!({ "primeiro_nome": first, "ultimo_nome": last, "empresa": company })
}

/// One person with many texts.
pub(crate) fn marina() -> Value {
    asked("Marina", "Duarte Prado", "Horizonte Sistemas")
}

/// Two people who share name and company.
pub(crate) fn luiz() -> Value {
    asked("Luiz Fernando", "Barros Quintela", "Altavela Distribuidora")
}

/// Nobody.
pub(crate) fn nobody() -> Value {
    asked("Ninguém", "Desconhecido", "Empresa Nenhuma")
}

/// One person with too little text.
pub(crate) fn brandon() -> Value {
    asked("Brandon", "Whitlatch", "Tallow Creek Foods")
}
