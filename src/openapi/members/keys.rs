//! Keys and environments.

use super::meaning::meanings;

meanings! {
    KeyAnswer {
        data: "The key." / "A chave.";
    }
    KeyPage {
        data: "Keys, oldest first." / "Chaves, da mais antiga à mais nova.";
    }
    KeyWithSecret {
        key: "The secret. No other answer has it." / "O segredo. Nenhuma outra resposta o traz.";
    }
    Key {
        id: "Id of the key, which never changes." / "Id da chave, que nunca muda.";
        environment_id: "Its environment." / "O ambiente dela.";
        environment: "Name of the environment." / "Nome do ambiente.";
        mode: "Keys of `test` environments spend nothing." / "Chaves de ambientes `test` não gastam nada.";
        name: "Its name." / "O nome dela.";
        state: "Only an `active` key may be used." / "Só uma chave `active` pode ser usada.";
        scopes: "What it may do." / "O que ela pode fazer.";
        format: "What its secret looks like; `legacy` is an imported key." / "A forma do segredo; `legacy` é uma chave importada.";
        prefix: "Beginning of the current secret." / "Início do segredo atual.";
        last_four: "Last four characters of the current secret." / "Últimos quatro caracteres do segredo atual.";
        regions: "Regions whose gateways serve it. Empty: all." / "Regiões cujos gateways a atendem. Vazio: todas.";
        allowed_networks: "Networks from which it may be used. Empty: all." / "Redes a partir das quais pode ser usada. Vazio: todas.";
        daily_cap: "Most credits per UTC day." / "Máximo de créditos por dia em UTC.", absent "without a cap" / "sem teto";
        monthly_cap: "Most credits per UTC calendar month." / "Máximo de créditos por mês civil em UTC.",
            absent "without a cap" / "sem teto";
        expires_at: "Its end." / "O fim dela.", absent "if it does not expire" / "se ela não expira";
        created_at: "When it was created." / "Quando foi criada.";
        revoked_at: "When it was revoked." / "Quando foi revogada.", absent "unless it is revoked" / "se não foi revogada";
        last_used_at: "Last use of any of its secrets, to the minute." / "Último uso de qualquer um dos segredos, ao minuto.",
            absent "if it was never used" / "se nunca foi usada";
        secrets: "Live secrets, the current one first; during a rotation, also the old one."
            / "Segredos ativos, o atual primeiro; durante uma troca, também o antigo.";
    }
    Secret {
        version: "Counts from 1." / "Conta a partir de 1.";
        prefix: "Its beginning." / "O início dele.";
        last_four: "Its last four characters." / "Os últimos quatro caracteres dele.";
        created_at: "When it was created." / "Quando foi criado.";
        ends_at: "End of the overlap." / "Fim da convivência.", absent "for the current secret" / "no segredo atual";
        last_used_at: "Last use, to the minute." / "Último uso, ao minuto.", absent "if it was never used" / "se nunca foi usado";
    }
    EnvironmentPage {
        data: "Environments, oldest first." / "Ambientes, do mais antigo ao mais novo.";
    }
    EnvironmentAnswer {
        data: "The environment." / "O ambiente.";
    }
    Environment {
        id: "Id of the environment." / "Id do ambiente.";
        name: "Its name." / "O nome dele.";
        mode: "Keys of `test` environments spend nothing." / "Chaves de ambientes `test` não gastam nada.";
        keys: "Keys that are neither revoked nor expired." / "Chaves nem revogadas nem expiradas.";
        most_keys: "Most such keys: the lower of the plan's number and `key_cap`." / "Máximo dessas chaves: o menor entre o número do plano e `key_cap`.";
        key_cap: "The environment's own limit." / "O limite do próprio ambiente.",
            absent "if only the plan limits it" / "se só o plano limita";
    }
}
