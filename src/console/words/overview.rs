//! The overview of an account.

use super::{counted, sentences, words};

words! {
    overview: "Overview" / "Visão geral";
    credits_left_title: "Credits left" / "Créditos disponíveis";
    this_period: "This period" / "Este período";
    at_this_pace: "At this pace" / "Neste ritmo";
    without_renewals: "Renewals of the plan are not counted." / "Sem contar as renovações do plano.";
    no_forecast: "No forecast yet" / "Ainda sem previsão";
    no_forecast_why: "A forecast needs calls on three of the last seven days."
        / "Uma previsão precisa de chamadas em três dos últimos sete dias.";
    of_plan: "from the plan" / "do plano";
    of_pack: "from a pack" / "de um pacote";
    of_grant: "from a grant" / "de uma cortesia";
    no_credits: "No credits are left. Calls are refused until credits come in."
        / "Não há créditos disponíveis. As chamadas são recusadas até que entrem créditos.";
    credits_by_day: "Credits by day" / "Créditos por dia";
    charged: "Charged" / "Cobrado";
    call_charged: "Charged" / "Cobrada";
    charged_from_hold: "Charged from the hold" / "Cobrada da reserva";
    call_given_back: "Refunded" / "Devolvida";
    cost_nothing: "Cost nothing" / "Não custou nada";
    days_are_utc: "Days are UTC." / "Os dias são em UTC.";
    show_table: "Show as a table" / "Mostrar como tabela";
    day: "Day" / "Dia";
    calls: "Calls" / "Chamadas";
    credits_head: "Credits" / "Créditos";
    latest_calls: "Latest calls" / "Últimas chamadas";
    time: "Time (UTC)" / "Hora (UTC)";
    call: "Call" / "Chamada";
    outcome: "Outcome" / "Resultado";
    no_calls: "No paid calls yet. Calls with a test key cost nothing and are not listed."
        / "Nenhuma chamada paga ainda. Chamadas com uma chave de teste não custam nada e não aparecem aqui.";
    latest_changes: "Latest changes" / "Últimas alterações";
    reason_answered: "answered" / "respondida";
    reason_profile_not_found: "no profile found" / "nenhum perfil encontrado";
    reason_multiple_matches: "several people match" / "várias pessoas correspondem";
    reason_refused: "no answer was possible" / "não havia resposta possível";
    reason_insufficient_data: "too little text" / "pouco texto";
    reason_failed: "the failure was ours" / "a falha foi nossa";
    reason_timed_out: "took too long" / "demorou demais";
    reason_abandoned: "the gateway lost the call" / "o gateway perdeu a chamada";
    reason_charged_status: "the service answered with a status that is charged" / "o serviço respondeu com um status que é cobrado";
    reason_uncharged_status:
        "the service answered with a status that is not charged" / "o serviço respondeu com um status que não é cobrado";
    reason_figure_missing:
        "the service did not report what was used" / "o serviço não informou o que foi usado";
    reason_broke_off: "the answer ended early" / "a resposta foi interrompida";
    reason_partly_answered:
        "the answer ended early; charged for what came" / "a resposta foi interrompida; cobrado o que chegou";
    reason_left: "you did not read the answer to its end" / "você não leu a resposta até o fim";
    reason_left_early:
        "you ended the connection before the answer" / "você encerrou a conexão antes da resposta";
    outcome_running: "Running" / "Em andamento";
    by_operator: "The operator" / "O operador";
    by_system: "The gateway" / "O gateway";
    by_key: "A key" / "Uma chave";
    by_somebody: "A member" / "Uma pessoa";
    first_steps: "First steps" / "Primeiros passos";
    step_done: "Done" / "Feito";
    step_key: "Create a key" / "Crie uma chave";
    step_call: "Send the first call" / "Envie a primeira chamada";
    step_password: "Set a password" / "Crie uma senha";
}

sentences! {
    w:
    fn charged_of(used: &str, all: &str) { format!("{used} of {all} plan credits used") } { format!("{used} de {all} créditos do plano usados") }
    fn on_hold(n: i64) { format!("{} on hold", counted(w, n, "credit", "credits")) }
        { format!("{} em reserva", counted(w, n, "crédito", "créditos")) }
    fn requests_of(used: &str, all: &str) { format!("{used} of {all} requests") } { format!("{used} de {all} requisições") }
    fn more_lots(left: &str, lots: usize) {
        if lots == 1 { format!("{left} in 1 more lot") } else { format!("{left} in {lots} more lots") }
    } {
        if lots == 1 { format!("{left} em mais 1 lote") } else { format!("{left} em mais {lots} lotes") }
    }
    fn until(when: &str) { format!("until {when}") } { format!("até {when}") }
    fn days_left(n: i64) { if n < 1 { "ends today".to_owned() } else { format!("{} left", w.days(n)) } }
        { match n { ..=0 => "termina hoje".to_owned(), 1 => "resta 1 dia".to_owned(), n => format!("restam {n} dias") } }
    fn a_day(n: i64) { format!("{} a day, last 7 days", w.credits(n)) } { format!("{} por dia, últimos 7 dias", w.credits(n)) }
    fn added_up(when: &str) { format!("Added up until {when}.") } { format!("Somado até {when}.") }
    fn and_refused(refused: i64) {
        if refused > 0 { format!(", {} refused", w.calls_of(refused)) } else { String::new() }
    } {
        if refused > 0 { format!(", {}", counted(w, refused, "chamada recusada", "chamadas recusadas")) } else { String::new() }
    }
    fn calls_of(n: i64) { counted(w, n, "call", "calls") } { counted(w, n, "chamada", "chamadas") }
    fn bar_title(day: &str, charged: i64, calls: i64, refused: i64) {
        format!("{day}: {} charged, {}{}", w.credits(charged), w.calls_of(calls), w.and_refused(refused))
    } {
        let charged = counted(w, charged, "crédito cobrado", "créditos cobrados");
        format!("{day}: {charged}, {}{}", w.calls_of(calls), w.and_refused(refused))
    }
    fn day_title(day: &str, amounts: [i64; 4]) {
        let [charged, back, calls, refused] = amounts;
        let (charged, back) = (w.credits(charged), w.credits(back));
        format!("{day}: {charged} charged, {back} refunded, {}{}", w.calls_of(calls), w.and_refused(refused))
    } {
        let [charged, back, calls, refused] = amounts;
        let charged = counted(w, charged, "crédito cobrado", "créditos cobrados");
        let back = counted(w, back, "devolvido", "devolvidos");
        format!("{day}: {charged}, {back}, {}{}", w.calls_of(calls), w.and_refused(refused))
    }
    fn granted(n: i64) { format!("granted {}", w.credits(n)) } { format!("concedeu {}", w.credits(n)) }
    fn took_back(n: i64) { format!("took back {}", w.credits(n)) } { format!("retirou {}", w.credits(n)) }
    fn key_ends(name: &str, n: i64, day: &str) { format!("The key “{name}” expires {} ({}).", w.in_days(n), w.last_day(day)) }
        { format!("A chave “{name}” expira {} ({}).", w.in_days(n), w.last_day(day)) }
    fn expire_unused(n: i64) { format!("{} will expire unused at this pace.", w.credits(n)) }
        { if n == 1 { "1 crédito vai vencer sem uso neste ritmo.".to_owned() } else { format!("{} vão vencer sem uso neste ritmo.", w.credits(n)) } }
    fn refused_lately(n: i64) {
        format!("{} refused in these days, free of charge", counted(w, n, "call was", "calls were"))
    } {
        format!("{} nestes dias, sem custo", counted(w, n, "chamada foi recusada", "chamadas foram recusadas"))
    }
}

#[cfg(test)]
mod tests {
    use crate::console::words::Words;
    use crate::domain::language::Language;

    #[test]
    fn titles_of_bars_agree_in_number() {
        let (en, pt) = (Words(Language::En), Words(Language::Pt));
        let titles = |n| [en.day_title("1 Nov", [n, n, n, 0]), pt.day_title("1 nov", [n, n, n, 0])];
        let zero = [
            "1 Nov: 0 credits charged, 0 credits refunded, 0 calls",
            "1 nov: 0 créditos cobrados, 0 devolvidos, 0 chamadas",
        ];
        let one = [
            "1 Nov: 1 credit charged, 1 credit refunded, 1 call",
            "1 nov: 1 crédito cobrado, 1 devolvido, 1 chamada",
        ];
        let more = [
            "1 Nov: 2 credits charged, 2 credits refunded, 2 calls",
            "1 nov: 2 créditos cobrados, 2 devolvidos, 2 chamadas",
        ];
        assert_eq!([titles(0), titles(1), titles(2)], [zero, one, more]);
        assert_eq!(en.bar_title("1 Nov", 1, 1, 0), "1 Nov: 1 credit charged, 1 call");
        assert_eq!(
            pt.bar_title("1 nov", 1, 1, 2),
            "1 nov: 1 crédito cobrado, 1 chamada, 2 chamadas recusadas"
        );
    }
}
