//! What parts of a company's name are worth: legal forms nothing, words of trade little, and which names mean the
//! same company. The tables are our own; every entry is folded (see [`normalise`](super::normalise)).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Whether the word states a legal form, such as "ltda" or "inc".
pub fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.contains(&word)
}

/// Whether the word says that there is a group or a country, not which.
pub fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word)
}

/// Whether the word only joins others ("de", "and").
pub fn is_joint(word: &str) -> bool {
    JOINTS.contains(&word)
}

/// Whether the word names a trade that many companies share, such as "tecnologia" or "tech".
pub fn is_trade_word(word: &str) -> bool {
    TRADE_SET.contains(word)
}

/// One spelling for a trade's abbreviations and translations: "tech", "tec" and "technology" become "tecnologia".
pub fn common_spelling(word: &str) -> &str {
    SPELLINGS.get(word).copied().unwrap_or(word)
}

/// The name under which a company with several known names is filed; the key itself when it has only one.
/// The argument is the core words (see [`company`](super::company)) joined by single spaces.
pub fn filed_under(name: &str) -> Option<&'static str> {
    FILED.get(name).copied()
}

const LEGAL_FORMS: [&str; 40] = [
    "ltda",
    "limitada",
    "sa",
    "me",
    "mei",
    "epp",
    "eireli",
    "ss",
    "scp",
    "slu",
    "inc",
    "incorporated",
    "llc",
    "llp",
    "lp",
    "ltd",
    "limited",
    "corp",
    "corporation",
    "co",
    "company",
    "cia",
    "companhia",
    "plc",
    "gmbh",
    "ag",
    "kg",
    "bv",
    "nv",
    "srl",
    "spa",
    "sas",
    "sarl",
    "oy",
    "ab",
    "aps",
    "pty",
    "pte",
    "sl",
    "sociedade",
];

const GENERIC: [&str; 14] = [
    "group",
    "grupo",
    "holding",
    "holdings",
    "brasil",
    "brazil",
    "brasileira",
    "brasileiro",
    "participacoes",
    "international",
    "internacional",
    "global",
    "latam",
    "worldwide",
];

const JOINTS: [&str; 15] =
    ["de", "da", "do", "das", "dos", "e", "d", "em", "para", "and", "of", "the", "for", "y", "et"];

/// One trade a line: the common spelling, then what else is written for it.
const TRADES: &str = "\
administracao administradora
advocacia advogados advogadas adv law
agencia agency
agricola agro agropecuaria agronegocio agronegocios agribusiness
alimentos alimenticia alimenticios foods food
ambiental environmental
arquitetura arquitetos architecture architects
assessoria advisory
associados associates
automacao automation
automotiva automotivo automotive autopecas veiculos
banco bank bancos
bebidas beverages
beleza beauty
biotecnologia biotech
calcados shoes
capital
center centro centre
clinica clinic clinicas
cloud nuvem
colegio escola school
comercial com comercio commerce trading trade
comunicacao comunicacoes communications
confeccoes textil textile
construtora construcao construcoes construction const
consultoria consulting consultores consultants cons
contabilidade contabil accounting
cooperativa coop
corretora
cosmeticos cosmetics
credito credit
data dados
design
digital digitais
distribuidora distribuicao distribution dist
educacao educacional education ensino
embalagens packaging
empreendimentos empreendimento ventures
energia energy energias eletrica
engenharia engineering eng
entretenimento entertainment
equipamentos equipment
estetica
eventos events
exportacao importacao import export
farma farmaceutica pharma farmacia farmacias pharmaceuticals
financeira financas finance financeiros financial
fintech
fundacao foundation
gastronomia restaurante restaurantes
gestao management
grafica
hospital hospitais hospitalar
hotel hoteis hotels
imobiliaria imoveis imobiliario imobiliarios
incorporadora incorporacoes
industria ind industrial industrias industries industry
informatica informatics
inovacao innovation
instituto institute
investimentos investimento investments inv asset
laboratorio laboratorios lab labs
logistica logistics log
loja lojas store stores
madeiras madeira
maquinas machines
marketing mkt
materiais material
mecanica
medicina medica medical
metalurgica metais siderurgica
midia media
mineracao mining
moda fashion moveis
negocios business
odontologia odonto
oficina
papel
pagamentos payments
parceiros partners
pesquisa research
plasticos
petroleo petroleum oil
producoes producao productions
produtos products
propaganda publicidade advertising
quimica quimicos chemical chemicals
recursos humanos
representacoes representacao
saude health healthcare
sistemas systems system sistema
software softwares
solucoes solutions solucao solution
seguranca security
seguros seguradora insurance seguro
servicos servico services service serv
studio estudio
supermercado supermercados mercado mercados
tecnologia tecnologias technology technologies tech tec tecnol
telecomunicacoes telecom telecomunicacao
transportes transporte transportadora transports
treinamento treinamentos training
turismo viagens travel
universidade university faculdade faculdades
utilidades
varejo retail
vendas sales
";

static TRADE_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| TRADES.split_whitespace().collect());

static SPELLINGS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut spellings = HashMap::new();
    for line in TRADES.lines() {
        if let Some((common, others)) = line.split_once(' ') {
            spellings.extend(others.split(' ').map(|other| (other, common)));
        }
    }
    spellings
});

/// One company a line, its names separated by " | " in any spelling; the first is where it is filed.
const KNOWN_COMPANIES: &str = "\
Banco do Brasil | BB
Caixa Econômica Federal | CEF | Caixa | Caixa Federal
Itaú Unibanco | Itaú | Banco Itaú | Unibanco | Itaú BBA
Nubank | Nu Pagamentos | Nu Holdings | Nu Bank | Nu
BTG Pactual | BTG | Banco BTG Pactual
XP | XP Investimentos | XP Corretora
Banco Santander | Santander
Bradesco | Banco Bradesco
BNDES | Banco Nacional de Desenvolvimento Econômico e Social
C6 Bank | C6 | Banco C6
PagSeguro | PagBank
Stone | Stone Pagamentos | StoneCo
Mercado Livre | MercadoLibre | Meli | ML
Magazine Luiza | Magalu
Via Varejo | Casas Bahia | Via | Ponto Frio
Pão de Açúcar | GPA | Companhia Brasileira de Distribuição | CBD
B2W | Americanas | Lojas Americanas | B2W Digital
Boticário | O Boticário | Grupo Boticário
Natura | Natura &Co | Natura Cosméticos
Petrobras | Petróleo Brasileiro
Vale | Vale do Rio Doce | CVRD
Ambev | Companhia de Bebidas das Américas
JBS | Friboi
BRF | Brasil Foods | BRF Brasil Foods
CSN | Companhia Siderúrgica Nacional
Vivo | Telefônica | Telefônica Vivo | Telefônica Brasil
TIM | TIM Celular | Telecom Italia Mobile
Claro | Claro Telecom | América Móvil | Embratel
Globo | Rede Globo | TV Globo | Organizações Globo | Globo Comunicação
SBT | Sistema Brasileiro de Televisão
Correios | ECT | Empresa Brasileira de Correios e Telégrafos
Embraer | Empresa Brasileira de Aeronáutica
Embrapa | Empresa Brasileira de Pesquisa Agropecuária
Sabesp | Companhia de Saneamento Básico do Estado de São Paulo
Cemig | Companhia Energética de Minas Gerais
Copel | Companhia Paranaense de Energia
Serpro | Serviço Federal de Processamento de Dados
GOL | GOL Linhas Aéreas
LATAM Airlines | LATAM | TAM | TAM Linhas Aéreas
Azul | Azul Linhas Aéreas
Localiza | Localiza Rent a Car
TOTVS | Microsiga
B3 | BM&F Bovespa | Bovespa | Brasil Bolsa Balcão
USP | Universidade de São Paulo
Unicamp | Universidade Estadual de Campinas
FGV | Fundação Getulio Vargas
Senai | Serviço Nacional de Aprendizagem Industrial
Sebrae | Serviço Brasileiro de Apoio às Micro e Pequenas Empresas
Sicredi | Sistema de Crédito Cooperativo
iFood | Movile
Volkswagen | VW
General Motors | GM | Chevrolet
Fiat | FCA | Stellantis | Fiat Chrysler
Mercedes-Benz | Mercedes | Daimler
Procter & Gamble | P&G
Johnson & Johnson | J&J
Coca-Cola | Coca Cola | Coca-Cola FEMSA | Coke
PepsiCo | Pepsi
AB InBev | Anheuser-Busch InBev | Anheuser Busch
Nestlé | Nestle
Unilever | Hindustan Unilever
IBM | International Business Machines
HP | Hewlett-Packard | Hewlett Packard | HPE
Dell | Dell Technologies | Dell EMC | Dell Computadores
Google | Alphabet
Meta | Facebook | Meta Platforms
Amazon | AWS | Amazon Web Services
Microsoft | MS | MSFT
X | Twitter
GE | General Electric
AT&T | American Telephone and Telegraph
EY | Ernst & Young | Ernst Young
PwC | PricewaterhouseCoopers | Pricewaterhouse Coopers
Deloitte | Deloitte Touche Tohmatsu
BCG | Boston Consulting Group
McKinsey | McKinsey & Company
JPMorgan | JP Morgan | J.P. Morgan | JPMorgan Chase | Chase
Goldman Sachs | Goldman
Citi | Citibank | Citigroup
HSBC | Hongkong and Shanghai Banking
Bank of America | BofA | BoA
American Express | Amex
Capgemini | CPM Braxis
Tata Consultancy Services | TCS
3M | Minnesota Mining
";

static FILED: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut filed = HashMap::new();
    for line in KNOWN_COMPANIES.lines() {
        let mut names = line.split(" | ");
        let Some(first) = names.next() else { continue };
        for name in std::iter::once(first).chain(names) {
            filed.insert(super::company::core_words(name).join(" "), first);
        }
    }
    filed
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::normalise::words;

    #[test]
    fn every_word_is_folded() {
        let tables =
            LEGAL_FORMS.iter().chain(&GENERIC).chain(&JOINTS).copied().chain(TRADES.split_whitespace());
        for word in tables {
            assert_eq!(words(word), [word]);
        }
    }

    #[test]
    fn no_word_belongs_to_two_trades() {
        let mut seen = HashSet::new();
        for word in TRADES.split_whitespace() {
            assert!(seen.insert(word), "{word} stands twice");
        }
    }

    #[test]
    fn no_name_is_filed_under_two_companies() {
        let names: Vec<_> = KNOWN_COMPANIES
            .lines()
            .flat_map(|line| {
                line.split(" | ").map(move |name| (crate::people::company::core_words(name).join(" "), line))
            })
            .collect();
        for (name, line) in &names {
            assert!(names.iter().all(|(other, elsewhere)| other != name || elsewhere == line), "{name}");
        }
    }

    #[test]
    fn translations_and_abbreviations_share_a_spelling() {
        assert_eq!(common_spelling("tech"), common_spelling("tecnologias"));
        assert_eq!(common_spelling("nubank"), "nubank");
    }
}
