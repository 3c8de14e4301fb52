//! Keys and environments.

use super::{counted, sentences, words};
use crate::console::numbers::{NotANumber, whole};
use crate::domain::amount::Amount;
use crate::domain::key::KeyStatus;

words! {
    keys: "API keys" / "Chaves de API";
    keys_lead: "A key lets one program call the API. Its secret is shown once, when it is created."
        / "Uma chave permite que um programa chame a API. O segredo é mostrado uma única vez, na criação.";
    create_key: "Create key" / "Criar chave";
    which_key: "Which key is this?" / "Que chave é esta?";
    no_keys: "No key yet. A key opens the API for one program."
        / "Nenhuma chave ainda. Uma chave abre a API para um programa.";
    no_keys_here: "No key listed so far is in use. Continue with older keys."
        / "Nenhuma das chaves consultadas está em uso. Continue com as mais antigas.";
    no_match: "No key matches the filter." / "Nenhuma chave corresponde ao filtro.";
    environment: "Environment" / "Ambiente";
    all_environments: "All environments" / "Todos os ambientes";
    state: "State" / "Estado";
    living: "In use" / "Em uso";
    ended: "Ended" / "Encerradas";
    search: "Name or last 4 characters" / "Nome ou 4 últimos caracteres";
    apply: "Filter" / "Filtrar";
    more: "More" / "Mais";
    secret: "Secret" / "Segredo";
    may: "May" / "Pode";
    today_cap: "Credits today / cap" / "Créditos hoje / teto";
    last_used: "Last used" / "Último uso";
    expires: "Expires" / "Expira";
    made_by: "Created by" / "Criada por";
    made_at: "Created" / "Criação";
    free: "free" / "grátis";
    live: "live" / "produção";
    test: "test" / "teste";
    status_active: "Active" / "Ativa";
    status_disabled: "Disabled" / "Desativada";
    status_expired: "Expired" / "Expirada";
    status_revoked: "Revoked" / "Revogada";
    revoked_already: "The key is already revoked and cannot be changed." / "A chave já foi revogada e não pode ser alterada.";
    key_changed_meanwhile: "This key has changed since you opened the form. Compare your fields with the key, and save again."
        / "Alguém alterou esta chave depois que você abriu o formulário. Compare os campos com a chave e salve de novo.";
    expired_already: "The key has expired: a new secret would be refused too. Change when the key expires first."
        / "A chave expirou: um segredo novo também seria recusado. Antes, altere a validade da chave.";
    no_room_to_renew: "The key’s environment has as many keys as it may have, so this one cannot be renewed. Revoke another key of the environment first."
        / "O ambiente da chave já tem o máximo de chaves, então esta não pode ser renovada. Antes, revogue outra chave do ambiente.";
    not_rotating: "The key has no old secret: its secret is not being replaced." / "A chave não tem segredo antigo: não há troca em andamento.";
    to_key: "Open the key" / "Abrir a chave";
    rotating: "Rotating" / "Trocando o segredo";
    end_now: "End it now" / "Encerrar agora";
    end_overlap: "End the old secret" / "Encerrar o segredo antigo";
    cancel_rotation: "Cancel the rotation" / "Cancelar a troca";
    scope_read: "Read: account, usage, statement and contacts" / "Ler: conta, consumo, extrato e contatos";
    scope_invoke: "Call: paid calls, and writing contacts" / "Chamar: chamadas pagas e gravação de contatos";
    scope_manage: "Manage: create, change and revoke keys and environments"
        / "Gerenciar: criar, alterar e revogar chaves e ambientes";
    scopes: "What it may do" / "O que pode fazer";
    scopes_needed: "Choose at least one." / "Escolha pelo menos uma opção.";
    preset: "Presets" / "Modelos";
    preset_server: "Server, production" / "Servidor, produção";
    preset_test: "Test" / "Teste";
    preset_read: "Read only" / "Somente leitura";
    key_name_hint: "The program that will use it, such as “backend”." / "O programa que vai usá-la, como “backend”.";
    expires_on: "Expires on" / "Expira em";
    expires_hint: "The last day on which it works, in UTC. Empty: it does not expire by itself."
        / "O último dia em que funciona, em UTC. Vazio: não expira sozinha.";
    not_a_day: "This is not a day in the future." / "Isto não é um dia no futuro.";
    day_is_too_late: "Choose 30 Dec 9999 or an earlier day." / "Escolha 30 dez 9999 ou um dia anterior.";
    daily_cap: "Daily cap, in credits" / "Teto diário, em créditos";
    monthly_cap: "Monthly cap, in credits" / "Teto mensal, em créditos";
    cap_hint: "UTC days and months. Empty: no cap." / "Dias e meses em UTC. Vazio: sem teto.";
    networks: "Only from these networks" / "Somente destas redes";
    networks_hint: "One per line, such as 203.0.113.0/24. Empty: from anywhere."
        / "Uma por linha, como 203.0.113.0/24. Vazio: de qualquer lugar.";
    regions: "Only in these regions" / "Somente nestas regiões";
    regions_hint: "One per line, such as sa-east-1. Empty: in all regions." / "Uma por linha, como sa-east-1. Vazio: em todas as regiões.";
    environment_exists: "The account has an environment of this name." / "A conta já tem um ambiente com este nome.";
    no_test_environment: "The account has no test environment. Create one, and then a key in it: its calls cost nothing."
        / "A conta não tem ambiente de teste. Crie um e, depois, uma chave nele: as chamadas dela não custam nada.";
    no_such_environment: "Choose one of the environments." / "Escolha um dos ambientes.";
    format: "Format" / "Formato";
    format_hint: "How the secret looks. “prefixed” is right unless a program expects another form."
        / "A aparência do segredo. Use “prefixed”, a menos que um programa exija outra forma.";
    wrong_format: "The format is for another mode than the environment’s."
        / "O formato é de um modo diferente do modo do ambiente.";
    secret_once: "Copy the secret now. It is shown only on this page, and cannot be read again, not even by us."
        / "Copie o segredo agora. Ele aparece apenas nesta página e não pode ser lido de novo, nem por nós.";
    copy_secret: "Copy secret" / "Copiar segredo";
    copied: "Copied" / "Copiado";
    copy_by_hand: "Your browser did not copy it. Select the text and copy it by hand."
        / "Seu navegador não copiou. Selecione o texto e copie manualmente.";
    show: "Show" / "Mostrar";
    hide: "Hide" / "Ocultar";
    download_env: "Download .env" / "Baixar .env";
    test_it: "Test it now" / "Testar agora";
    it_works: "✓ The key works." / "✓ A chave funciona.";
    it_does_not_work: "The key was not accepted from this browser. The key’s allowed networks or regions may exclude it."
        / "A chave não foi aceita a partir deste navegador. As redes ou regiões dela podem não incluí-lo.";
    first_call: "Make the first call" / "Faça a primeira chamada";
    saved_it: "I have saved it" / "Já guardei";
    if_lost: "If you lose it, replace the secret on the page of the key. It costs nothing."
        / "Se você o perder, troque o segredo na página da chave. Não custa nada.";
    can_spend_now: "Can spend now" / "Pode gastar agora";
    nothing_to_spend: "It costs nothing: a key of a test environment." / "Não custa nada: é uma chave de ambiente de teste.";
    bound_by_balance: "the account’s balance" / "o saldo da conta";
    bound_by_day: "what is left of today’s cap" / "o que resta do teto de hoje";
    bound_by_month: "what is left of this month’s cap" / "o que resta do teto deste mês";
    refused_now: "Calls with it are refused now." / "As chamadas com ela são recusadas agora.";
    terms: "Terms" / "Condições";
    secrets: "Secrets" / "Segredos";
    version: "Version" / "Versão";
    works_until: "Works until" / "Funciona até";
    no_cap: "no cap" / "sem teto";
    no_end: "no end" / "sem prazo";
    history: "Activity" / "Atividade";
    change_key: "Change" / "Alterar";
    rotate: "Replace the secret" / "Trocar o segredo";
    disable: "Disable" / "Desativar";
    enable: "Enable" / "Reativar";
    revoke: "Revoke" / "Revogar";
    make_another: "Create another like this" / "Criar outra igual";
    anywhere: "from anywhere" / "de qualquer lugar";
    every_region: "in all regions" / "em todas as regiões";
    curl_waits: "The line works once you have put the secret into FLUENCE_API_KEY."
        / "A linha funciona depois de colocar o segredo em FLUENCE_API_KEY.";
    usage_30: "Last 30 days" / "Últimos 30 dias";
    overlap: "How long the old secret still works" / "Por quanto tempo o segredo antigo ainda funciona";
    overlap_0: "It stops at once: for a secret that leaked or was never used"
        / "Para na hora: para um segredo que vazou ou nunca foi usado";
    overlap_1h: "1 hour" / "1 hora";
    overlap_1d: "1 day" / "1 dia";
    overlap_7d: "7 days" / "7 dias";
    rotate_lead: "The key stays the same: id, limits and history. Until the old secret ends, both work, and the page of the key shows when the old one was last used."
        / "A chave continua a mesma: id, limites e histórico. Até o fim do segredo antigo, os dois funcionam, e a página da chave mostra quando o antigo foi usado pela última vez.";
    old_secret_last_used: "The current secret was last used" / "O segredo atual foi usado pela última vez";
    disable_lead: "Every program that uses the key is refused within 5 seconds, until you enable it again."
        / "Todo programa que usa a chave passa a ser recusado em até 5 segundos, até você reativá-la.";
    enable_lead: "Programs that have its secret may call again at once."
        / "Os programas que têm o segredo podem chamar de novo na hora.";
    revoke_lead: "Every program that uses the key stops within 5 seconds. This cannot be undone; disabling can."
        / "Todo programa que usa a chave para em até 5 segundos. Isto não pode ser desfeito; desativar pode.";
    end_overlap_lead: "Programs that still have the old secret are refused within 5 seconds. This cannot be undone."
        / "Os programas que ainda têm o segredo antigo passam a ser recusados em até 5 segundos. Isto não pode ser desfeito.";
    cancel_rotation_lead: "The new secret stops working, and the old one keeps working. For a new secret that was lost."
        / "O segredo novo deixa de funcionar, e o antigo continua. Para um segredo novo que se perdeu.";
    key_name: "Name of the key" / "Nome da chave";
    type_its_name: "It was used in the last 7 days. Type its name to revoke it."
        / "Ela foi usada nos últimos 7 dias. Digite o nome dela para revogá-la.";
    not_its_name: "This is not the name of the key." / "Este não é o nome da chave.";
    gateways_title: "Confirmation" / "Confirmação";
    gateway: "Gateway" / "Gateway";
    gateways_lead: "The key is refused within 5 seconds everywhere. Each gateway confirms by itself."
        / "A chave é recusada em todo lugar em até 5 segundos. Cada gateway confirma por conta própria.";
    gateway_refuses: "✓ refuses the key" / "✓ recusa a chave";
    gateway_waits: "◌ has not confirmed yet" / "◌ ainda não confirmou";
    gateway_silent: "△ silent: it has stopped or lost the database, and then refuses within 5 seconds too"
        / "△ sem resposta: parou ou perdeu o banco de dados, e então também recusa em até 5 segundos";
    look_again: "Look again" / "Verificar de novo";
    which_lead: "Paste a key. The gateway compares it and does not store, log or show it."
        / "Cole uma chave. O gateway a compara e não a guarda, registra nem mostra.";
    which_none: "This key does not belong to this account." / "Esta chave não é desta conta.";
    secret_works: "This secret works." / "Este segredo funciona.";
    key_is_disabled: "The key is disabled: calls with it are refused until it is enabled again."
        / "A chave está desativada: chamadas com ela são recusadas até que seja reativada.";
    which_button: "Find the key" / "Encontrar a chave";
    which_label: "Key" / "Chave";
    environments_lead: "An environment has keys of its own. Keys of test environments find sample people and cost nothing."
        / "Um ambiente tem suas próprias chaves. As chaves de ambientes de teste encontram pessoas fictícias e não custam nada.";
    create_environment: "Create environment" / "Criar ambiente";
    mode: "Mode" / "Modo";
    mode_live: "Live: keys spend credits" / "Produção: as chaves gastam créditos";
    mode_test: "Test: sample people, costs nothing" / "Teste: pessoas fictícias, sem custo";
    nav_environment: "Key limit of" / "Limite de chaves de";
    keys_of_most: "Keys" / "Chaves";
    change_limit: "Change the limit" / "Alterar o limite";
    key_cap: "Maximum number of keys in use" / "Máximo de chaves em uso";
    key_cap_hint: "Empty: as many as the plan allows." / "Vazio: quantas o plano permitir.";
}

impl super::Words {
    /// The state of a key.
    pub(crate) const fn status(self, status: KeyStatus) -> &'static str {
        match status {
            KeyStatus::Active => self.status_active(),
            KeyStatus::Disabled => self.status_disabled(),
            KeyStatus::Expired => self.status_expired(),
            KeyStatus::Revoked => self.status_revoked(),
        }
    }
}

sentences! {
    w:
    fn not_a_network(line: &str) { format!("“{line}” is not an address or network.") }
        { format!("“{line}” não é um endereço nem uma rede.") }
    fn has_host_bits(line: &str, network: &str) { format!("“{line}” has bits set after its prefix. For the whole network, enter {network}.") }
        { format!("“{line}” tem bits além do prefixo. Para a rede inteira, digite {network}.") }
    fn number_fault(fault: NotANumber, most: i64) {
        match fault {
            NotANumber::Unreadable => "Enter a whole number, 1 or more.".to_owned(),
            NotANumber::TooLarge => format!("Enter a number up to {}.", whole(w.0, most)),
        }
    } {
        match fault {
            NotANumber::Unreadable => "Digite um número inteiro, 1 ou mais.".to_owned(),
            NotANumber::TooLarge => format!("Digite um número de até {}.", whole(w.0, most)),
        }
    }
    fn amount_fault(fault: NotANumber) { w.number_fault(fault, Amount::MAX) } { w.number_fault(fault, Amount::MAX) }
    fn environment_is_full(name: &str) { format!("The environment “{name}” has as many keys as it may have. Revoke one that you no longer use, or choose another environment.") }
        { format!("O ambiente “{name}” já tem o máximo de chaves. Revogue uma que não usa mais ou escolha outro ambiente.") }
    fn too_many_environments(most: i64) { format!("The account already has {most} environments, the most it may have. Use one of them.") }
        { format!("A conta já tem {most} ambientes, o máximo permitido. Use um deles.") }
    fn rotating_until(until: &str) { format!("The secret is already being replaced, and the old one works until {until}. On the key’s page you can end the old secret now or cancel the replacement.") }
        { format!("O segredo já está sendo trocado, e o antigo funciona até {until}. Na página da chave, você pode encerrar o segredo antigo agora ou cancelar a troca.") }
    fn not_a_region(line: &str) { format!("“{line}” is not the name of a region.") }
        { format!("“{line}” não é o nome de uma região.") }
    fn too_many_lines(most: usize) { format!("Enter at most {most} lines.") }
        { format!("Digite no máximo {most} linhas.") }
    fn ended_hidden(n: i64, most: i64) {
        if n > most { format!("more than {} hidden", counted(w, most, "ended key", "ended keys")) }
        else { format!("{} hidden", counted(w, n, "ended key", "ended keys")) }
    } {
        if n > most { format!("mais de {} ocultas", counted(w, most, "chave encerrada", "chaves encerradas")) }
        else { counted(w, n, "chave encerrada oculta", "chaves encerradas ocultas") }
    }
    fn gateway_last_word(ago: &str) { format!("Last report: {ago}.") } { format!("Último sinal: {ago}.") }
    fn old_secret_unused(last_four: &str, until: &str) { format!("Old secret …{last_four}: never used, works until {until}.") }
        { format!("Segredo antigo …{last_four}: nunca usado, funciona até {until}.") }
    fn old_secret(last_four: &str, used: &str, until: &str) {
        format!("Old secret …{last_four}: last used {used}, works until {until}.")
    } {
        format!("Segredo antigo …{last_four}: último uso {used}, funciona até {until}.")
    }
    fn key_created(name: &str) { format!("Key “{name}” created") } { format!("Chave “{name}” criada") }
    fn secret_replaced(name: &str) { format!("New secret of “{name}”") } { format!("Novo segredo de “{name}”") }
    fn of_key(act: &str, name: &str) { format!("{act} “{name}”") } { format!("{act}: “{name}”") }
    fn bound_by(what: &str) { format!("bound by {what}") } { format!("limite: {what}") }
    fn used_lately(calls: i64, credits: i64) {
        format!("Since yesterday it made {} for {}.", counted(w, calls, "call", "calls"), w.credits(credits))
    } {
        format!("Desde ontem ela fez {} por {}.", counted(w, calls, "chamada", "chamadas"), w.credits(credits))
    }
    fn calls_and_credits(calls: i64, credits: i64) { format!("{}, {}", counted(w, calls, "call", "calls"), w.credits(credits)) }
        { format!("{}, {}", counted(w, calls, "chamada", "chamadas"), w.credits(credits)) }
    fn revoked_at(when: &str) { format!("Revoked on {when}.") } { format!("Revogada em {when}.") }
    fn of_most(keys: &str, most: &str) { format!("{keys} of {most}") } { format!("{keys} de {most}") }
    fn secret_ended(when: &str) { format!("This secret ended on {when}, and calls with it are refused. The key has another secret.") }
        { format!("Este segredo acabou em {when}, e chamadas com ele são recusadas. A chave tem outro segredo.") }
    fn leak_reported(when: &str) { format!("A leak of this secret was reported on {when}.") }
        { format!("Um vazamento deste segredo foi denunciado em {when}.") }
    fn key_has_expired(when: &str) { format!("The key expired on {when}: calls with it are refused.") }
        { format!("A chave expirou em {when}: chamadas com ela são recusadas.") }
    fn key_was_revoked(when: &str) { format!("The key was revoked on {when}: calls with it are refused for good.") }
        { format!("A chave foi revogada em {when}: chamadas com ela são recusadas para sempre.") }
    fn which_version(n: i32) { format!("It is version {n} of this key’s secret.") }
        { format!("É a versão {n} do segredo desta chave.") }
}
