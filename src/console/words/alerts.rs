//! Alerts, and their e-mails.

use super::{counted, sentences, words};

words! {
    nav_alerts: "Alerts" / "Alertas";
    alerts_lead: "E-mails to the account’s admins. Each alert is sent once per occurrence."
        / "E-mails para os administradores da conta. Cada alerta é enviado uma vez por ocorrência.";
    alert: "Alert" / "Alerta";
    alert_low_credits: "Few credits are left" / "Restam poucos créditos";
    alert_no_credits: "No credits are left" / "Os créditos acabaram";
    alert_requests: "80% and 100% of the plan’s requests are used" / "80% e 100% das requisições do plano foram usadas";
    alert_key_ends: "A key expires soon (30, 7 and 1 day before) or has expired"
        / "Uma chave vai expirar (30, 7 e 1 dia antes) ou expirou";
    alert_key_unused: "Keys were not used for 90 days (once a month)" / "Há chaves sem uso há 90 dias (uma vez por mês)";
    alert_on: "On" / "Ativo";
    alert_off: "Off" / "Desativado";
    alert_recipients: "Who gets them" / "Quem os recebe";
    alert_nobody: "No admin has logged in yet, so nothing is sent." / "Nenhum administrador entrou ainda, então nada é enviado.";
    alert_admins: "Every active admin of the account." / "Todos os administradores ativos da conta.";
    alert_try: "Send me a test e-mail" / "Enviar um e-mail de teste para mim";
    alert_tried: "A test e-mail is on its way. You can ask for three an hour." / "Um e-mail de teste está a caminho. Você pode pedir três por hora.";
    alert_not_tried: "No test e-mail was sent: you have asked for three within an hour, or your network has asked for too many. Try again later."
        / "Nenhum e-mail de teste foi enviado: você já pediu três em uma hora, ou houve muitos pedidos da sua rede. Tente mais tarde.";
    alert_sent: "Recently sent" / "Enviados recentemente";
    alert_sent_requests: "The plan’s requests are running out" / "As requisições do plano estão acabando";
    alert_none_sent: "None yet." / "Nenhum ainda.";
    change_alerts: "Choose alerts" / "Escolher alertas";
    alerts_legend: "Write to the admins when" / "Escrever aos administradores quando";
    alert_threshold: "Alert at this many credits or fewer" / "Avisar com este saldo de créditos ou menos";
    alert_threshold_hint: "Empty: a fifth of the credits that are valid." / "Vazio: um quinto dos créditos válidos.";
    mail_low_credits_subject: "Few credits are left" / "Restam poucos créditos";
    mail_no_credits_subject: "No credits are left" / "Os créditos acabaram";
    mail_requests_subject: "The plan’s requests are running out" / "As requisições do plano estão acabando";
    mail_key_ends_subject: "Expiry of an API key" / "Validade de uma chave de API";
    mail_key_unused_subject: "Unused API keys" / "Chaves de API sem uso";
    mail_alert_test_subject: "A test of your alerts" / "Um teste dos seus alertas";
    mail_alert_test_reason: "You receive this e-mail because you asked for it on the page of alerts."
        / "Você recebe esta mensagem porque a pediu na página de alertas.";
}

sentences! {
    w:
    fn alert_below(threshold: Option<i64>) {
        match threshold { Some(n) => format!("({} or fewer)", w.credits(n)), None => "(a fifth of the valid credits, or fewer)".to_owned() }
    } {
        match threshold { Some(n) => format!("({} ou menos)", w.credits(n)), None => "(um quinto dos créditos válidos ou menos)".to_owned() }
    }
    fn alert_sent_ends(name: &str) { format!("The key “{name}” expires soon") } { format!("A chave “{name}” vai expirar em breve") }
    fn alert_sent_ended(name: &str) { format!("The key “{name}” has expired") } { format!("A chave “{name}” expirou") }
    fn alert_sent_unused(names: &str) {
        if names.is_empty() { "Keys unused for 90 days".to_owned() } else { format!("Unused for 90 days: {names}") }
    } {
        if names.is_empty() { "Chaves sem uso há 90 dias".to_owned() } else { format!("Sem uso há 90 dias: {names}") }
    }
    fn mail_low_credits(account: &str, left: &str, few: &str) {
        format!("Credits left on the account {account}: {left}. The alert is set to {few}. When no credits are left, calls are refused.")
    } {
        format!("Créditos restantes da conta {account}: {left}. O alerta está definido em {few}. Quando acabarem, as chamadas serão recusadas.")
    }
    fn mail_no_credits(account: &str) { format!("The account {account} has no credits left. Paid calls are refused until credits come in; nothing is charged.") }
        { format!("A conta {account} não tem mais créditos. Chamadas pagas são recusadas até que entrem créditos; nada é cobrado.") }
    fn mail_requests(account: &str, used: &str, limit: &str, at: &str) {
        format!("The account {account} has used {used} of the {limit} requests of its plan. The count begins again on {at}.")
    } {
        format!("A conta {account} usou {used} das {limit} requisições do plano. A contagem recomeça em {at}.")
    }
    fn mail_key_ends(account: &str, key: &str, at: &str) { format!("The key “{key}” of the account {account} expires on {at}. Programs that use it are refused from then on. Change its expiry, or replace the key before then.") }
        { format!("A chave “{key}” da conta {account} expira em {at}. A partir daí, os programas que a usam serão recusados. Altere a data ou substitua a chave antes.") }
    fn mail_key_ended(account: &str, key: &str, at: &str) { format!("The key “{key}” of the account {account} expired on {at}. Programs that use it are refused.") }
        { format!("A chave “{key}” da conta {account} expirou em {at}. Os programas que a usam são recusados.") }
    fn mail_key_unused(account: &str, n: i64, names: &str) {
        format!("Nothing has used {} of the account {account} for 90 days: {names}. Revoke the keys that you do not need.", counted(w, n, "key", "keys"))
    } {
        format!("Nada usou {} da conta {account} nos últimos 90 dias: {names}. Revogue as chaves de que você não precisa.", counted(w, n, "chave", "chaves"))
    }
    fn mail_alert_test(account: &str) { format!("Alerts of the account {account} arrive at this address.") }
        { format!("Os alertas da conta {account} chegam a este endereço.") }
    fn mail_alert_reason(account: &str, page: &str) { format!("You receive this e-mail because you are an admin of {account}. Choose its alerts: {page}") }
        { format!("Você recebe esta mensagem porque é administrador de {account}. Escolha os alertas: {page}") }
}
