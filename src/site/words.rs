//! The words around the pages, in both languages.

use crate::domain::credits::Credits;
use crate::domain::language::Language;

/// The beginning of addresses in a language.
pub(super) const fn prefix(language: Language) -> &'static str {
    match language {
        Language::En => "",
        Language::Pt => "/pt",
    }
}

macro_rules! words {
    ($($name:ident: $en:literal / $pt:literal;)+) => {
        /// The words of one language.
        #[derive(Clone, Copy, Debug)]
        pub(super) struct Words(pub(super) Language);

        impl Words {
            $(pub(super) const fn $name(self) -> &'static str {
                match self.0 { Language::En => $en, Language::Pt => $pt }
            })+
        }
    };
}

words! {
    skip: "Skip to the content" / "Ir para o conteúdo";
    contents: "Contents" / "Conteúdo";
    guides: "Guides" / "Guias";
    reference: "Reference" / "Referência";
    errors: "Errors" / "Erros";
    other_name: "Português" / "English";
    foot: "Every page is served by this gateway. Nothing is loaded from elsewhere, and there are no cookies."
        / "Todas as páginas são servidas por este gateway. Nada é carregado de outro lugar e não há cookies.";
    as_text: "This page as text" / "Esta página em texto";
    only_english: "This text is available in English only." / "Este texto está disponível apenas em inglês.";
    not_found: "Page not found" / "Página não encontrada";
    not_found_text: "There is no page at this address. [All guides](/docs/)"
        / "Não há nenhuma página neste endereço. [Todos os guias](/pt/docs/)";
    for_clients: "For clients" / "Para quem usa a API";
    for_owners: "For account owners" / "Para donos de conta";
    for_operators: "For operators" / "Para operadores";
    documentation: "Documentation" / "Documentação";
    pricing: "Pricing" / "Preços";
    changelog: "Changelog" / "Histórico de mudanças";
    other_versions: "Other versions" / "Outras versões";
    search: "Search" / "Buscar";
    one_page_found: "1 page found" / "1 página encontrada";
    pages_found: "{n} pages found" / "{n} páginas encontradas";
    nothing_found: "Nothing found" / "Nada encontrado";
    copy: "Copy" / "Copiar";
    copied: "Copied" / "Copiado";
    default: "Default" / "Padrão";
    required: "required" / "obrigatório";
    absent: "not sent" / "não enviar";
    samples: "Samples" / "Exemplos";
    try_it: "Try it" / "Experimente";
    key: "API key" / "Chave de API";
    key_stays: "A key of a test environment costs nothing. The key stays in this field and is gone when you leave the page."
        / "Uma chave de ambiente de teste não custa nada. A chave fica neste campo e some quando você sai da página.";
    live_key_stays: "Paste a live key: this call refuses keys of test environments. The key stays in this field and is gone when you leave the page."
        / "Cole uma chave de produção: esta chamada recusa chaves de ambientes de teste. A chave fica neste campo e some quando você sai da página.";
    changes_account: "This call changes your account." / "Esta chamada altera a sua conta.";
    send: "Send" / "Enviar";
    show_price: "Show the price" / "Ver o preço";
    send_at_this_price: "Send at this price" / "Enviar por esse preço";
    price_is: "Price in credits: {credits}. Left after the call: {after}. Nothing was charged yet."
        / "Preço em créditos: {credits}. Restam depois da chamada: {after}. Nada foi cobrado ainda.";
    not_sent: "The call could not be sent. Is the gateway reachable?" / "A chamada não pôde ser enviada. O gateway está acessível?";
    no_json: "This is not JSON." / "Isto não é JSON.";
    feed: "Feed (Atom)" / "Feed (Atom)";
    call: "Call" / "Chamada";
    first_call: "First call" / "Primeira chamada";
    make_the_call: "Call" / "Faça a chamada";
    call_of_route: "{call}\nThe header `X-Credits-Used` of the answer says what the call cost. [Its page](/docs/reference/{id}) has the same \
                    call in Python, JavaScript, Go, PHP and Ruby.\n"
        / "{call}\nO cabeçalho `X-Credits-Used` da resposta informa quanto a chamada custou. [A página dela](/pt/docs/reference/{id}) tem a \
           mesma chamada em Python, JavaScript, Go, PHP e Ruby.\n";
    more_calls: "## More calls\n\n{sold}\n\n" / "## Outras chamadas\n\n{sold}\n\n";
    all_endpoints: "All endpoints" / "Todos os endpoints";
    nothing_sold: "Nothing is sold here yet." / "Ainda não há nada à venda aqui.";
    plan: "Plan" / "Plano";
    calls: "Calls" / "Chamadas";
    pack: "Pack" / "Pacote";
    usd_a_credit: "US$ a credit" / "US$ por crédito";
    by_contract: "by contract" / "sob contrato";
    is_charged: "charged" / "cobrada";
    is_given_back: "given back" / "devolvida";
    what_it_means: "What does this mean?" / "O que isso significa?";
    free: "free" / "grátis";
    no_key: "no key" / "sem chave";
    key_optional: "key optional" / "chave opcional";
    any_key: "any key" / "qualquer chave";
    scope: "scope" / "escopo";
    parameters: "Parameters" / "Parâmetros";
    body: "Body" / "Corpo";
    no_test_keys: "\nKeys of test environments are refused: `TEST_KEY_NOT_ALLOWED`.\n"
        / "\nChaves de ambientes de teste são recusadas: `TEST_KEY_NOT_ALLOWED`.\n";
    body_by_example: "These are the fields of the example. The service behind this route may take others."
        / "Estes são os campos do exemplo. O serviço por trás desta rota pode aceitar outros.";
    answers: "Answers" / "Respostas";
    name: "Name" / "Nome";
    kind: "Kind" / "Tipo";
    meaning: "Meaning" / "Significado";
    status: "Status" / "Status";
    when: "When" / "Quando";
    credits: "Credits" / "Créditos";
    request: "Request" / "Requisição";
    answer: "Answer" / "Resposta";
    shortened_answer: "Answer, shortened" / "Resposta, encurtada";
    money: "Credits" / "Créditos";
    retry: "Retry" / "Nova tentativa";
    in_braces: "Words in braces are values of the request." / "As palavras entre chaves são valores da requisição.";
    bodies: "The answer, by path" / "A resposta, por caminho";
    outside_v1: "Outside `/v1`" / "Fora de `/v1`";
    under_v1: "Under `/v1`" / "Sob `/v1`";
    as_problem: "With `Accept: application/problem+json`" / "Com `Accept: application/problem+json`";
    and: " and " / " e ";
    how_to_buy: "[How to buy credits](/pricing#how-to-buy)" / "[Como comprar créditos](/pt/pricing#como-comprar)";
    buy_at: "Buy plans and packs at" / "Compre planos e pacotes em";
    write_to: "Write to {support}, and name your account and the plan or pack that you want."
        / "Escreva para {support} e informe a conta e o plano ou pacote desejado.";
    ask_operator: "Ask the operator of this gateway, and name your account and the plan or pack that you want."
        / "Peça ao operador deste gateway e informe a conta e o plano ou pacote desejado.";
    in_console: "[*Credits and plan*](/upgrade) in the console shows what your account has."
        / "[*Créditos e plano*](/upgrade), no console, mostra o que a sua conta tem.";
    without_posts: "without posts" / "sem publicações";
    signing_up: "No account yet? [Create one](/signup). It begins on the plan `{plan}`"
        / "Ainda sem conta? [Crie uma](/signup). Ela começa no plano `{plan}`";
    key_by_sign_up: "[create an account](/signup) or log in to the [console](/console)"
        / "[crie uma conta](/signup) ou entre no [console](/console)";
    key_in_console: "log in to the [console](/console) or ask the operator" / "entre no [console](/console) ou peça ao operador";
    key_of_operator: "ask the operator" / "peça ao operador";
    signing_up_credits: " with {credits} for {days}" / " com {credits} por {days}";
    operations: "Operations that answer with it" / "Operações que respondem com este erro";
    charged: "The call is charged: a search was done." / "A chamada é cobrada: uma busca foi feita.";
    not_charged: "Nothing is charged." / "Nada é cobrado.";
    zero_unless_billed: "0, unless `billing_info` says otherwise" / "0, salvo indicação contrária em `billing_info`";
    maybe_charged: "Nothing is charged unless `billing_info` says so." / "Nada é cobrado, a menos que `billing_info` indique.";
    retry_never: "Not before something has changed: the request, the key, the plan or the data."
        / "Só depois de alguma mudança: na requisição, na chave, no plano ou nos dados.";
    retry_cap: "Not before the time in `resets_at`, unless the cap is raised." / "Só depois do horário em `resets_at`, a menos que o teto seja aumentado.";
    retry_credits: "Not before the account has enough credits: when running calls have ended, after a purchase, or after the renewal whose day is in `billing_info`."
        / "Só quando a conta tiver créditos suficientes: ao fim das chamadas em andamento, depois de uma compra ou da renovação, cujo dia está em `billing_info`.";
    retry_wait: "After the seconds in `Retry-After`." / "Depois dos segundos indicados em `Retry-After`.";
    retry_pause: "After a pause, a few times at most." / "Depois de uma pausa, poucas vezes.";
    plans: "Plans with this call" / "Planos com esta chamada";
    settled: "Charged when the call is answered, when no profile is found and when several people match. Given back on errors, on \
              invalid requests and when there is too little text."
        / "Cobrada quando a chamada é respondida, quando nenhum perfil é encontrado e quando várias pessoas correspondem. \
           Devolvida em caso de erro, de requisição inválida e quando há pouco texto.";
    settled_by_status: "Charged when the answer has one of these statuses: {statuses}. For every other answer, the credits are given back."
        / "Cobrada quando a resposta tem um destes status: {statuses}. Em qualquer outra resposta, os créditos são devolvidos.";
    price_by_figures: "A call costs what it used, rounded up: {parts}. At least {least}, and at most {hold}, held while the call runs."
        / "Uma chamada custa o que usou, arredondado para cima: {parts}. No mínimo {least} e no máximo {hold}. O máximo fica reservado enquanto a chamada roda.";
    per_figure: "per unit of {of}" / "por unidade de {of}";
    per_figures: "for every {each} of {of}" / "a cada {each} de {of}";
    per_unit: "per {of}" / "por {of}";
    per_units: "for every {each} {of}" / "a cada {each} {of}";
    of_header: "(header of the answer)" / "(cabeçalho da resposta)";
    of_member: "(member of the answer)" / "(membro da resposta)";
    kib_of_request: "KiB of the request" / "KiB da requisição";
    kib_of_answer: "KiB of the answer" / "KiB da resposta";
    second: "second" / "segundo";
    seconds: "seconds" / "segundos";
    less_is_held: "Less is held where `{of}` of the request bounds what is used." / "Reserva-se menos quando `{of}` da requisição limita o uso.";
    missing_costs_the_least: " If the answer does not say what was used, the least is charged."
        / " Se a resposta não informa o que foi usado, cobra-se o mínimo.";
    missing_costs_the_hold: " If the answer does not say what was used, all that is held is charged."
        / " Se a resposta não informa o que foi usado, cobra-se tudo o que foi reservado.";
    missing_costs_nothing: " If the answer does not say what was used, nothing is charged."
        / " Se a resposta não informa o que foi usado, nada é cobrado.";
    broken_answer_is_given_back: "If the service breaks off its answer, the credits are given back."
        / "Se o serviço interrompe a resposta, os créditos são devolvidos.";
    broken_answer_is_charged: "An answer that the service breaks off is charged once it has begun."
        / "Uma resposta que o serviço interrompe é cobrada se já tiver começado.";
    broken_answer_is_counted: "An answer that the service breaks off costs what was used until then."
        / "Uma resposta que o serviço interrompe custa o que foi usado até ali.";
    broken_answer_costs_the_hold: "An answer that the service breaks off before it has said what was used costs all that is held."
        / "Uma resposta que o serviço interrompe antes de informar o que foi usado custa tudo o que foi reservado.";
    broken_answer_may_cost_nothing: "An answer that the service breaks off before it has said what was used costs nothing."
        / "Uma resposta que o serviço interrompe antes de informar o que foi usado não custa nada.";
    left_is_charged: "If you leave before the end of an answer that has begun, it is charged."
        / "Se você sai antes do fim de uma resposta que já começou, ela é cobrada.";
    left_is_counted: "If you leave before the end, what was used until then is charged."
        / "Se você sai antes do fim, cobra-se o que foi usado até ali.";
    left_costs_the_hold: "If you leave before the answer has said what was used, all that is held is charged."
        / "Se você sai antes que a resposta informe o que foi usado, cobra-se tudo o que foi reservado.";
    left_may_cost_nothing: "If you leave before the answer has said what was used, nothing is charged."
        / "Se você sai antes que a resposta informe o que foi usado, nada é cobrado.";
    left_is_finished: "If you leave before the end, the gateway reads the rest, for at most 30 seconds and 8 MiB, and charges it."
        / "Se você sai antes do fim, a resposta continua a ser lida, por no máximo 30 segundos e 8 MiB, e é cobrada.";
    route_is_limited: "Requests of an account to this route, on every plan: {rate} per second, {burst} in a row."
        / "Requisições de uma conta a esta rota, em todos os planos: {rate} por segundo, {burst} seguidas.";
    route_runs_at_once: " At most {concurrency} in progress." / " No máximo {concurrency} em andamento.";
    passed_on: "The answer of the service behind this route." / "A resposta do serviço por trás desta rota.";
    idempotent: "Honours `Idempotency-Key`: the same request counts once, for 24 hours."
        / "Aceita `Idempotency-Key`: a mesma requisição conta uma só vez, por 24 horas.";
    dry_run: "`X-Dry-Run: true` answers the price and charges nothing."
        / "`X-Dry-Run: true` informa o preço e não cobra nada.";
    every_error: "Every error has a stable code. Branch on the code, never on the texts."
        / "Todo erro tem um código estável. Decida pelo código, nunca pelos textos.";
    members: "Fields of the answer" / "Campos da resposta";
    absent_or_null: "Absent or `null`" / "Ausente ou `null`";
    dry_run_members: "Fields of a dry run" / "Campos de uma simulação";
    dry_run_lead: "What a paid call with `X-Dry-Run: true` answers. Nothing is charged: [the price of a live \
                   call](/docs/testing#the-price-of-a-live-call)."
        / "O que uma chamada paga com `X-Dry-Run: true` responde. Nada é cobrado: [o preço de uma chamada de \
           produção](/pt/docs/testing#o-preço-de-uma-chamada-de-produção).";
    analysis_members: "Fields of the analysis" / "Campos da análise";
    analysis_lead: "What `analise` contains, at its most detailed. The tier decides how much of it an answer has, and `detail` how \
                    long its lists are: [the tiers](/docs/api#paid-calls). [The analysis](/docs/analysis) explains the figures."
        / "O que `analise` contém, no maior detalhe. O nível decide quanto disso uma resposta traz, e `detail`, o tamanho das \
           listas: [os níveis](/pt/docs/api#chamadas-pagas). [A análise](/pt/docs/analysis) explica os números.";
    read_more: "Read more" / "Leia mais";
    shared_codes: "Under `/v1` these codes stand for several of the above" / "Sob `/v1`, estes códigos representam vários dos acima";
    shared_code: "Error bodies of `/v1` have this code in place of those below. The `Link` header of the answer leads to the page of \
                  the one meant, and with `Accept: application/problem+json` the body names it in `code`."
        / "Os corpos de erro de `/v1` trazem este código no lugar dos que estão abaixo. O cabeçalho `Link` da resposta leva à página \
           do código em questão e, com `Accept: application/problem+json`, o corpo o traz em `code`.";
    every_operation: "Every operation of the API. `/openapi.json` has the same for programs."
        / "Todas as operações da API. `/openapi.json` traz o mesmo para programas.";
}

impl Words {
    /// Which other name a field has.
    pub(super) fn other_name_of(self, name: &str) -> String {
        match self.0 {
            Language::En => format!("`{name}` is the same field."),
            Language::Pt => format!("`{name}` é o mesmo campo."),
        }
    }

    /// A number of credits.
    pub(super) fn count_of_credits(self, credits: Credits) -> String {
        credits.counted(self.0)
    }

    /// A number of days.
    pub(super) fn count_of_days(self, count: i64) -> String {
        match (self.0, count) {
            (Language::En, 1) => "1 day".to_owned(),
            (Language::En, count) => format!("{count} days"),
            (Language::Pt, 1) => "1 dia".to_owned(),
            (Language::Pt, count) => format!("{count} dias"),
        }
    }
}
