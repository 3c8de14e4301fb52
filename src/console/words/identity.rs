//! Logging in and out.

use super::{sentences, words};

words! {
    log_in: "Log in" / "Entrar";
    email: "E-mail address" / "Endereço de e-mail";
    password: "Password" / "Senha";
    log_in_failed: "The address or the password is wrong." / "O endereço ou a senha está incorreto.";
    wait_for_reset: "Too many attempts from unknown browsers. Log in from a browser that you have used before, or set a new password."
        / "Muitas tentativas a partir de navegadores desconhecidos. Entre por um navegador que você já usou ou crie uma nova senha.";
    logged_out_meanwhile: "You were logged out, and nothing was changed. Log in: what you typed is kept."
        / "Sua sessão terminou e nada foi alterado. Entre: o que você digitou foi guardado.";
    given_back: "Nothing was changed yet. Look over what you typed, and send it again."
        / "Nada foi alterado ainda. Confira o que você digitou e envie de novo.";
    outdated_form: "This form was open for a long time, or you have logged in or confirmed your password in another window since. Nothing was changed yet. Look over what you typed, and send it again."
        / "Este formulário ficou aberto por muito tempo, ou você entrou ou confirmou a senha em outra janela. Nada foi alterado ainda. Confira o que você digitou e envie de novo.";
    logged_out: "You are logged out." / "Você saiu.";
    link_hint: "No password yet? “Forgot your password?” sends you a link to set one."
        / "Ainda sem senha? Em “Esqueceu a senha?” você recebe um link para criar uma.";
    link_title: "Log in with a link" / "Entrar com um link";
    link_log_in: "Log in to the console" / "Entrar no console";
    link_once: "The link works once and for ten minutes. Nothing happens until you press the button."
        / "O link funciona uma vez e por dez minutos. Nada acontece até você apertar o botão.";
    link_unknown_title: "The link does not work" / "O link não funciona";
    link_unknown: "The link is incomplete, or is not one of ours." / "O link está incompleto ou não é nosso.";
    link_used: "It has already been used. Each link works once." / "Já foi usado. Cada link funciona uma única vez.";
    link_expired: "It has expired, was withdrawn, or was replaced by a newer one."
        / "O prazo terminou, ou ele foi cancelado ou substituído por um mais recente.";
    ask_for_new_link: "Ask for a new one." / "Peça um novo.";
    ask_for_log_in_link: "Log in with your password, or ask an admin of your account or the support of this service for a new link."
        / "Entre com sua senha ou peça um novo link a um administrador da conta ou ao suporte deste serviço.";
    account_exists: "You already have an account: log in." / "Você já tem uma conta: entre.";
    confirm_title: "Confirm that it is you" / "Confirme que é você";
    confirm_why: "Changes of keys, people and passwords need a recent proof that it is you. Reading never does."
        / "Alterações de chaves, pessoas e senhas exigem uma confirmação recente de que é você. Consultar nunca exige.";
    confirm_button: "Confirm" / "Confirmar";
    set_password: "Set a password" / "Definir a senha";
    change_password: "Change the password" / "Alterar a senha";
    is_set: "Set" / "Definida";
    is_not_set: "Not set: you log in with a link" / "Não definida: você entra com um link";
    accounts_title: "Your accounts" / "Suas contas";
    no_account: "You are not a member of any account. Ask an admin to invite you."
        / "Você não participa de nenhuma conta. Peça um convite a um administrador.";
    new_password: "New password" / "Nova senha";
    password_saved: "The password is set. All other sessions have ended."
        / "A senha foi definida. Todas as outras sessões foram encerradas.";
    password_rule_more: "A sentence of your own is best. It needs no digits or capitals, and you may paste it."
        / "O melhor é uma frase sua. Não precisa de números nem de maiúsculas, e você pode colar.";
    password_pattern: "This follows a pattern that is easy to guess." / "Isto segue um padrão fácil de adivinhar.";
    password_common: "This is mostly words that attackers try first: common ones, your name or your address."
        / "Isto contém quase só palavras que um invasor tenta primeiro: comuns, seu nome ou seu endereço.";
    password_too_long: "This is longer than 256 characters." / "Isto tem mais de 256 caracteres.";
    password_wrong: "This is not your current password." / "Esta não é a sua senha atual.";
    sessions: "Sessions" / "Sessões";
    this_session: "this one" / "esta";
    session_browser: "Browser" / "Navegador";
    session_address: "From" / "Origem";
    session_seen: "Last seen" / "Último acesso";
    end_session: "End" / "Encerrar";
    end_other_sessions: "End all other sessions" / "Encerrar todas as outras sessões";
    language: "Language" / "Idioma";
    theme: "Theme" / "Tema";
    as_browser: "Same as browser" / "Igual ao navegador";
    theme_light: "Light" / "Claro";
    theme_dark: "Dark" / "Escuro";
    saved: "Saved." / "Salvo.";
    unknown: "unknown" / "desconhecido";
    role_admin: "Admin" / "Administrador";
    role_member: "Member" / "Membro";
}

sentences! {
    w:
    fn log_in_wait(n: i64) { format!("Too many attempts. Try again in {}.", w.seconds(n)) }
        { format!("Muitas tentativas. Tente de novo em {}.", w.seconds(n)) }
    fn confirm_no_password(email: &str) {
        format!("You have no password yet. Request a link to {email} and set one with it. You are then logged in again.")
    } {
        format!("Você ainda não tem senha. Peça um link para {email} e crie uma com ele. Depois disso, você entra de novo automaticamente.")
    }
    fn logged_in_as(email: &str) { format!("You are logged in as {email}.") } { format!("Você está conectado como {email}.") }
    fn link_for(email: &str) { format!("You log in as {email}.") } { format!("Você entra como {email}.") }
    fn password_rule(n: usize) { format!("At least {n} characters.") } { format!("Pelo menos {n} caracteres.") }
}
