//! The operators' console.

use super::{counted, sentences, words};

words! {
    op_sign: "Operators" / "Operadores";
    op_foot: "Operators’ console. Everything you do here is recorded in the audit log, including the account’s own."
        / "Console de operadores. Tudo o que você faz aqui fica no registro de auditoria, inclusive no da própria conta.";
    op_health: "Health" / "Saúde";
    op_accounts: "Accounts" / "Contas";
    op_busiest: "Busiest accounts" / "Contas mais ativas";
    op_explain: "Explain" / "Explicar";
    op_email: "E-mails" / "E-mails";
    op_people: "Operators" / "Operadores";
    op_desk: "Account" / "Conta";
    op_role_viewer: "Viewer" / "Leitura";
    op_role_support: "Support" / "Suporte";
    op_role_admin: "Admin" / "Administrador";
    op_role_too_low_title: "Not allowed for your role" / "Sua função não permite";
    op_role_too_low: "Your role does not allow this. An operator with the role admin can do it, or give you another role on the host: fluence operator role."
        / "Sua função não permite isto. Um operador com a função admin pode fazê-lo ou mudar sua função no servidor: fluence operator role.";

    op_log_in_title: "Operators’ log-in" / "Acesso de operadores";
    op_log_in_hint: "No access yet? An admin of the host makes a link with “fluence operator link”. Log-ins of accounts do not work here."
        / "Ainda sem acesso? Quem administra o servidor cria um link com “fluence operator link”. Acessos de contas não funcionam aqui.";
    op_needs_link: "You have no second factor yet. Setting one up takes a link: “fluence operator link” on the host."
        / "Você ainda não tem o segundo fator. Para configurá-lo é preciso um link: “fluence operator link” no servidor.";
    op_link_once: "The link works once and for one hour. Nothing happens until you press the button."
        / "O link funciona uma vez e por uma hora. Nada acontece até você apertar o botão.";
    op_go_on: "Continue" / "Continuar";
    op_ask_for_link: "Ask for a new one: “fluence operator link” on the host." / "Peça um novo: “fluence operator link” no servidor.";
    op_factor_lead: "This console needs a second factor: an authenticator app that shows a code every 30 seconds. Set it up to continue."
        / "Este console exige um segundo fator: um aplicativo autenticador que mostra um código a cada 30 segundos. Configure-o para continuar.";

    op_not_an_account_id: "This is not an account id." / "Isto não é um id de conta.";
    op_search_label: "Find an account" / "Encontrar uma conta";
    op_search_hint: "Name, e-mail, id, key, or its last four" / "Nome, e-mail, id, chave ou os quatro finais";
    op_search_lead: "Finds accounts by name, e-mail address or id, by a member’s address, and by a key: its id, the ends that lists show, or the whole key. The gateway compares a whole key and does not store, log or show it."
        / "Encontra contas por nome, e-mail ou id, pelo endereço de uma pessoa e por uma chave: o id, as pontas que as listas mostram ou a chave inteira. O gateway compara a chave inteira e não a guarda, registra nem mostra.";
    op_find: "Find" / "Buscar";
    op_nothing_found: "No account or key matches." / "Nenhuma conta ou chave encontrada.";
    op_search_cut: "The list is cut here. Type more of the name." / "A lista foi cortada aqui. Digite mais do nome.";
    op_suspended: "Suspended" / "Suspensa";
    op_closed: "Closed" / "Encerrada";
    op_is_suspended: "The account is suspended: all its calls are refused." / "A conta está suspensa: todas as chamadas são recusadas.";
    op_is_closed: "The account is closed for good: all its keys are revoked." / "A conta foi encerrada em definitivo: todas as chaves estão revogadas.";

    op_plan_credits: "Plan credits left" / "Créditos do plano restantes";
    op_renews: "Renews" / "Renova em";
    op_left: "Left" / "Restante";
    op_more: "All lots and the plan" / "Todos os lotes e o plano";
    op_notes: "Notes" / "Anotações";
    op_no_notes: "No notes yet. Only operators see them." / "Nenhuma anotação ainda. Só operadores as veem.";
    op_add_note: "Add a note" / "Anotar";
    op_note: "Note" / "Anotação";
    op_note_hint: "Only operators see it. It cannot be changed or removed. At most 2,000 characters."
        / "Só operadores a veem. Não pode ser alterada nem removida. No máximo 2.000 caracteres.";

    op_reason: "Reason" / "Motivo";
    op_reason_hint: "The account’s members read it in their audit log." / "As pessoas da conta veem o motivo no registro de auditoria.";
    op_not_its_name: "This is not the account’s name." / "Este não é o nome da conta.";
    op_suspend: "Suspend" / "Suspender";
    op_suspend_lead: "All calls of the account are refused within 5 seconds. Its members can still log in and look at everything; credits keep their end dates."
        / "Todas as chamadas da conta são recusadas em até 5 segundos. As pessoas da conta ainda podem entrar e consultar tudo; os créditos mantêm suas datas de validade.";
    op_resume: "Resume" / "Reativar";
    op_resume_lead: "Calls of the account are accepted again, at once." / "As chamadas da conta voltam a ser aceitas, na hora.";
    op_move_plan: "Move to another plan" / "Mudar de plano";
    op_move_plan_lead: "The move takes effect immediately: limits, endpoints and plan credits are those of the new plan. What was used in this period stays used."
        / "A mudança vale na hora: limites, endpoints e créditos do plano passam a ser os do novo plano. O que já foi usado no período continua usado.";
    op_choose_plan: "Choose a plan" / "Escolha um plano";
    op_current_plan: "Current plan" / "Plano atual";
    op_no_such_plan: "There is no such plan." / "Não existe esse plano.";
    op_grant: "Grant credits" / "Conceder créditos";
    op_grant_lead: "Adds the credits to the account as a new lot. The statement shows it with the reason."
        / "Adiciona os créditos à conta em um novo lote. O extrato o mostra com o motivo.";
    op_expires: "Expires on" / "Vale até";
    op_expires_hint: "00:00 UTC of that day. Empty: in 12 months." / "0h UTC desse dia. Vazio: em 12 meses.";
    op_not_a_day: "Enter a day after today." / "Informe um dia depois de hoje.";
    op_take: "Take credits" / "Retirar créditos";
    op_take_lead: "Takes credits from the account, from the lots that would be spent last. The balance cannot fall below zero."
        / "Retira créditos da conta, dos lotes que seriam gastos por último. O saldo não pode ficar abaixo de zero.";
    op_revoke_lead: "Every program that uses the key stops within 5 seconds. This cannot be undone."
        / "Todo programa que usa a chave para em até 5 segundos. Isto não pode ser desfeito.";
    op_done_suspended: "The account is suspended." / "A conta está suspensa.";
    op_done_resumed: "The account is active again." / "A conta está ativa de novo.";
    op_done_moved: "The account is on its new plan." / "A conta está no novo plano.";
    op_done_same_plan: "The account is already on this plan. Nothing was changed." / "A conta já está neste plano. Nada foi alterado.";
    op_done_granted: "The credits are granted." / "Os créditos foram concedidos.";
    op_done_taken: "The credits are taken." / "Os créditos foram retirados.";

    op_done_made: "The account was created. Its first admin gets an e-mail with a link." / "A conta foi criada. A primeira pessoa administradora recebe um e-mail com um link.";
    op_done_factor: "The second factor ends in 72 hours. The person got an e-mail and can stop it."
        / "O segundo fator termina em 72 horas. A pessoa recebeu um e-mail e pode impedir.";
    op_new_account: "Create an account" / "Criar uma conta";
    op_new_account_lead: "The first admin gets an e-mail with a link, valid for 7 days, and chooses a password."
        / "A primeira pessoa administradora recebe um e-mail com um link, válido por 7 dias, e escolhe uma senha.";
    op_new_account_by_link: "Members of accounts have no console here. The account is created, and no e-mail is sent."
        / "Aqui as pessoas das contas não têm console. A conta é criada e nenhum e-mail é enviado.";
    op_first_admin: "E-mail address of the first admin" / "E-mail da primeira pessoa administradora";
    op_email_taken: "Another account has this address. Invite the person there, or use another address."
        / "Outra conta já tem este endereço. Convide a pessoa nela ou use outro endereço.";
    op_end_factor: "Lost second factor" / "Segundo fator perdido";
    op_end_factor_lead: "For a person who has lost the phone and the recovery codes and has no other admin. The second factor ends in 72 hours: then a password or a link is enough to log in. The person gets an e-mail now, after 24 and after 48 hours, and each can stop it."
        / "Para quem perdeu o telefone e os códigos de recuperação e não tem outro administrador. O segundo fator termina em 72 horas: depois disso, uma senha ou um link basta para entrar. A pessoa recebe um e-mail agora, após 24 e após 48 horas, e cada um permite cancelar o encerramento.";
    op_factor_with_care: "Verify who is asking, by another channel than e-mail: a person who controls the mailbox could send this request."
        / "Confirme quem está pedindo por outro meio que não o e-mail: quem controla a caixa de entrada pode ser quem pede.";
    op_plans: "Plans" / "Planos";
    op_plans_lead: "What each plan sells, and how many open accounts are on it." / "O que cada plano vende e quantas contas abertas estão nele.";
    op_plans_how: "Plans come from the catalogue: “fluence catalogue apply”. An account stays on its edition until it is moved, on its own page or with all accounts of its plan."
        / "Os planos vêm do catálogo: “fluence catalogue apply”. Uma conta permanece na sua edição até ser mudada, na página dela ou com todas as contas do plano.";
    op_no_plans: "There are no plans yet." / "Ainda não há planos.";
    op_price_month: "Per month" / "Por mês";
    op_requests: "Requests" / "Requisições";
    op_rate: "Per second" / "Por segundo";
    op_keys_each: "Keys per environment" / "Chaves por ambiente";
    op_assumption: "Assumption of the catalogue" / "Premissa do catálogo";
    op_none_on_plan: "No open account is on this plan." / "Nenhuma conta aberta está neste plano.";
    op_accounts_on_lead: "Oldest first. Open an account to move it." / "Das mais antigas às mais novas. Abra uma conta para mudá-la.";
    op_all_well: "All gateways are up, and nothing is wrong with the ledger." / "Todos os gateways estão no ar e não há nada errado com o livro-razão.";
    op_calls_today: "Calls today" / "Chamadas hoje";
    op_credits_today: "Credits charged" / "Créditos cobrados";
    op_uncharged_today: "Not charged" / "Não cobradas";
    op_refused_today: "Refused" / "Recusadas";
    op_gateways: "Gateways" / "Gateways";
    op_no_gateway: "No gateway reports to this database." / "Nenhum gateway está ligado a este banco de dados.";
    op_up: "Up" / "No ar";
    op_silent: "Silent, last seen" / "Em silêncio, visto";
    op_version: "Version" / "Versão";
    op_started: "Started" / "Início";
    op_revocations: "Revocations" / "Revogações";
    op_all_confirmed: "all confirmed" / "todas confirmadas";
    op_sets: "Sets in force" / "Conjuntos em vigor";
    op_not_newest: "not the newest" / "não é a mais nova";
    op_clock: "Clock ahead" / "Relógio adiantado";
    op_ledger: "Ledger" / "Livro-razão";
    op_no_writer: "No writer is open." / "Nenhum gravador está aberto.";
    op_writer: "Writer" / "Gravador";
    op_heartbeat: "Heartbeat" / "Sinal de vida";
    op_batches: "Commits" / "Gravações";
    op_open_holds: "Open holds" / "Reservas abertas";
    op_held: "Credits held" / "Créditos reservados";
    op_oldest_hold: "Oldest hold" / "Reserva mais antiga";
    op_clean: "clean" / "correto";
    op_never_verified: "The ledger was never verified. Run “fluence ledger verify”." / "O livro-razão nunca foi verificado. Execute “fluence ledger verify”.";
    op_late_emails: "E-mails have been waiting for more than ten minutes: check the mail server." / "Há e-mails esperando há mais de dez minutos: verifique o servidor de e-mail.";

    op_busiest_lead: "A call that is not charged ended without an answer; a refused one never began."
        / "Uma chamada não cobrada terminou sem resposta; uma recusada nem começou.";
    op_span: "Period" / "Período";
    op_last_hour: "Last hour" / "Última hora";
    op_today: "Today" / "Hoje";
    op_30_days: "30 days" / "30 dias";
    op_uses_most: "Highest usage" / "Quem mais usa";
    op_fails_most: "Most failures" / "Quem mais falha";
    op_nobody: "None in this period." / "Nenhuma neste período.";
    op_uncharged: "Not charged" / "Não cobradas";
    op_refused: "Refused" / "Recusadas";
    op_mostly: "Mostly" / "Principal motivo";

    op_email_lead: "Messages of the last 30 days. Their text is not shown, because its links give access."
        / "Mensagens dos últimos 30 dias. O texto não é mostrado: há links que dão acesso.";
    op_all: "All" / "Todos";
    op_email_waiting: "Waiting" / "Na fila";
    op_email_failed: "Failed" / "Com falha";
    op_email_sent: "Sent" / "Enviado";
    op_emails_sent: "Sent" / "Enviados";
    op_no_emails: "No e-mails." / "Nenhum e-mail.";
    op_made: "Written" / "Escrito";
    op_to: "To" / "Para";
    op_kind: "Kind" / "Tipo";
    op_send_again: "Send again" / "Enviar de novo";
    op_done_email: "The e-mail is on its way again." / "O e-mail está a caminho de novo.";

    op_explain_lead: "What happened to a request, and why; or why calls with a key are refused."
        / "O que aconteceu com uma requisição e por quê; ou por que chamadas com uma chave são recusadas.";
    op_explain_label: "Request id, call id, or key" / "Id da requisição, id da chamada ou chave";
    op_explain_hint: "The X-Request-Id of an answer, a key’s id, its last four characters, or the whole key. The gateway compares a whole key and does not store, log or show it."
        / "O X-Request-Id de uma resposta, o id de uma chave, seus quatro últimos caracteres ou a chave inteira. O gateway compara a chave inteira e não a guarda, registra nem mostra.";
    op_explain_button: "Explain" / "Explicar";
    op_unknown_id: "No call, change or key has this id. Refused requests and those of test keys move no credits: search the log for the id."
        / "Nenhuma chamada, alteração ou chave tem este id. Requisições recusadas e as de chaves de teste não movem créditos: procure o id no log.";
    op_unknown_text: "This is neither an id nor a key of this service." / "Isto não é um id nem uma chave deste serviço.";
    op_the_call: "The call" / "A chamada";
    op_its_receipt: "Receipt" / "Recibo";
    op_its_changes: "What the request changed" / "O que a requisição alterou";
    op_its_page: "The key’s page" / "Página da chave";
    op_entry: "Entry" / "Lançamento";
    op_by: "By" / "Por";
    op_subject: "What was changed" / "O que foi alterado";
    op_key_works: "Nothing refuses this key now." / "Nada recusa esta chave agora.";
    op_secret_replaced: "A rotation ended this secret: every call with it gets EXPIRED_API_KEY. The key has another secret."
        / "Este segredo foi encerrado por uma troca: toda chamada com ele recebe EXPIRED_API_KEY. A chave tem outro segredo.";
    op_key_disabled: "The key is disabled: every call gets DISABLED_API_KEY." / "A chave está desativada: toda chamada recebe DISABLED_API_KEY.";
    op_no_credits: "The account has no credits: paid calls get INSUFFICIENT_CREDITS." / "A conta não tem créditos: chamadas pagas recebem INSUFFICIENT_CREDITS.";
    op_key_without_invoke: "The key lacks the scope “call”: calls of paid routes get INSUFFICIENT_SCOPE."
        / "A chave não tem o escopo “chamar”: chamadas pagas recebem INSUFFICIENT_SCOPE.";
    op_key_of_test: "The key belongs to a test environment: its calls find sample people and cost nothing."
        / "A chave é de um ambiente de teste: as chamadas encontram pessoas fictícias e não custam nada.";
    op_account_credits: "Credits of the account" / "Créditos da conta";

    op_audit_lead: "Every change in all accounts and in the service itself." / "Todas as alterações de todas as contas e do próprio serviço.";
    op_operator: "Operator’s name" / "Nome do operador";
    op_act: "Act" / "Ação";
    op_every_act: "Every act" / "Todas as ações";
    op_service: "the service" / "o serviço";

    op_people_lead: "Who may log in here." / "Quem pode entrar aqui.";
    op_people_how: "Operators are added, linked and removed on the host:" / "Operadores são adicionados, recebem links e são removidos no servidor:";
    op_last_log_in: "Last log-in" / "Último acesso";
    op_set_up: "set up" / "configurado";
    op_not_set_up: "not yet" / "ainda não";
}

sentences! {
    w:
    fn op_confirm_why(minutes: u64) { format!("Acts on accounts need a code of your second factor, for {minutes} minutes. Looking never does.") }
        { format!("Ações em contas exigem um código do seu segundo fator, válido por {minutes} minutos. Consultar nunca exige.") }
    fn op_type_name(name: &str) { format!("Type the account’s name: {name}") } { format!("Digite o nome da conta: {name}") }
    fn op_only_so_many(left: i64) { format!("The account has only {}. Nothing was taken.", w.credits(left)) }
        { format!("A conta só tem {}. Nada foi retirado.", w.credits(left)) }
    fn op_of(left: &str, all: &str) { format!("{left} of {all}") } { format!("{left} de {all}") }
    fn op_silent_gateway(name: &str, when: &str) { format!("Gateway {name} is silent: last report {when}. It has stopped or lost its database; revocations wait for it.") }
        { format!("O gateway {name} está em silêncio: último sinal {when}. Ele parou ou perdeu o banco de dados; revogações esperam por ele.") }
    fn op_skewed_gateway(name: &str) { format!("The clock of gateway {name} is off: set up time synchronisation on its machine.") }
        { format!("O relógio do gateway {name} está errado: configure a sincronização de hora na máquina.") }
    fn op_set_fault(name: &str, fault: &str) { format!("Gateway {name} cannot sell by the newest sets: {fault}") }
        { format!("O gateway {name} não consegue usar os conjuntos mais novos: {fault}") }
    fn op_silent_writer(name: &str, epoch: i32) { format!("Writer {name} #{epoch} has stopped sending heartbeats. A sweep will close it and release its holds.") }
        { format!("O gravador {name} #{epoch} parou de enviar sinais de vida. Uma varredura vai encerrá-lo e devolver as reservas dele.") }
    fn op_old_hold(name: &str) { format!("A hold of {name} has been open for more than ten minutes: its call should have ended. Check the gateway’s log.") }
        { format!("Uma reserva de {name} está aberta há mais de dez minutos: a chamada já deveria ter terminado. Veja o log do gateway.") }
    fn op_wrong_books(n: i64) { format!("The last verification of the ledger found {}. Stop the gateways and follow “The ledger is wrong” in docs/operations/incidents.md.", counted(w, n, "wrong row", "wrong rows")) }
        { format!("A última verificação do livro-razão encontrou {}. Pare os gateways e siga “O livro-razão está errado” em docs/pt/operations/incidents.md.", counted(w, n, "linha errada", "linhas erradas")) }
    fn op_wrong_rows(n: i64) { counted(w, n, "wrong row", "wrong rows") } { counted(w, n, "linha errada", "linhas erradas") }
    fn op_old_verification(when: &str) { format!("The ledger was last verified {when}. Run “fluence ledger verify”.") }
        { format!("O livro-razão foi verificado pela última vez {when}. Execute “fluence ledger verify”.") }
    fn op_failed_emails(n: i64) { format!("{} could not be sent.", counted(w, n, "e-mail", "e-mails")) }
        { if n == 1 { "1 e-mail não pôde ser enviado.".to_owned() } else { format!("{n} e-mails não puderam ser enviados.") } }
    fn op_late_gateway(name: &str, n: i64) { format!("Gateway {name} is {}. It refuses keys until it has caught up.", w.op_behind(n)) }
        { format!("O gateway {name} está com {}. Ele recusa chaves até ficar em dia.", w.op_behind(n)) }
    fn op_old_set(name: &str) { format!("Gateway {name} sells by plans or routes that are not the newest.") }
        { format!("O gateway {name} vende por planos ou rotas que não são os mais novos.") }
    fn op_behind(n: i64) { format!("{} behind", counted(w, n, "change", "changes")) } { format!("{} de atraso", counted(w, n, "alteração", "alterações")) }
    fn op_set_numbers(catalogue: &str, routes: &str) { format!("catalogue {catalogue}, routes {routes}") } { format!("catálogo {catalogue}, rotas {routes}") }
    fn op_seconds_ago(n: i64) { format!("{} ago", w.seconds(n)) } { format!("há {}", w.seconds(n)) }
    fn op_verified(when: &str, by: &str, entries: i64) { format!("Verified {when} by {by}, {}.", counted(w, entries, "entry", "entries")) }
        { format!("Verificado em {when} por {by}, {}.", counted(w, entries, "lançamento", "lançamentos")) }
    fn op_verified_since(when: &str) { format!("From {when} on.") } { format!("A partir de {when}.") }
    fn op_outbox(waiting: i64, failed: i64) { format!("{waiting} waiting, {failed} failed.") } { format!("{waiting} esperando, {failed} com falha.") }
    fn op_oldest_email(when: &str) { format!("The oldest was written {when}.") } { format!("O mais antigo foi escrito {when}.") }
    fn op_hour_bound(n: &str) { format!("Holds and releases of the last hour, at most {n} entries. Refused calls are counted by day.") }
        { format!("Reservas e devoluções da última hora, no máximo {n} lançamentos. Chamadas recusadas são contadas por dia.") }
    fn op_edition(edition: &str) { format!("Edition {edition}") } { format!("Edição {edition}") }
    fn op_accounts_on(plan: &str, edition: &str) { format!("Accounts on {plan} ({edition})") } { format!("Contas no plano {plan} ({edition})") }
    fn op_end_factor_of(email: &str) { format!("End the second factor of {email}") } { format!("Encerrar o segundo fator de {email}") }
    fn op_next_try(when: &str) { format!("next try {when}") } { format!("próxima tentativa {when}") }
    fn op_send_again_lead(to: &str) { format!("The e-mail to {to} is sent again within seconds. Links in it may have expired.") }
        { format!("O e-mail para {to} é enviado de novo em segundos. Os links nele podem ter vencido.") }
    fn op_plan_without_api(plan: &str) { format!("The plan {plan} does not include the API: every call gets PLAN_WITHOUT_API.") }
        { format!("O plano {plan} não inclui a API: toda chamada recebe PLAN_WITHOUT_API.") }
    fn op_requests_used_up(limit: &str, renews: &str) {
        format!("The plan’s {limit} requests of this period are used, and no pack or grant is left: paid calls get QUOTA_EXCEEDED or INSUFFICIENT_CREDITS until {renews}.")
    } {
        format!("As {limit} requisições do plano neste período foram usadas, e não resta pacote nem cortesia: chamadas pagas recebem QUOTA_EXCEEDED ou INSUFFICIENT_CREDITS até {renews}.")
    }
    fn op_daily_cap_reached(cap: &str, until: &str) { format!("The key’s daily cap ({cap}) is spent: paid calls get KEY_CAP_REACHED until {until}.") }
        { format!("O teto diário da chave ({cap}) foi gasto: chamadas pagas recebem KEY_CAP_REACHED até {until}.") }
    fn op_monthly_cap_reached(cap: &str, until: &str) { format!("The key’s monthly cap ({cap}) is spent: paid calls get KEY_CAP_REACHED until {until}.") }
        { format!("O teto mensal da chave ({cap}) foi gasto: chamadas pagas recebem KEY_CAP_REACHED até {until}.") }
    fn op_daily_cap_left(left: &str, cap: &str) { format!("Left of the key’s daily cap: {left} of {cap}. A call that costs more gets KEY_CAP_REACHED.") }
        { format!("Resta do teto diário da chave: {left} de {cap}. Uma chamada que custa mais recebe KEY_CAP_REACHED.") }
    fn op_monthly_cap_left(left: &str, cap: &str) { format!("Left of the key’s monthly cap: {left} of {cap}. A call that costs more gets KEY_CAP_REACHED.") }
        { format!("Resta do teto mensal da chave: {left} de {cap}. Uma chamada que custa mais recebe KEY_CAP_REACHED.") }
    fn op_only_from(networks: &str) { format!("The key works only from {networks}. Calls from other addresses get IP_NOT_ALLOWED.") }
        { format!("A chave só funciona a partir de {networks}. Chamadas de outros endereços recebem IP_NOT_ALLOWED.") }
    fn op_only_in(regions: &str) { format!("The key works only in {regions}. Gateways in other regions answer with REGION_NOT_ALLOWED.") }
        { format!("A chave só funciona em {regions}. Gateways em outras regiões respondem REGION_NOT_ALLOWED.") }
    fn op_key_exposed(when: &str) { format!("A leak of the secret was reported on {when}, and it opens nothing any more: every call gets KEY_EXPOSED.") }
        { format!("Um vazamento do segredo foi denunciado em {when}, e ele não abre mais nada: toda chamada recebe KEY_EXPOSED.") }
    fn op_key_expired(when: &str) { format!("The key expired on {when}: every call gets EXPIRED_API_KEY.") }
        { format!("A chave expirou em {when}: toda chamada recebe EXPIRED_API_KEY.") }
    fn op_key_revoked(when: &str) { format!("The key was revoked on {when}: every call gets REVOKED_API_KEY.") }
        { format!("A chave foi revogada em {when}: toda chamada recebe REVOKED_API_KEY.") }
}
