//! The audit log and the settings of the account.

use super::{counted, sentences, words};

words! {
    nav_audit: "Audit log" / "Registro de auditoria";
    nav_settings: "Settings" / "Configurações";
    audit_log: "Audit log" / "Registro de auditoria";
    audit_lead: "Who changed what, the operator included. Entries are never changed or removed."
        / "Quem alterou o quê, inclusive o operador. Nenhum registro é alterado ou removido.";
    no_changes: "No changes match the filter." / "Nenhuma alteração corresponde ao filtro.";
    before_after: "Before → after" / "Antes → depois";
    origin: "From" / "Origem";
    command_line: "command line" / "linha de comando";
    about_what: "About" / "Sobre";
    about_all: "About everything" / "Sobre tudo";
    by_whom: "By" / "Por";
    by_all: "By everyone" / "Por todos";
    subject_account: "Account" / "Conta";
    subject_keys: "Keys" / "Chaves";
    subject_environments: "Environments" / "Ambientes";
    subject_members: "Members" / "Pessoas";
    subject_credits: "Credits" / "Créditos";
    actor_members: "Members" / "Pessoas";
    actor_keys: "Keys" / "Chaves";
    contact_address: "Contact address" / "E-mail de contato";
    role_word: "Role" / "Função";
    edition: "Edition" / "Edição";
    secret_version: "Version of the secret" / "Versão do segredo";
    old_secret_until: "Old secret works until" / "Segredo antigo funciona até";
    reference: "Reference" / "Referência";
    source_word: "Source" / "Fonte";
    keys_revoked: "Keys revoked" / "Chaves revogadas";
    leak_action: "The report" / "A denúncia";
    found_at: "Found at" / "Encontrado em";
    on_leak_word: "A report of a leak" / "Uma denúncia de vazamento";
    as_service_says: "as set for all keys" / "como definido para todas as chaves";
    second_factor_ends: "Second factor ends" / "Fim do segundo fator";
    a_fifth_of_credits: "a fifth of the valid credits" / "um quinto dos créditos válidos";
    set_number: "Number" / "Número";
    people_word: "People" / "Pessoas";
    accounts_word: "Accounts" / "Contas";
    digests_forgotten: "Hashes of secrets deleted" / "Hashes de segredos apagados";
    no_limit_word: "none" / "nenhum";
    any_word: "any" / "qualquer";
    settings: "Settings" / "Configurações";
    account_id: "Account id" / "Id da conta";
    since: "Since" / "Desde";
    change_settings: "Change name or address" / "Alterar nome ou e-mail";
    only_for_you: "Only for you" / "Somente para você";
    settings_name_hint: "What the account is called on these pages and in e-mails." / "Como a conta se chama nestas páginas e nos e-mails.";
    contact_hint: "The operator writes to this address about the account. It is not used to log in."
        / "Para onde o operador escreve sobre a conta. Não serve para entrar.";
    close_account: "Close the account" / "Encerrar a conta";
    close_lead: "All keys are revoked at once, on every gateway. Nothing in the account can be made or changed again, and it cannot be reopened."
        / "Todas as chaves são revogadas imediatamente, em todos os gateways. Não será mais possível criar chaves nem alterar nada na conta, e ela não pode ser reaberta.";
    close_keeps: "You can still log in, and read the statement, the receipts and the audit log."
        / "Você continua podendo entrar e consultar o extrato, os recibos e o registro de auditoria.";
    type_credits_left: "Type the number of credits that are left." / "Digite quantos créditos ainda restam.";
    not_credits_left: "This is not the number of credits that are left. Calls may have changed it."
        / "Este não é o número de créditos que restam. Talvez alguma chamada o tenha alterado.";
}

sentences! {
    words:
    fn close_credits(left: i64) {
        let verb = if left == 1 { "is" } else { "are" };
        format!("{} {verb} left and will be lost.", counted(words, left, "credit", "credits"))
    } {
        let (verb, rest) = if left == 1 { ("Resta", "que será perdido") } else { ("Restam", "que serão perdidos") };
        format!("{verb} {}, {rest}.", counted(words, left, "crédito", "créditos"))
    }
}

impl super::Words {
    /// A value of the API in words: a state, a role, a mode. `None`: it is no such word.
    pub(crate) fn state_of(self, value: &str) -> Option<&'static str> {
        let (en, pt) = match value {
            "active" => ("active", "ativo"),
            "disabled" => ("disabled", "desativado"),
            "revoked" => ("revoked", "revogado"),
            "suspended" => ("suspended", "suspenso"),
            "invited" => ("invited", "convidado"),
            "admin" => ("admin", "administrador"),
            "member" => ("member", "membro"),
            "live" => ("live", "produção"),
            "test" => ("test", "teste"),
            "read" => ("read", "ler"),
            "invoke" => ("call", "chamar"),
            "manage" => ("manage", "gerenciar"),
            "plan" => ("plan", "plano"),
            "pack" => ("pack", "pacote"),
            "grant" => ("grant", "cortesia"),
            "support" => ("support", "suporte"),
            "viewer" => ("viewer", "leitor"),
            "prefixed_live" => ("prefixed, live", "prefixed, produção"),
            "prefixed_test" => ("prefixed, test", "prefixed, teste"),
            "github" => ("GitHub", "GitHub"),
            "report" => ("report of a leak", "denúncia de vazamento"),
            "revoke" => ("revokes the key", "revoga a chave"),
            "disable" => ("disables the key", "desativa a chave"),
            "notify" => ("only sends an e-mail", "apenas envia um e-mail"),
            "secret_ended" => ("ended the old secret", "encerrou o segredo antigo"),
            "notified" => ("only sent an e-mail", "apenas enviou um e-mail"),
            "none" => ("changed nothing: the secret had ended", "não mudou nada: o segredo já havia acabado"),
            _ => return None,
        };
        Some(match self.0 {
            crate::domain::language::Language::En => en,
            crate::domain::language::Language::Pt => pt,
        })
    }
}
