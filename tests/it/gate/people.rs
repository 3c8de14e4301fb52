//! Request bodies: people of the sample, and an unknown person.

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

/// An unknown person.
pub(crate) fn nobody() -> Value {
    asked("Ninguém", "Desconhecido", "Empresa Nenhuma")
}

/// The same under the English names of the fields.
pub(crate) fn unknown_person() -> Value {
    json!({ "first_name": "Nobody", "last_name": "Known", "company": "Nowhere" })
}

/// One person with too little text.
pub(crate) fn brandon() -> Value {
    asked("Brandon", "Whitlatch", "Tallow Creek Foods")
}
