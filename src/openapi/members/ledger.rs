//! The statement, receipts and the audit log.

use super::meaning::meanings;

meanings! {
    LedgerPage {
        data: "Entries, oldest first." / "Lançamentos, do mais antigo ao mais novo.";
    }
    StatementLine {
        number: "Number within the account, from 1 without gaps." / "Número dentro da conta, a partir de 1, sem lacunas.";
        at: "When it happened." / "Quando aconteceu.";
        kind: "What happened, such as `hold` or `release`." / "O que aconteceu, como `hold` ou `release`.";
        amount: "Credits in (positive) or out (negative)." / "Créditos que entram (positivo) ou saem (negativo).";
        balance_after: "Balance of the account after it." / "Saldo da conta depois dele.";
        lot: "Number of the lot that it moves." / "Número do lote movimentado.";
        source: "Source of the lot: `plan`, `pack` or `grant`." / "Origem do lote: `plan`, `pack` ou `grant`.";
        id: "Id of the call or of the operator's command that caused it." / "Id da chamada ou do comando do operador que o causou.";
        key_id: "The key that called." / "A chave usada na chamada.", absent "unless a call caused it" / "se não foi causado por uma chamada";
        key_name: "Its name." / "O nome dela.", absent "unless a call caused it" / "se não foi causado por uma chamada";
        endpoint: "The path that was called." / "O caminho chamado.", absent "unless a call caused it" / "se não foi causado por uma chamada";
        state: "State of the call: `held`, `captured` or `released`." / "Estado da chamada: `held`, `captured` ou `released`.",
            absent "unless a call caused it" / "se não foi causado por uma chamada";
        label: "The same for customers: `pending`, `charged` or `refunded`." / "O mesmo para clientes: `pending`, `charged` ou `refunded`.",
            absent "unless a call caused it" / "se não foi causado por uma chamada";
        outcome: "How the call ended." / "Como a chamada terminou.", absent "while the call runs" / "enquanto a chamada está em andamento";
        status: "HTTP status of the answer." / "Status HTTP da resposta.",
            absent "if it is not known" / "se não é conhecido";
        upstream_status: "What the upstream of a forwarded call answered that is not charged."
            / "O que o serviço de origem respondeu a uma chamada encaminhada que não é cobrada.",
            absent "if it is not known" / "se não é conhecido";
        reference: "The operator's id of a purchase, a grant or a correction."
            / "O id que o operador deu a uma compra, cortesia ou retirada.",
            absent "unless one was given" / "se nenhum foi informado";
        summary: "What the entry of a call is, in a sentence in the language of messages."
            / "O que é o lançamento de uma chamada, em uma frase no idioma das mensagens.",
            absent "unless a call caused it" / "se não foi causado por uma chamada";
        note: "Why an operator granted or took credits, or the new plan of a `plan_move`."
            / "Por que um operador concedeu ou retirou créditos, ou o novo plano de um `plan_move`.",
            absent "with other entries" / "nos demais lançamentos";
    }
    ReceiptAnswer {
        call_id: "The `X-Request-Id` of the call." / "O `X-Request-Id` da chamada.";
        at: "When its credits were held." / "Quando os créditos foram reservados.";
        endpoint: "The path that was called." / "O caminho chamado.",
            absent "if the gateway does not know it any more" / "se o gateway não o conhece mais";
        state: "`held` while it runs, then `captured` or `released`." / "`held` enquanto está em andamento; depois, `captured` ou `released`.";
        label: "The same for customers: `pending`, `charged` or `refunded`." / "O mesmo para clientes: `pending`, `charged` ou `refunded`.";
        outcome: "How the call ended." / "Como a chamada terminou.", absent "while it runs" / "enquanto está em andamento";
        status: "HTTP status of the answer." / "Status HTTP da resposta.",
            absent "if it is not known" / "se não é conhecido";
        upstream_status: "What the upstream of a forwarded call answered that is not charged."
            / "O que o serviço de origem respondeu a uma chamada encaminhada que não é cobrada.",
            absent "if it is not known" / "se não é conhecido";
        credits: "What the call costs; while it runs, the most that it can cost."
            / "Quanto a chamada custa; enquanto está em andamento, quanto pode custar no máximo.";
        credits_held: "Credits that were held." / "Créditos reservados.";
        credits_captured: "Of these, credits that were charged." / "Destes, os cobrados.";
        credits_released: "Of these, credits that were given back." / "Destes, os devolvidos.";
        price: "How the charge was computed." / "Como a cobrança foi calculada.", absent "for a fixed price" / "se o preço é fixo";
        plan_request_used: "Whether it took one request of the plan's quota." / "Se usou uma requisição da cota do plano.";
        lots: "The lots that paid, in their order." / "Os lotes que pagaram, em ordem.";
        summary: "The receipt in a sentence in the language of messages." / "O recibo em uma frase no idioma das mensagens.";
        entries: "The entries of the call, oldest first." / "Os lançamentos da chamada, do mais antigo ao mais novo.";
    }
    LotPaid {
        lot: "Number of the lot." / "Número do lote.";
        source: "`plan`, `pack` or `grant`." / "`plan`, `pack` ou `grant`.";
        credits_held: "Credits taken from it." / "Créditos tirados dele.";
        credits_released: "Of these, credits that were given back." / "Destes, os devolvidos.";
    }
    PriceDetail {
        charged: "The price." / "O preço.";
        computed: "What the figures come to." / "O que os valores somam.", absent "if a figure is missing" / "se falta um valor";
        held: "Credits held for the call: the most that it can cost." / "Créditos reservados para a chamada: o máximo que ela pode custar.";
        min: "Least price of a charged call." / "Preço mínimo de uma chamada cobrada.";
        base: "Part of the price that is charged in any case." / "Parte do preço que é cobrada em todo caso.";
        counts: "The figures that add to it." / "Os valores que se somam a ela.";
        missing: "The rule of the route for missing figures." / "A regra da rota para valores ausentes.",
            absent "unless it decided the price" / "se não decidiu o preço";
    }
    PriceFigure {
        of: "Where the figure comes from, such as `json:/usage/total_tokens`." / "De onde vem o valor, como `json:/usage/total_tokens`.";
        figure: "The figure, with at most six decimals." / "O valor, com no máximo seis casas decimais.",
            absent "if it is missing" / "se está ausente";
        each: "Units for which `costs` is charged." / "Unidades pelas quais se cobra `costs`.";
        costs: "Credits for each of these." / "Créditos por cada uma delas.";
    }
    AuditPage {
        data: "Changes, oldest first." / "Alterações, da mais antiga à mais nova.";
    }
    AuditEntry {
        number: "Number within the account, from 1 without gaps." / "Número dentro da conta, a partir de 1, sem lacunas.";
        account_id: "The account." / "A conta.", absent "never in an account's own log" / "nunca no registro da própria conta";
        at: "When it happened." / "Quando aconteceu.";
        actor: "Kind of author: `operator`, `member`, `key` or `system`." / "Tipo de autor: `operator`, `member`, `key` ou `system`.";
        actor_id: "Name of the operator, or id of the member or key." / "Nome do operador, ou id da pessoa ou da chave.";
        action: "What was done, such as `key.rotated`." / "O que foi feito, como `key.rotated`.";
        subject: "Kind of thing that was changed." / "Tipo de coisa alterada.";
        subject_id: "Its id." / "O id dela.";
        before: "The changed fields before." / "Os campos alterados, antes.", absent "if it is new" / "se é nova";
        after: "The same fields after." / "Os mesmos campos, depois.", absent "if it is gone" / "se deixou de existir";
        address: "Network address of the author." / "Endereço de rede do autor.",
            absent "for changes of the system and of operators" / "em alterações do sistema e de operadores";
        request_id: "The request that made the change." / "A requisição que fez a alteração.",
            absent "unless a request made it" / "se não foi feita por uma requisição";
        reason: "Why, in the operator's words." / "O motivo, nas palavras do operador.",
            absent "unless an operator gave one" / "se nenhum operador deu um motivo";
    }
}
