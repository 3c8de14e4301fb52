//! The e-mail about a leaked key.

use super::message::Message;
use crate::domain::key::leak::LeakAction;
use crate::domain::language::Language;

/// What the e-mail says.
#[derive(Clone, Debug)]
pub struct Exposed<'e> {
    /// The name of the key.
    pub name: &'e str,
    /// Its prefix and last four characters.
    pub key: &'e str,
    /// Where it was found, as the reporter says. Empty if they did not.
    pub url: &'e str,
    pub action: LeakAction,
    /// The page of the key.
    pub link: Option<String>,
}

/// Returns the message to one reader.
pub fn message(to: String, language: Language, exposed: &Exposed<'_>) -> Message {
    let Exposed { name, key, url, action, link } = exposed;
    let words = match language {
        Language::En => &EN,
        Language::Pt => &PT,
    };
    let mut paragraphs = vec![
        format!("{} “{name}” ({key}).", words.found),
        match action {
            LeakAction::Revoked => words.revoked,
            LeakAction::Disabled => words.disabled,
            LeakAction::SecretEnded => words.secret_ended,
            LeakAction::Notified => words.notified,
            LeakAction::None => words.was_dead,
        }
        .to_owned(),
    ];
    if !url.is_empty() {
        paragraphs.push(format!("{}\n{url}", words.place));
    }
    paragraphs.push(words.advice.to_owned());
    Message {
        to,
        language: language.tag().to_owned(),
        subject: words.subject.to_owned(),
        paragraphs,
        button: link.clone().map(|link| (words.open.to_owned(), link)),
        reason: words.reason.to_owned(),
    }
}

struct Words {
    subject: &'static str,
    found: &'static str,
    revoked: &'static str,
    disabled: &'static str,
    secret_ended: &'static str,
    notified: &'static str,
    was_dead: &'static str,
    place: &'static str,
    advice: &'static str,
    open: &'static str,
    reason: &'static str,
}

const EN: Words = Words {
    subject: "An API key of your account has leaked",
    found: "This API key was found where others could read it:",
    revoked: "The key is revoked: every call with it is refused. Create a new key and put it into your application.",
    disabled: "The key is disabled: every call with it is refused. Rotate it, then enable it.",
    secret_ended: "You had already replaced this secret. It is now invalid; the key's new secret works.",
    notified: "The key still works. Rotate it now.",
    was_dead: "The key was already inactive. Nothing was changed.",
    place: "The reporter gave this address. It is not checked; open it with care:",
    advice: "Remove the key from that place, and check the usage of the account.",
    open: "Open the key",
    reason: "You receive this e-mail because you look after the API keys of an account.",
};

const PT: Words = Words {
    subject: "Uma chave de API da sua conta vazou",
    found: "Esta chave de API foi encontrada em um lugar acessível a terceiros:",
    revoked: "A chave foi revogada: toda chamada com ela é recusada. Crie uma nova chave e coloque-a na sua aplicação.",
    disabled: "A chave foi desativada: toda chamada com ela é recusada. Troque o segredo e depois reative a chave.",
    secret_ended: "Você já havia substituído este segredo. Ele foi encerrado agora; o novo segredo da chave funciona.",
    notified: "A chave ainda funciona. Troque o segredo agora.",
    was_dead: "A chave já estava encerrada. Nada foi alterado.",
    place: "Quem denunciou informou este endereço, que não foi verificado. Abra com cuidado:",
    advice: "Remova a chave desse lugar e confira o consumo da conta.",
    open: "Abrir a chave",
    reason: "Você recebe esta mensagem porque cuida das chaves de API de uma conta.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_says_what_became_of_the_key_in_the_language_of_its_reader() {
        let exposed = Exposed {
            name: "Website",
            key: "acme_live_…x9Zq",
            url: "https://gist.example/1",
            action: LeakAction::Revoked,
            link: Some("https://api.acme.test/console/a/keys/k".to_owned()),
        };
        let english = message("ana@acme.test".to_owned(), Language::En, &exposed);
        assert!(english.text().contains("“Website” (acme_live_…x9Zq)"), "{}", english.text());
        assert!(english.text().contains("revoked") && english.text().contains("https://gist.example/1"));
        let notified = Exposed { action: LeakAction::Notified, url: "", link: None, ..exposed };
        let portuguese = message("ana@acme.test".to_owned(), Language::Pt, &notified);
        assert!(portuguese.text().contains("A chave ainda funciona"), "{}", portuguese.text());
        assert!(!portuguese.text().contains("endereço") && portuguese.button.is_none());
    }
}
