//! Health, plans and packs.

use super::meaning::meanings;

meanings! {
    HealthAnswer {
        status: "`healthy`, or `unavailable` with HTTP status 503." / "`healthy` ou, com o status HTTP 503, `unavailable`.";
        service: "Name of the service." / "Nome do serviço.";
        version: "Version of the gateway." / "Versão do gateway.";
        timestamp: "Time of the gateway." / "Hora do gateway.";
        api_key_status: "`valid`." / "`valid`.", absent "without a key" / "sem chave";
        subscription_info: "The plan and what is left of it." / "O plano e o que resta dele.", absent "without a key" / "sem chave";
        rate_limit_status: "Requests of the period." / "Requisições do período.", absent "without a key" / "sem chave";
        endpoints_available: "Paths that the key may call." / "Caminhos que a chave pode chamar.", absent "without a key" / "sem chave";
        billing_info: "What is left: [fields](/docs/api#what-a-call-costs)." / "Quanto resta: [campos](/pt/docs/api#quanto-custa-uma-chamada).",
            absent "without a key" / "sem chave";
    }
    Subscription {
        tier: "Name of the plan." / "Nome do plano.";
        credits_remaining: "Credits left, from all lots." / "Créditos que restam, de todos os lotes.";
        monthly_limit: "Plan credits per period." / "Créditos do plano por período.";
        reset_date: "When the plan credits are renewed." / "Quando os créditos do plano são renovados.";
        rate_limit: "Requests per second, in words." / "Requisições por segundo, por extenso.";
    }
    RequestQuota {
        requests_remaining: "Calls that the plan can still pay for in the period." / "Chamadas que o plano ainda pode pagar no período.";
        reset_time: "When the period ends." / "Quando o período termina.";
    }
    CatalogueAnswer {
        editions: "Editions of the plans, oldest first." / "Edições dos planos, da mais antiga à mais nova.";
        packs: "Packs of credits." / "Pacotes de créditos.";
        pack_life_months: "Months after which the credits of a pack expire." / "Meses depois dos quais os créditos de um pacote expiram.";
        current: "Your plan." / "O seu plano.", absent "without a key" / "sem chave";
        billing_info: "What is left: [fields](/docs/api#what-a-call-costs)." / "Quanto resta: [campos](/pt/docs/api#quanto-custa-uma-chamada).",
            absent "without a key" / "sem chave";
    }
    CurrentPlan {
        edition: "Its edition." / "A edição dele.";
        plan: "Its name." / "O nome dele.";
        tier: "Its tier, such as `platform_professional`." / "O nível dele, como `platform_professional`.";
    }
    Edition {
        edition: "Its name, such as `2025-01`." / "O nome dela, como `2025-01`.";
        plans: "Its plans." / "Os planos dela.";
    }
    PlanInForce {
        name: "Name of the plan." / "Nome do plano.";
        edition: "The edition that it belongs to." / "A edição a que ele pertence.";
    }
    Plan {
        plan: "Name within the edition." / "Nome dentro da edição.";
        tier: "Tier, such as `platform_professional`." / "Nível, como `platform_professional`.";
        label: "Label in billing, such as `enterprise_crm`." / "Nome na cobrança, como `enterprise_crm`.";
        price_usd: "Price in whole US dollars a month." / "Preço mensal em dólares inteiros.",
            absent "if it is agreed by contract" / "se é definido em contrato";
        credits: "Plan credits per period." / "Créditos do plano por período.";
        requests: "Calls per period that these credits pay for." / "Chamadas por período que esses créditos pagam.";
        rate_per_s: "Requests per second." / "Requisições por segundo.";
        burst: "Requests that may arrive in a row." / "Requisições que podem chegar seguidas.";
        concurrency: "Most requests in progress." / "Máximo de requisições em andamento.";
        keys_per_environment: "Most keys in one environment." / "Máximo de chaves em um ambiente.";
        api_access: "Whether it includes the API at all." / "Se ele inclui a API.";
        access: "Groups of endpoints that it includes." / "Grupos de endpoints que ele inclui.";
        support: "How support answers." / "Como o suporte atende.";
        assumption: "A figure that the seller has not confirmed." / "Um valor que o vendedor não confirmou.",
            absent "if all figures are the edition's own" / "se todos os valores são da própria edição";
    }
    Pack {
        pack: "Name in commands, such as `boost`." / "Nome em comandos, como `boost`.";
        name: "Name for customers." / "Nome para clientes.";
        credits: "Credits." / "Créditos.";
        price_usd: "Price in whole US dollars." / "Preço em dólares inteiros.";
    }
    AliveAnswer {
        status: "`alive`." / "`alive`.";
    }
    ReadyAnswer {
        status: "`ready`." / "`ready`.";
        reason: "Why the gateway serves no calls." / "Por que o gateway não atende chamadas.", absent "while it serves" / "enquanto atende";
        warnings: "What an operator should correct. Calls are answered." / "O que um operador deve corrigir. As chamadas são atendidas.",
            absent "while nothing is wrong" / "enquanto está tudo bem";
    }
    LeakReportAnswer {
        message: "The same for every report." / "A mesma para toda denúncia.";
    }
    IdentityKeys {
        keys: "The keys, the newest first. While there are two, the older one signs." / "As chaves, da mais nova à mais antiga. Enquanto há duas, a mais antiga assina.";
    }
    IdentityKey {
        kty: "`OKP`." / "`OKP`.";
        crv: "`Ed25519`." / "`Ed25519`.";
        alg: "`EdDSA`." / "`EdDSA`.";
        use: "`sig`." / "`sig`.";
        kid: "The `kid` of tokens that this key verifies." / "O `kid` dos tokens que esta chave verifica.";
        x: "The public key, in base64url." / "A chave pública, em base64url.";
    }
}
