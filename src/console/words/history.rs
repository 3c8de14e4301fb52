//! Acts of the audit log, and kinds of e-mails.

use crate::domain::audit::Action;
use crate::domain::language::Language;

impl super::Words {
    /// What was done, behind the name of who did it.
    pub(crate) const fn verb(self, action: Action) -> &'static str {
        let (en, pt) = match action {
            Action::AccountCreated => ("created the account", "criou a conta"),
            Action::AccountSuspended => ("suspended the account", "suspendeu a conta"),
            Action::AccountResumed => ("resumed the account", "reativou a conta"),
            Action::AccountMoved => ("moved the account to another plan", "mudou o plano da conta"),
            Action::AccountChanged => {
                ("changed the account's name or address", "alterou o nome ou o endereço da conta")
            }
            Action::AlertsChanged => ("chose other alerts", "escolheu outros alertas"),
            Action::AccountClosed => ("closed the account", "encerrou a conta"),
            Action::EnvironmentCreated => ("created the environment", "criou o ambiente"),
            Action::EnvironmentChanged => ("changed the environment", "alterou o ambiente"),
            Action::KeyCreated => ("created the key", "criou a chave"),
            Action::KeyImported => ("imported the key", "importou a chave"),
            Action::KeyChanged => ("changed the key", "alterou a chave"),
            Action::KeyDisabled => ("disabled the key", "desativou a chave"),
            Action::KeyEnabled => ("enabled the key", "reativou a chave"),
            Action::KeyRevoked => ("revoked the key", "revogou a chave"),
            Action::KeyOnLeakChanged => (
                "changed what a report of a leak does to the key",
                "alterou o que uma denúncia de vazamento faz com a chave",
            ),
            Action::KeyExposed => ("reported a leak of the key", "denunciou o vazamento da chave"),
            Action::KeyRotated => ("replaced the secret of", "trocou o segredo de"),
            Action::KeyRotationCancelled => ("cancelled the rotation of", "cancelou a troca do segredo de"),
            Action::KeyOverlapEnded => ("ended the old secret of", "encerrou o segredo antigo de"),
            Action::MemberAdded => ("invited", "convidou"),
            Action::MemberChanged => ("changed the role or state of", "alterou a função ou o acesso de"),
            Action::MemberAccepted => ("joined the account", "entrou na conta"),
            Action::MemberInvitedAgain => ("invited again", "convidou de novo"),
            Action::MemberVouched => ("vouched for", "confirmou a identidade de"),
            Action::MemberFactorReset => {
                ("began to end the second factor of", "iniciou o fim do segundo fator de")
            }
            Action::CreditsGranted => ("granted credits", "concedeu créditos"),
            Action::CreditsTaken => ("took credits back", "retirou créditos"),
            Action::DirectorySourceRemoved => ("removed a source of people", "removeu uma fonte de pessoas"),
            Action::CatalogueApplied => ("put other plans in force", "pôs outros planos em vigor"),
            Action::RoutesApplied => ("put other routes in force", "pôs outras rotas em vigor"),
            Action::PepperAdded => ("began to use a new pepper", "passou a usar um novo pepper"),
            Action::PepperRetired => ("retired a pepper", "aposentou um pepper"),
            Action::OperatorAdded => ("added an operator", "adicionou um operador"),
            Action::OperatorRemoved => ("removed an operator", "removeu um operador"),
            Action::OperatorChanged => ("changed the role of an operator", "alterou a função de um operador"),
            Action::OperatorReset => {
                ("reset an operator’s second factor", "redefiniu o segundo fator de um operador")
            }
            Action::OperatorLinked => {
                ("made a log-in link for an operator", "criou um link de acesso para um operador")
            }
            Action::OperatorLoggedIn => ("logged in", "entrou no console"),
            Action::EmailRetried => ("sent an e-mail again", "reenviou um e-mail"),
            Action::PlanMoveBegun => {
                ("began to move all accounts of a plan", "começou a mudar todas as contas de um plano")
            }
            Action::PlanMoveStopped => {
                ("stopped moving the accounts of a plan", "interrompeu a mudança das contas de um plano")
            }
        };
        match self.0 {
            Language::En => en,
            Language::Pt => pt,
        }
    }

    /// What an e-mail is about. A kind without a word shows its own name.
    pub(crate) fn kind_of_email(self, kind: &str) -> &str {
        let (en, pt) = match kind {
            "alert" => ("alert", "alerta"),
            "alert_test" => ("test of the alerts", "teste dos alertas"),
            "email_changed" => ("address changed", "endereço alterado"),
            "factor_changed" => ("second factor changed", "segundo fator alterado"),
            "factor_reset" => ("end of the second factor", "fim do segundo fator"),
            "invitation" => ("invitation", "convite"),
            "new_browser" => ("new browser", "novo navegador"),
            "new_email" => ("new address", "novo endereço"),
            "password_changed" => ("password changed", "senha alterada"),
            "reset" => ("new password", "nova senha"),
            "sign_up" => ("sign-up", "cadastro"),
            "vouch" => ("request to vouch", "pedido de confirmação"),
            "vouched" => ("vouched for", "identidade confirmada"),
            _ => (kind, kind),
        };
        match self.0 {
            Language::En => en,
            Language::Pt => pt,
        }
    }
}
