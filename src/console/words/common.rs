//! The frame of every page, and the pages of errors.

use super::{counted, sentences, words};

words! {
    skip: "Skip to the content" / "Ir para o conteúdo";
    menu: "Menu" / "Menu";
    account: "Account" / "Conta";
    nav_overview: "Overview" / "Visão geral";
    nav_keys: "API keys" / "Chaves de API";
    nav_environments: "Environments" / "Ambientes";
    docs: "Docs" / "Documentação";
    home_address: "/" / "/pt/";
    docs_address: "/docs/" / "/pt/docs/";
    first_call_address: "/docs/first-call" / "/pt/docs/first-call";
    other_language: "Português" / "English";
    log_out: "Log out" / "Sair";
    profile: "Your profile" / "Seu perfil";
    security: "Password and sessions" / "Senha e sessões";
    foot: "Everything on this page comes from this gateway. Nothing is loaded from elsewhere, and cookies only keep you logged in."
        / "Tudo nesta página vem deste gateway. Nada é carregado de outro lugar, e os cookies servem apenas para manter você conectado.";
    suspended: "The account is suspended: calls are refused. Everything else on these pages still works."
        / "A conta está suspensa: as chamadas são recusadas. Todo o resto destas páginas continua funcionando.";
    ask_to_resume: "Ask support to resume the account:" / "Peça ao suporte para reativar a conta:";
    ask_operator_to_resume: "To have it resumed, ask the operator who gave you the account."
        / "Para reativá-la, fale com o operador que forneceu a conta.";
    closed: "The account is closed for good. You can still look at everything."
        / "A conta foi encerrada em definitivo. Você ainda pode consultar tudo.";
    closed_title: "The account is closed" / "A conta está encerrada";
    cannot_call: "Calls of this account are refused, so there is nothing to try here. All other pages still work."
        / "As chamadas desta conta são recusadas, então não há o que testar aqui. Todas as outras páginas continuam funcionando.";
    made_for_later: "Keys that you create now are refused until the account is resumed."
        / "As chaves que você criar agora serão recusadas até a conta ser reativada.";
    test_place: "Test environment: sample people, costs nothing." / "Ambiente de teste: pessoas fictícias, sem custo.";
    never: "never" / "nunca";
    cancel: "Cancel" / "Cancelar";
    save: "Save" / "Salvar";
    back: "Back" / "Voltar";
    name: "Name" / "Nome";
    error_title: "Error" / "Erro";
    faults_title: "Please correct this" / "Corrija os pontos abaixo";
    optional: "optional" / "opcional";
    is_needed: "Fill in this field." / "Preencha este campo.";
    is_odd: "This field contains characters that are not allowed." / "Este campo contém caracteres que não são permitidos.";
    not_an_address: "This is not an e-mail address. One looks like name@example.com."
        / "Isto não é um endereço de e-mail. Um endereço tem o formato nome@exemplo.com.";

    not_found_title: "Nothing here" / "Nada aqui";
    not_found: "There is nothing at this address, or you may not see it."
        / "Não há nada neste endereço, ou você não tem acesso a ele.";
    admins_only_title: "Only for admins" / "Somente para administradores";
    admins_only: "Your role is read-only. Ask an admin of the account."
        / "Sua função permite apenas consultar. Fale com um administrador da conta.";
    not_from_here_title: "The form was not accepted" / "O formulário não foi aceito";
    not_from_here: "It was open for too long, was not sent from its own page, or your browser keeps no cookies. Nothing was changed. Open the page again and send the form from there."
        / "Ele ficou aberto por muito tempo, não foi enviado da própria página ou seu navegador não guarda cookies. Nada foi alterado. Abra a página de novo e envie o formulário de lá.";
    not_a_form_title: "The form could not be read" / "O formulário não pôde ser lido";
    form_of_other_type: "It was not sent as application/x-www-form-urlencoded, the type that the forms of these pages have."
        / "Ele não foi enviado como application/x-www-form-urlencoded, o tipo dos formulários destas páginas.";
    form_cut_off: "It was cut off on its way." / "Ele chegou incompleto.";
    form_too_slow: "It took too long to arrive." / "Ele demorou demais para chegar.";
    form_not_utf8: "It contains text that is not valid UTF-8." / "Ele contém texto que não é UTF-8 válido.";
    form_fields: "It has fields that the page does not have, or a field twice."
        / "Há campos que a página não tem, ou um campo repetido.";
    form_choice: "It has a value that the page does not offer." / "Há um valor que a página não oferece.";
    filters_unread: "The address has an invalid filter." / "O endereço tem um filtro inválido.";
    shown_without_filter: "This page is shown without it." / "Esta página é exibida sem ele.";
    nothing_changed: "Nothing was changed." / "Nada foi alterado.";
    unreadable_title: "The request was not accepted" / "A requisição não foi aceita";
    unreadable: "The gateway could not read it. Nothing was changed." / "O gateway não conseguiu lê-la. Nada foi alterado.";
    request_too_large: "It is too large. Nothing was changed." / "Ela é grande demais. Nada foi alterado.";
    busy_title: "One moment, please" / "Um momento, por favor";
    busy: "The service is busy and serves API calls first. Nothing was changed. Try again in a few seconds."
        / "O serviço está ocupado e atende primeiro as chamadas de API. Nada foi alterado. Tente de novo em alguns segundos.";
    internal_title: "Something failed" / "Algo falhou";
    internal: "The failure is ours and has been logged. Nothing was charged. Try again; if it happens again, send us the request id."
        / "A falha é nossa e foi registrada. Nada foi cobrado. Tente de novo; se acontecer outra vez, envie-nos o id da requisição.";
    refused_title: "This is not possible now" / "Isto não é possível agora";
    request_id: "Request id" / "Id da requisição";
    to_console: "Go to the console" / "Ir para o console";
    try_again: "Try again" / "Tentar de novo";
    method_title: "Not possible this way" / "Não é possível desta forma";
    method: "This page cannot be opened this way. Go back and use the buttons of the page."
        / "Esta página não pode ser aberta desta forma. Volte e use os botões da página.";
}

sentences! {
    w:
    fn is_too_long(most: usize) { format!("Enter at most {most} characters.") }
        { format!("Digite no máximo {most} caracteres.") }
    fn form_too_large(kb: usize, fields: usize) { format!("It is too large. A form has at most {kb} KB and {fields} fields.") }
        { format!("Ele é grande demais. Um formulário tem no máximo {kb} KB e {fields} campos.") }
    fn filter_unread(names: &str) { format!("Invalid filter: {names}.") } { format!("Filtro inválido: {names}.") }
    fn as_of(when: &str) { format!("As of {when}") } { format!("Posição em {when}") }
    fn seconds(n: i64) { counted(w, n, "second", "seconds") } { counted(w, n, "segundo", "segundos") }
    fn minutes_ago(n: i64) { format!("{n} min ago") } { format!("há {n} min") }
    fn hours_ago(n: i64) { format!("{n} h ago") } { format!("há {n} h") }
    fn days_ago(n: i64) { format!("{} ago", counted(w, n, "day", "days")) } { format!("há {}", counted(w, n, "dia", "dias")) }
    fn just_now() { "just now".to_owned() } { "agora mesmo".to_owned() }
    fn days(n: i64) { counted(w, n, "day", "days") } { counted(w, n, "dia", "dias") }
    fn left_over(n: i64) { "left".to_owned() }
        { if n == 1 { "disponível".to_owned() } else { "disponíveis".to_owned() } }
    fn credits_noun(n: i64) { if n == 1 { "credit".to_owned() } else { "credits".to_owned() } }
        { if n == 1 { "crédito".to_owned() } else { "créditos".to_owned() } }
    fn credits(n: i64) { counted(w, n, "credit", "credits") } { counted(w, n, "crédito", "créditos") }
}
