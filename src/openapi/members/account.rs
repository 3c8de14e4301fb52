//! The account, its credits, limits and usage.

use super::meaning::meanings;

meanings! {
    Any {
        success: "`true`." / "`true`.";
        next_cursor: "Pass it as `cursor` to get the next page." / "Envie-o em `cursor` para obter a próxima página.",
            absent "on the last page" / "na última página";
        billing_info: "What the call cost and what is left: [fields](/docs/api#what-a-call-costs)."
            / "Quanto a chamada custou e quanto resta: [campos](/pt/docs/api#quanto-custa-uma-chamada).";
    }
    BillingInfo {
        creditos_utilizados: "Credits of this request." / "Créditos desta requisição.";
        creditos_restantes: "Credits left on the account." / "Créditos que restam na conta.";
        tipo_plano: "The plan's label in billing." / "O nome do plano na cobrança.";
        renovacao_proxima: "The next renewal." / "A próxima renovação.";
        limite_mensal: "Plan credits per period." / "Créditos do plano por período.";
        uso_percentual: "Percent of the period's plan credits used." / "Percentual usado dos créditos do plano no período.";
        reembolsado: "`true`: the credits were given back." / "`true`: os créditos foram devolvidos.",
            absent "unless the call was refunded" / "se a chamada não foi devolvida";
        motivo_reembolso: "The outcome that caused the refund." / "O resultado que causou a devolução.",
            absent "unless the call was refunded" / "se a chamada não foi devolvida";
    }
    AccountAnswer {
        account: "The account." / "A conta.";
        plan: "Its plan and limits." / "O plano e os limites dela.";
        credits: "Its credits in the current period." / "Os créditos dela no período atual.";
        key: "The key that calls." / "A chave usada na chamada.";
    }
    AccountSummary {
        id: "Id of the account." / "Id da conta.";
        name: "Its name." / "O nome dela.";
        email: "Its contact address." / "O endereço de contato dela.";
        state: "A suspended account makes no calls." / "Uma conta suspensa não faz chamadas.";
        created_at: "When the account was created." / "Quando a conta foi criada.";
    }
    CreditsSummary {
        remaining: "Credits left, from all lots." / "Créditos que restam, de todos os lotes.";
        plan_used: "Plan credits used in the period." / "Créditos do plano usados no período.";
        requests_used: "Calls that it has paid for in the period: more than `plan.requests` after a move to a smaller plan."
            / "Chamadas que ele já pagou no período: mais do que `plan.requests` depois de uma mudança para um plano menor.";
        requests_remaining: "Calls that the plan can still pay for in the period." / "Chamadas que o plano ainda pode pagar no período.";
        period_starts_at: "Beginning of the period." / "Início do período.";
        renews_at: "End of the period, when the plan credits are renewed." / "Fim do período, quando os créditos do plano são renovados.";
    }
    CallingKey {
        id: "Id of the key." / "Id da chave.";
        environment_id: "Its environment." / "O ambiente dela.";
        mode: "`live` or `test`." / "`live` ou `test`.";
        scopes: "What it may do." / "O que ela pode fazer.";
        expires_at: "Its end." / "O fim dela.", absent "if it does not expire" / "se ela não expira";
        daily_cap: "Most credits per UTC day." / "Máximo de créditos por dia em UTC.", absent "without a cap" / "sem teto";
        monthly_cap: "Most credits per UTC calendar month." / "Máximo de créditos por mês civil em UTC.",
            absent "without a cap" / "sem teto";
    }
    CreditsAnswer {
        plan: "Name of the plan." / "Nome do plano.";
        edition: "The edition that the plan belongs to." / "A edição a que o plano pertence.";
        credits: "The lots with credits left, in the order in which they are spent."
            / "Os lotes com créditos restantes, na ordem em que são gastos.";
        requests_remaining: "Calls that the plan can still pay for in the period." / "Chamadas que o plano ainda pode pagar no período.";
    }
    Lot {
        source: "`plan`, `pack` or `grant`." / "`plan`, `pack` ou `grant`.";
        granted: "Credits that the lot had at first." / "Créditos que o lote tinha no início.";
        remaining: "Credits left in it." / "Créditos que restam nele.";
        expires_at: "When the rest expires." / "Quando o resto expira.";
    }
    StatusAnswer {
        status: "`healthy`; `degraded` while something that the gateway uses is unavailable; `unavailable` while it serves no calls."
            / "`healthy`; `degraded` enquanto falta algo que o gateway usa; `unavailable` enquanto não atende chamadas.";
        service: "Name of the service." / "Nome do serviço.";
        version: "Version of the gateway." / "Versão do gateway.";
        node: "Name of the gateway that answered." / "Nome do gateway que respondeu.";
        region: "Its region." / "A região dele.";
        timestamp: "Its time." / "A hora dele.";
        clock_skew_s: "Seconds by which its clock is ahead of the database's, which decides when keys end."
            / "Segundos que o relógio dele está adiantado em relação ao do banco de dados, que decide quando as chaves terminam.";
        limits: "The limits in force." / "Os limites em vigor.";
        warnings: "What an operator should correct. Calls are answered." / "O que um operador deve corrigir. As chamadas são atendidas.";
    }
    LimitsInForce {
        decided: "Who decides rate and concurrency: `shared`, all gateways together; `local`, each alone."
            / "Quem decide taxa e simultaneidade: `shared`, todos os gateways em conjunto; `local`, cada um sozinho.";
        degraded_since: "Since when the gateway decides alone because the shared store does not answer."
            / "Desde quando o gateway decide sozinho porque o armazenamento compartilhado não responde.",
            absent "while nothing is wrong" / "enquanto está tudo bem";
        rate: "Requests per second." / "Requisições por segundo.";
        concurrency: "Requests in progress at once." / "Requisições em andamento ao mesmo tempo.";
        requests: "Calls of the period that the plan pays for." / "Chamadas do período que o plano paga.";
        credits: "Plan credits of the period, and the balance." / "Créditos do plano no período e o saldo.";
        renews_at: "When the period ends." / "Quando o período termina.";
    }
    RateLimit {
        per_second: "Requests per second." / "Requisições por segundo.";
        burst: "Requests that may arrive in a row." / "Requisições que podem chegar seguidas.";
    }
    ConcurrencyLimit {
        limit: "Most requests in progress." / "Máximo de requisições em andamento.";
        running: "Requests in progress, this one included." / "Requisições em andamento, inclusive esta.";
    }
    PeriodLimit {
        limit: "Per billing period." / "Por período de cobrança.";
        remaining: "What is left." / "O que resta.";
    }
    CreditLimit {
        limit: "Plan credits per billing period." / "Créditos do plano por período de cobrança.";
        remaining: "Plan credits left of the period." / "Créditos do plano que restam no período.";
        balance: "Credits left of all lots: plan, packs and grants." / "Créditos restantes de todos os lotes: plano, pacotes e cortesias.";
    }
    UsagePage {
        from: "First day of the answer, in UTC." / "Primeiro dia da resposta, em UTC.";
        to: "Last day of the answer, in UTC." / "Último dia da resposta, em UTC.";
        refused: "Refused calls of all these days." / "Chamadas recusadas em todos esses dias.";
        data: "The sums, by `group_by`." / "As somas, conforme `group_by`.";
    }
    UsageLine {
        day: "The UTC day on which the calls began." / "O dia em UTC em que as chamadas começaram.",
            absent "unless `group_by` has `day`" / "se `group_by` não tem `day`";
        key_id: "The key that called." / "A chave usada nas chamadas.",
            absent "unless `group_by` has `key`" / "se `group_by` não tem `key`";
        key_name: "Its name." / "O nome dela.", absent "unless `group_by` has `key`" / "se `group_by` não tem `key`";
        endpoint: "The path that was called." / "O caminho chamado.",
            absent "unless `group_by` has `endpoint`" / "se `group_by` não tem `endpoint`";
        outcome: "How the calls ended, or the error code of refused calls." / "Como as chamadas terminaram, ou o código de erro das recusadas.",
            absent "unless `group_by` has `outcome`" / "se `group_by` não tem `outcome`";
        calls: "Calls that ended or were refused." / "Chamadas que terminaram ou foram recusadas.";
        refused: "Of these, refused calls." / "Destas, as recusadas.";
        credits: "Credits charged." / "Créditos cobrados.";
    }
}
