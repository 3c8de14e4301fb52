//! The playground.

use super::words;

words! {
    nav_playground: "Playground" / "Área de testes";
    playground_lead: "Try a call before you write a line of code. Without a key of yours it finds sample people and costs nothing: the page creates a key for an hour in a test environment of its own, which your lists then show."
        / "Experimente uma chamada antes de escrever uma linha de código. Sem uma chave sua, ela encontra pessoas fictícias e não custa nada: a página cria uma chave por uma hora em um ambiente de teste próprio, que passa a aparecer nas suas listas.";
    playground_lead_of_route: "Try a call before you write a line of code. Without a key of yours it costs nothing: the page creates a key for an hour in a test environment of its own, which your lists then show."
        / "Experimente uma chamada antes de escrever uma linha de código. Sem uma chave sua, ela não custa nada: a página cria uma chave por uma hora em um ambiente de teste próprio, que passa a aparecer nas suas listas.";
    playground_lead_of_live_keys: "Try a call before you write a line of code. This one refuses keys of test environments: it needs a live key, and the call is charged. You see the price first."
        / "Experimente uma chamada antes de escrever uma linha de código. Esta recusa chaves de ambientes de teste: ela precisa de uma chave de produção, e a chamada é cobrada. Você vê o preço antes.";
    of_playground: "created by the Playground" / "criado pela Área de testes";
    key_of_playground: "created by the Playground for an hour" / "criada pela Área de testes por uma hora";
    operation: "Call" / "Chamada";
    choose: "Choose" / "Escolher";
    in_reference: "In the reference" / "Na referência";
    nothing_to_try: "This gateway sells no call that a form can send." / "Este gateway não vende nenhuma chamada que um formulário possa enviar.";
    sample_people: "Sample people" / "Pessoas fictícias";
    pasted_key: "A key of yours (optional)" / "Uma chave sua (opcional)";
    pasted_key_hint: "Empty: a test key for an hour is made for you. Calls with a live key are charged. The key stays in this field and is gone when you leave."
        / "Vazio: criamos para você uma chave de teste por uma hora. Chamadas com uma chave de produção são cobradas. A chave fica só neste campo e some quando você sai.";
    live_key: "A live key of yours" / "Uma chave de produção sua";
    live_key_hint: "The key stays in this field and is gone when you leave." / "A chave fica só neste campo e some quando você sai.";
    send: "Send" / "Enviar";
    send_for: "Send for {credits} credits" / "Enviar por {credits} créditos";
    send_for_one: "Send for 1 credit" / "Enviar por 1 crédito";
    costs: "Price in credits: {credits}. Left after the call: {after}. Nothing was charged yet."
        / "Preço em créditos: {credits}. Restam depois da chamada: {after}. Nada foi cobrado ainda.";
    costs_nothing: "Costs nothing with this key. Credits left: {after}." / "Não custa nada com esta chave. Créditos restantes: {after}.";
    was_charged: "Credits charged: {credits}. Credits left: {after}." / "Créditos cobrados: {credits}. Créditos restantes: {after}.";
    is_calling: "Waiting for the answer …" / "Aguardando a resposta …";
    free_without_key: "Without a key of yours this call costs nothing." / "Sem uma chave sua, esta chamada não custa nada.";
    price_with_key: "The price is shown here once you have entered a key." / "O preço aparece aqui quando você informar uma chave.";
    no_playground_key: "No test key could be made. Others may be using the playground: try again later, or paste a key of yours."
        / "Não foi possível criar uma chave de teste. Outras pessoas podem estar usando a área de testes: tente mais tarde ou cole uma chave sua.";
    not_sent: "The call could not be sent. Is the gateway reachable?" / "A chamada não pôde ser enviada. O gateway está acessível?";
    no_json: "This is not JSON." / "Isto não é JSON.";
    what_it_means: "What does this mean?" / "O que isso significa?";
    show_code: "Show as code" / "Mostrar como código";
    needs_script: "Sending from this page needs JavaScript. The code beside it works without."
        / "Enviar desta página exige JavaScript. O código nesta página funciona sem ele.";
    as_code: "As code" / "Como código";
    code_of_form: "The code sends what you typed." / "O código envia o que você digitou.";
    code_of_example: "The code sends the example. “Show as code” writes it for what you typed."
        / "O código envia o exemplo. “Mostrar como código” o escreve para o que você digitou.";
}
