//! Usage, statement, receipts, credits and plan.

use super::{counted, sentences, words};
use crate::console::numbers::whole;

words! {
    by_operators_console: "by an operator" / "por um operador";
    for_signing_up: "for signing up" / "pelo cadastro";
    nav_usage: "Usage" / "Consumo";
    nav_statement: "Statement" / "Extrato";
    nav_credits: "Credits and plan" / "Créditos e plano";
    period: "Period" / "Período";
    this_billing_period: "This billing period" / "Este período de cobrança";
    billing_period_so_far: "This billing period so far" / "Este período de cobrança até agora";
    last_billing_period: "Last billing period" / "Período de cobrança anterior";
    own_days: "Custom range" / "Período personalizado";
    first_day: "From" / "De";
    to_day: "to" / "até";
    days_reversed: "The first day is after the last one." / "O primeiro dia é posterior ao último.";
    no_file_title: "No file was made" / "Nenhum arquivo foi gerado";
    no_such_period: "There is no such period. Choose one from the list." / "Este período não existe. Escolha um da lista.";
    days_too_many: "That is more than a year. Choose at most 366 days."
        / "É mais de um ano. Escolha no máximo 366 dias.";
    days_unreadable: "That is not a day. A day looks like 2026-11-26." / "Isto não é um dia. Um dia tem o formato 2026-11-26.";
    days_out_of_range: "Choose days between 1 Jan 2000 and 31 Dec 2200." / "Escolha dias entre 1 jan 2000 e 31 dez 2200.";
    too_much_title: "Too many lines for one file" / "Linhas demais para um arquivo";
    too_much: "Choose fewer days, and save the others as files of their own."
        / "Escolha menos dias e salve os demais em outros arquivos.";

    usage: "Usage" / "Consumo";
    usage_lead: "Calls count on the UTC day on which they began, once they have ended."
        / "As chamadas contam no dia UTC em que começaram, depois de terminarem.";
    divided_by: "Group by" / "Agrupar por";
    by_endpoint: "By endpoint" / "Por endpoint";
    by_outcome: "By outcome" / "Por resultado";
    by_api_key: "By key" / "Por chave";
    by_environment: "By environment" / "Por ambiente";
    bars_show: "Bars show" / "As barras mostram";
    key: "Key" / "Chave";
    all_keys: "All keys" / "Todas as chaves";
    revoked_word: "revoked" / "revogada";
    unknown_key: "Unknown key" / "Chave desconhecida";
    credits_charged: "Credits charged" / "Créditos cobrados";
    calls_ended: "Calls ended" / "Chamadas terminadas";
    calls_given_back: "Calls refunded" / "Chamadas devolvidas";
    calls_refused: "Refused, free of charge" / "Recusadas, sem custo";
    all_others: "All others" / "Todas as outras";
    calls_by_week: "Calls by week" / "Chamadas por semana";
    credits_by_week: "Credits by week" / "Créditos por semana";
    calls_by_day: "Calls by day" / "Chamadas por dia";
    no_usage: "No calls in these days." / "Nenhuma chamada nestes dias.";
    bars_lead: "Each bar opens its entries." / "Cada barra abre os seus lançamentos.";
    refused_head: "Calls refused" / "Chamadas recusadas";
    given_back_head: "Calls refunded" / "Chamadas devolvidas";
    refused_free: "refused, free" / "recusada, sem custo";
    endpoint: "Endpoint" / "Endpoint";
    kind_given_back: "Refunds" / "Devoluções";
    sum: "Total" / "Total";
    checked_title: "Checked against the statement" / "Conferido com o extrato";
    check_lead: "The entries of the calls of these days, added up just now:"
        / "Os lançamentos das chamadas destes dias, somados agora:";
    check_all_keys: "This covers all keys and environments." / "Abrange todas as chaves e todos os ambientes.";
    check_too_many: "These days have more than 200,000 entries. Choose fewer days to compare them here."
        / "Estes dias têm mais de 200.000 lançamentos. Escolha menos dias para compará-los aqui.";
    check_equal: "equal" / "iguais";
    check_different: "Different: please write to support" / "Diferença: fale com o suporte";
    less_given_back: "Less refunds" / "Menos devoluções";
    charged_by_entries: "Charged by the entries" / "Cobrado pelos lançamentos";
    open_entries: "Open these entries" / "Abrir estes lançamentos";

    statement: "Statement" / "Extrato";
    statement_lead: "Every movement of credits, newest first. Entries are never changed or removed."
        / "Todas as movimentações de créditos, da mais nova à mais antiga. Nenhum lançamento é alterado ou removido.";
    entries_of_all: "All entries" / "Todos os lançamentos";
    filtered: "filtered" / "com filtro";
    entries: "Entries" / "Lançamentos";
    position: "As of" / "Posição em";
    kind_of_entry: "Kind" / "Tipo";
    all_kinds: "All kinds" / "Todos os tipos";
    kind_calls: "Calls" / "Chamadas";
    kind_in: "Credits in" / "Entradas";
    kind_out: "Expired and taken back" / "Vencidos e retirados";
    older_entries: "Older" / "Mais antigos";
    looked_through: "No match among the newest 20,000 entries. Older ones may have some."
        / "Nada encontrado nos 20.000 lançamentos mais novos. Pode haver nos mais antigos.";
    print: "Print" / "Imprimir";
    nothing_yet: "Nothing has moved yet." / "Nada foi movimentado ainda.";
    add_all_up: "Add all up" / "Somar tudo";
    too_many_to_add: "There are too many entries to add up here. Ask support for a verification."
        / "Há lançamentos demais para somar aqui. Peça uma verificação ao suporte.";
    plan_renewals: "Credits of the plan" / "Créditos do plano";
    plan_moves: "Change of plan" / "Mudança de plano";
    packs_bought: "Packs" / "Pacotes";
    grants: "Grants" / "Cortesias";
    calls_less_given_back: "Calls, less refunds" / "Chamadas, menos devoluções";
    credits_expired: "Expired" / "Vencidos";
    corrections: "Taken back by the operator" / "Retirados pelo operador";
    adds_up: "adds up" / "confere";
    opening_balance: "Balance before" / "Saldo anterior";
    closing_balance: "Balance after" / "Saldo final";
    no_entries: "No entries match the filter." / "Nenhum lançamento corresponde ao filtro.";
    when_utc: "When (UTC)" / "Quando (UTC)";
    what: "What" / "O quê";
    lot: "Lot" / "Lote";
    amount: "Amount" / "Valor";
    balance: "Balance" / "Saldo";
    lot_plan: "plan" / "plano";
    lot_pack: "pack" / "pacote";
    lot_grant: "grant" / "cortesia";
    held_until_end: "On hold until it ended" / "Ficou em reserva até terminar";
    unused_part_returned: "Unused part of the hold returned" / "Devolvida a parte não usada da reserva";
    plan_renewed: "Credits of the plan for a new period" / "Créditos do plano para um novo período";
    grant_given: "Granted by the operator" / "Cortesia do operador";
    grant_for_sign_up: "Granted by the gateway for signing up" / "Cortesia do gateway pelo cadastro";
    pack_bought: "Pack bought" / "Pacote comprado";
    lot_ended: "Expired with its lot" / "Vencido com o lote";
    taken_back: "Taken back by the operator" / "Retirado pelo operador";
    plan_moved: "Moved to another plan" / "Mudança de plano";

    how_price_came_about: "How the price was computed" / "Como o preço foi calculado";
    figure: "What was used" / "O que foi usado";
    figure_used: "Used" / "Uso";
    for_every: "For every" / "A cada";
    base_price: "Base price" / "Preço de base";
    base_and_figures: "With what was used, rounded up" / "Com o que foi usado, arredondado para cima";
    least_price: "At least" / "No mínimo";
    most_price: "At most: what was held" / "No máximo: o que foi reservado";
    price_without_figure: "The service did not report what was used. The price is what the endpoint charges then."
        / "O serviço não informou o que foi usado. O preço é o que o endpoint cobra nesse caso.";
    price_is_the_most: "The total was above the held credits, which are the most that a call can cost."
        / "O total passou do valor reservado, e nenhuma chamada custa mais do que isso.";
    price_is_the_least: "The total was below the minimum price of a call."
        / "O total ficou abaixo do mínimo que uma chamada custa.";
    its_entries: "Its entries" / "Os lançamentos";
    call_id: "Call id" / "Id da chamada";
    began: "Began" / "Início";
    http_status: "HTTP status" / "Status HTTP";
    service_status: "Status of the seller’s server" / "Status do servidor do vendedor";
    plan_requests_used: "Plan requests used" / "Requisições do plano usadas";
    sealed_in: "Sealed in" / "Selado em";
    credits_held: "Held" / "Reservado";
    credits_given_back: "Refunded" / "Devolvido";
    wrong_receipt: "Is something wrong? Write to us with the call id:" / "Algo errado? Escreva para nós com o id da chamada:";
    wrong_receipt_operator: "Is something wrong? Write to your operator with the call id."
        / "Algo errado? Escreva para o seu operador com o id da chamada.";
    why_running: "The call is running." / "A chamada está em andamento.";
    why_answered: "The call was answered." / "A chamada foi respondida.";
    why_profile_not_found: "The search found no profile. A search costs the same as an answer."
        / "A busca não encontrou ninguém. Uma busca custa o mesmo que uma resposta.";
    why_multiple_matches: "The search found several people. A search costs the same as an answer."
        / "A busca encontrou várias pessoas. Uma busca custa o mesmo que uma resposta.";
    why_refused: "No answer to this request was possible." / "Não era possível responder a esta requisição.";
    why_insufficient_data: "There was too little text to analyse." / "Havia pouco texto para analisar.";
    why_failed: "The call failed, and the failure was ours." / "A chamada falhou, e a falha foi nossa.";
    why_timed_out: "The call took too long." / "A chamada demorou demais.";
    why_charged_status: "The seller’s server answered with a status that is charged."
        / "O servidor do vendedor respondeu com um status que é cobrado.";
    why_uncharged_status: "The seller’s server answered with a status that is not charged."
        / "O servidor do vendedor respondeu com um status que não é cobrado.";
    why_figure_missing: "The seller’s server did not report what the call used, and the route has a price for that."
        / "O servidor do vendedor não informou o que a chamada usou, e a rota tem um preço para isso.";
    why_uncounted: "The seller’s server did not report what the call used."
        / "O servidor do vendedor não informou o que a chamada usou.";
    why_broke_off: "The answer of the seller’s server ended early."
        / "A resposta do servidor do vendedor terminou antes do fim.";
    why_partly_answered: "The answer of the seller’s server ended early, and the route charges for what came."
        / "A resposta do servidor do vendedor terminou antes do fim, e a rota cobra o que chegou.";
    why_left: "Your client did not read the answer to its end. The part that was sent is charged."
        / "Seu cliente não leu a resposta até o fim. A parte enviada é cobrada.";
    why_left_early: "Your client ended the connection before the answer began."
        / "Seu cliente encerrou a conexão antes do início da resposta.";
    why_abandoned: "The gateway lost the call." / "O gateway perdeu a chamada.";

    credits_and_plan: "Credits and plan" / "Créditos e plano";
    lots_title: "Lots" / "Lotes";
    lots_lead: "Credits are spent from the top: those that expire first go first."
        / "Os créditos são gastos de cima para baixo: primeiro os que vencem antes.";
    ended_lots: "Used and expired lots" / "Lotes gastos e vencidos";
    plan_title: "Plan" / "Plano";
    plan_head: "Plan" / "Plano";
    requests_title: "Requests left" / "Requisições disponíveis";
    requests_lead: "A call uses one request when credits of the plan pay for it. Calls that packs and grants pay for use none."
        / "Uma chamada paga com créditos do plano consome uma requisição. Chamadas pagas com pacotes e cortesias não consomem.";
    more_credits: "More credits" / "Mais créditos";
    more_credits_lead: "A pack lasts a year. A move to another plan takes effect at once."
        / "Um pacote vale por um ano. A mudança para outro plano vale na hora.";
    buy_at: "Buy at" / "Compre em";
    write_to: "Write to" / "Escreva para";
    ask_operator: "Ask the operator who gave you the account." / "Fale com o operador que forneceu a conta.";
    where_from: "Where credits came from" / "De onde vieram os créditos";
    came_on: "Received" / "Entrada";
    ends_on: "Expires" / "Vence em";
    note_head: "Note" / "Observação";
    granted_head: "Credits" / "Créditos";
    left_head: "Left" / "Restam";
    price: "Price" / "Preço";
    price_by_contract: "by contract" / "sob contrato";
    credits_a_month: "Credits per period" / "Créditos por período";
    requests_a_month: "Requests per period" / "Requisições por período";
    rate: "Rate" / "Taxa";
    at_once: "Concurrent calls" / "Chamadas simultâneas";
    keys_an_environment: "Keys per environment" / "Chaves por ambiente";
    may_call: "May call" / "Pode chamar";
    no_api_access: "This plan does not include the API." / "Este plano não inclui a API.";
}

sentences! {
    w:
    fn last_days(n: u64) { format!("Last {n} days") } { format!("Últimos {n} dias") }
    fn held_for(n: i64) { format!("On hold for {}", counted(w, n, "call", "calls")) }
        { format!("Reservado para {}", counted(w, n, "chamada", "chamadas")) }
    fn less_pending(n: i64) { format!("Less pending calls ({})", whole(w.0, n)) } { format!("Menos chamadas pendentes ({})", whole(w.0, n)) }
    fn charged_by_usage(n: i64) { format!("Charged by the usage ({})", counted(w, n, "call", "calls")) }
        { format!("Cobrado pelo consumo ({})", counted(w, n, "chamada", "chamadas")) }
    fn newest_entry(n: &str) { format!("Entry {n} is the newest, and its balance is the account’s:") }
        { format!("O lançamento {n} é o mais novo, e o saldo dele é o da conta:") }
    fn all_entries(n: i64) { if n == 1 { "The only entry is".to_owned() } else { format!("All {} entries add up to", whole(w.0, n)) } }
        { if n == 1 { "O único lançamento é de".to_owned() } else { format!("Os {} lançamentos somam", whole(w.0, n)) } }
    fn due_entries(left: i64) { format!("Credits have expired or renewed since: {} left. The entry is written with the next call.", counted(w, left, "credit is", "credits are")) }
        { format!("Desde então, créditos venceram ou foram renovados: {} {}. O lançamento é gravado com a próxima chamada.", if left == 1 { "resta" } else { "restam" }, whole(w.0, left)) }
    fn receipt_of(endpoint: &str) { format!("Receipt: {endpoint}") } { format!("Recibo: {endpoint}") }
    fn therefore_charged(n: i64) { format!("Charged: {}.", w.credits(n)) } { format!("Cobrado: {}.", w.credits(n)) }
    fn therefore_given_back(n: i64) { format!("Nothing was charged: {} refunded to the lot.", counted(w, n, "credit was", "credits were")) }
        { format!("Nada foi cobrado: {} ao lote.", counted(w, n, "crédito voltou", "créditos voltaram")) }
    fn therefore_free(n: i64) { format!("The price was 0: {} returned to the lot.", counted(w, n, "credit was", "credits were")) }
        { format!("O preço ficou em zero: {} ao lote.", counted(w, n, "crédito voltou", "créditos voltaram")) }
    fn therefore_held(n: i64) { format!("On hold: {}, charged or refunded when the call ends.", w.credits(n)) }
        {
            let end = if n == 1 { "cobrado ou devolvido" } else { "cobrados ou devolvidos" };
            format!("Em reserva: {}, {end} quando a chamada terminar.", w.credits(n))
        }
    fn why_upstream_answered(status: u16) { format!("The seller’s server answered {status}, which is not charged.") }
        { format!("O servidor do vendedor respondeu com o status {status}, que não é cobrado.") }
    fn why_answer_unusable(status: u16) { format!("The seller’s server answered {status}, but its answer could not be passed on.") }
        { format!("O servidor do vendedor respondeu com o status {status}, mas a resposta não pôde ser repassada.") }
    fn service_answered(status: u16) { format!("the service answered {status}") }
        { format!("o serviço respondeu com o status {status}") }
    fn batch_of(batch: &str) { format!("batch {batch}") } { format!("leva {batch}") }
    fn paid_by_lot(n: i64) { format!("{} paid", w.credits(n)) }
        { if n == 1 { "1 crédito pago".to_owned() } else { format!("{} pagos", w.credits(n)) } }
    fn ends_next(n: i64, day: &str) { format!("{} next, on {day}", counted(w, n, "credit expires", "credits expire")) }
        { format!("{} primeiro, em {day}", counted(w, n, "vence", "vencem")) }
    fn in_days(n: i64) { match n { ..=0 => "today".to_owned(), 1 => "tomorrow".to_owned(), n => format!("in {}", w.days(n)) } }
        { match n { ..=0 => "hoje".to_owned(), 1 => "amanhã".to_owned(), n => format!("em {}", w.days(n)) } }
    fn entries_of(days: &str) { format!("Entries of {days}") } { format!("Lançamentos de {days}") }
    fn entries_out_of(shown: &str, all: &str) { format!("{shown} of {all}") } { format!("{shown} de {all}") }
    fn entries_and_others(n: i64) { format!("{}; there are others", whole(w.0, n)) } { format!("{}; há outros", whole(w.0, n)) }
    fn last_day(day: &str) { format!("last day {day}") } { format!("último dia {day}") }
    fn renews_on(when: &str) { format!("Renews on {when}") } { format!("Renova em {when}") }
    fn usd_a_month(n: &str) { format!("US$ {n} a month") } { format!("US$ {n} por mês") }
    fn rate_of(n: i64, burst: i64) { format!("{} per second, {} at once after a pause", counted(w, n, "call", "calls"), whole(w.0, burst)) }
        { format!("{} por segundo, {} de uma vez após uma pausa", counted(w, n, "chamada", "chamadas"), whole(w.0, burst)) }
}
