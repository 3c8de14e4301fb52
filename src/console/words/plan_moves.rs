//! Moving all accounts of a plan, on the operators' console.

use super::{counted, sentences, words};

words! {
    op_move_all: "Move all accounts of a plan" / "Mudar todas as contas de um plano";
    op_move_all_lead: "Choose the plan that the accounts are on and the plan that they get. You see what changes before anything is moved."
        / "Escolha o plano em que as contas estão e o plano que elas vão receber. Você vê o que muda antes de confirmar.";
    op_from_plan: "From" / "Do plano";
    op_to_plan: "To" / "Para o plano";
    op_preview: "Show what changes" / "Ver o que muda";
    op_same_plan: "Choose a plan other than the first." / "Escolha um plano diferente do primeiro.";
    op_what_changes: "What changes" / "O que muda";
    op_terms: "Terms" / "Condições";
    op_concurrency: "Concurrent calls" / "Chamadas simultâneas";
    op_may_call: "May call" / "Pode chamar";
    op_move_rule: "The new plan counts at once and is not prorated: what an account used of its period stays used, and no balance falls below zero. Keys keep working. Each account’s audit log names the reason."
        / "O novo plano vale na hora e sem rateio: o que a conta usou do período continua usado, e nenhum saldo fica abaixo de zero. As chaves continuam funcionando. O motivo aparece no registro de auditoria de cada conta.";
    op_effect: "Effect on accounts" / "Efeito nas contas";
    op_suspended_too: "Of these, suspended" / "Das quais suspensas";
    op_closed_stay: "Closed accounts, which stay on the plan" / "Contas encerradas, que ficam no plano";
    op_rises: "Credits rise" / "Créditos aumentam";
    op_falls: "Credits fall" / "Créditos diminuem";
    op_no_plan_credits: "Without plan credits afterwards" / "Sem créditos do plano depois";
    op_no_requests: "Have already used the new plan’s requests" / "Já usaram as requisições do novo plano";
    op_too_many_keys: "Environments with more keys than the new plan allows" / "Ambientes com mais chaves do que o novo plano permite";
    op_keys_stay: "Their keys keep working; new ones are refused." / "As chaves continuam funcionando; novas são recusadas.";
    op_moves: "Moves of the last 30 days" / "Mudanças dos últimos 30 dias";
    op_move_head: "Move" / "Mudança";
    op_begun_by: "Begun by" / "Iniciada por";
    op_begun: "Begun" / "Início";
    op_ended: "Ended" / "Fim";
    op_moving_lead: "Gateways move the accounts in batches, even if you leave this page."
        / "Os gateways mudam as contas em grupos, mesmo que você saia desta página.";
    op_moved_lead: "The run has ended." / "A mudança terminou.";
    op_move_running: "running" / "em andamento";
    op_move_done: "done" / "concluída";
    op_move_stopped: "stopped" / "interrompida";
    op_move_waiting: "Waiting" / "Esperando";
    op_moved: "Moved" / "Mudadas";
    op_skipped: "Left as they were" / "Mantidas como estavam";
    op_skipped_why: "They were closed or had another plan when their turn came, or the run was stopped."
        / "Elas estavam encerradas ou em outro plano quando chegou a vez, ou a mudança foi interrompida.";
    op_move_refused: "Refused by the ledger" / "Recusadas pelo livro-razão";
    op_move_refused_why: "They have the new plan, but their credits do not follow it before the next period. The gateway’s log says why."
        / "Elas têm o novo plano, mas os créditos só o seguem a partir do próximo período. O log do gateway informa o motivo.";
    op_stop_move: "Stop this run" / "Interromper a mudança";
    op_stop_move_lead: "Accounts that were moved stay moved. Those that wait stay on their plan; a new run can move them."
        / "As contas já mudadas continuam mudadas. As que esperam ficam no plano atual; uma nova mudança pode levá-las.";
    op_move_open: "The accounts of this plan are already being moved." / "As contas deste plano já estão sendo mudadas.";
    op_see_move: "See the run" / "Ver a mudança";
}

sentences! {
    w:
    fn op_move_accounts(n: i64) { format!("Move {}", counted(w, n, "account", "accounts")) } { format!("Mudar {}", counted(w, n, "conta", "contas")) }
    fn op_in_accounts(credits: &str, n: i64) { format!("{credits} in {}", counted(w, n, "account", "accounts")) }
        { format!("{credits} em {}", counted(w, n, "conta", "contas")) }
    fn op_oldest_first(n: &str, all: &str) { format!("This run moves the oldest {n} of {all} accounts. Begin another for the rest.") }
        { format!("Esta mudança leva as {n} contas mais antigas, de {all}. Inicie outra para as demais.") }
    fn op_count_changed(n: i64) { format!("Meanwhile the plan has {}. Look over the figures and send the form again.", counted(w, n, "account", "accounts")) }
        { format!("Agora há {} no plano. Confira os números e envie de novo.", counted(w, n, "conta", "contas")) }
}
