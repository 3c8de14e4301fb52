//! The bodies of keys and environments.

use serde_json::{Value, json};

use super::{Field, RequestBody, or_null, short_text};
use crate::domain::account::DEFAULT_ENVIRONMENT;
use crate::domain::amount::Amount;
use crate::domain::key::rotation::Overlap;
use crate::domain::key::{FormatChoice, Mode, Scope};
use crate::domain::origin::{MAX_NETWORKS, MAX_REGIONS};
use crate::domain::text::{EnvironmentName, Name};
use crate::http::key_request::{MAX_KEYS, STATES};

/// What a key may do.
fn terms() -> Vec<Field> {
    let list =
        |items: Value, most: usize| json!({ "type": ["array", "null"], "items": items, "maxItems": most });
    let cap = || json!({ "type": ["integer", "null"], "minimum": 1, "maximum": Amount::MAX });
    vec![
        Field::new(
            "name",
            short_text(Name::MAX_CHARS),
            ["What the key is called in lists.", "O nome da chave nas listas."],
        ),
        Field::new(
            "scopes",
            json!({ "type": "array", "minItems": 1, "items": { "enum": Scope::ALL } }),
            [
                "`read` the account, `invoke` paid calls, `manage` keys. Default of a new key: `read` and `invoke`.",
                "`read`: consultar a conta; `invoke`: fazer chamadas pagas; `manage`: gerenciar chaves. Padrão de uma nova \
                 chave: `read` e `invoke`.",
            ],
        ),
        Field::new(
            "expires_at",
            json!({ "type": ["string", "null"], "format": "date-time" }),
            ["The end of the key. `null`: none.", "O fim da validade da chave. `null`: sem fim."],
        ),
        Field::new(
            "daily_cap",
            cap(),
            [
                "Most credits a UTC day. `null`: no cap.",
                "Máximo de créditos por dia (UTC). `null`: sem teto.",
            ],
        ),
        Field::new(
            "monthly_cap",
            cap(),
            [
                "Most credits a UTC calendar month. `null`: no cap.",
                "Máximo de créditos por mês civil (UTC). `null`: sem teto.",
            ],
        ),
        Field::new(
            "allowed_networks",
            list(json!({ "type": "string" }), MAX_NETWORKS),
            [
                "Addresses and networks from which the key may be used. `null`: from everywhere.",
                "Endereços e redes a partir dos quais a chave pode ser usada. `null`: de qualquer lugar.",
            ],
        ),
        Field::new(
            "regions",
            list(json!({ "type": "string", "pattern": "^[a-z0-9-]{1,32}$" }), MAX_REGIONS),
            [
                "Regions whose gateways serve the key. `null`: all.",
                "Regiões cujos gateways atendem a chave. `null`: todas.",
            ],
        ),
    ]
}

pub(in crate::openapi) fn new_key() -> RequestBody {
    let mut fields = terms();
    for field in &mut fields {
        match field.name {
            "name" => field.is_required = true,
            "scopes" => field.schema = or_null(field.schema.clone()),
            _ => {}
        }
    }
    let formats: Vec<Value> =
        FormatChoice::NAMES.iter().map(|name| json!(name)).chain([Value::Null]).collect();
    fields.extend([
        Field::new(
            "environment",
            json!({ "type": ["string", "null"], "default": DEFAULT_ENVIRONMENT }),
            ["The environment of the key, by name.", "O ambiente da chave, pelo nome."],
        ),
        Field::new(
            "format",
            json!({ "enum": formats, "default": FormatChoice::PREFIXED }),
            ["What the secret looks like.", "O formato do segredo."],
        ),
    ]);
    RequestBody::new(fields, r#"{"name": "backend", "scopes": ["read", "invoke"], "daily_cap": 1000}"#)
}

pub(in crate::openapi) fn key_change() -> RequestBody {
    let mut fields = terms();
    fields.push(Field::new(
        "state",
        json!({ "enum": STATES }),
        ["Whether the key may be used.", "Se a chave pode ser usada."],
    ));
    RequestBody::new(fields, r#"{"name": "backend-2", "daily_cap": null}"#)
}

pub(in crate::openapi) fn rotation() -> RequestBody {
    let seconds = json!({
        "type": ["integer", "null"], "minimum": 0, "maximum": Overlap::MAX_S,
        "default": Overlap::DEFAULT.span().num_seconds(),
    });
    let about = [
        "Seconds for which the old secret still works. 0 ends it at once. `null`: the default.",
        "Segundos durante os quais o segredo antigo ainda funciona. 0 o encerra na hora. `null`: o padrão.",
    ];
    let fields = vec![Field::new("overlap_seconds", seconds, about)];
    RequestBody::new(fields, r#"{"overlap_seconds": 3600}"#).optional()
}

/// A body that may be missing and says nothing.
pub(in crate::openapi) fn empty() -> RequestBody {
    RequestBody::new(Vec::new(), "{}").optional()
}

pub(in crate::openapi) fn new_environment() -> RequestBody {
    let name = Field::new(
        "name",
        short_text(EnvironmentName::MAX_CHARS),
        ["Its name, with which keys refer to it.", "O nome, com o qual as chaves se referem a ele."],
    );
    let mode = Field::new(
        "mode",
        json!({ "enum": Mode::ALL }),
        [
            "`live`, or `test`: sample people, and no credits.",
            "`live` (produção) ou `test`: pessoas fictícias e nenhum crédito.",
        ],
    );
    RequestBody::new(vec![name.required(), mode.required()], r#"{"name": "staging", "mode": "test"}"#)
}

pub(in crate::openapi) fn key_cap() -> RequestBody {
    let cap = Field::new(
        "key_cap",
        json!({ "type": ["integer", "null"], "minimum": 1, "maximum": MAX_KEYS }),
        [
            "Most keys of the environment. `null`: as many as the plan allows.",
            "Máximo de chaves do ambiente. `null`: tantas quanto o plano permite.",
        ],
    );
    RequestBody::new(vec![cap.required()], r#"{"key_cap": 1}"#)
}
