//! Function words and punctuation that show who speaks, of whom, and where clauses begin.

/// The first person singular.
pub(super) const ENGLISH_FIRST_PERSON: &[&str] =
    &["i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself"];
pub(super) const PORTUGUESE_FIRST_PERSON: &[&str] =
    &["eu", "me", "mim", "comigo", "meu", "meus", "minha", "minhas"];
pub(super) const SUBJECTS: &[&str] = &["i", "i'm", "i've", "i'd", "i'll", "eu"];
pub(super) const POSSESSIVES: &[&str] = &["my", "meu", "meus", "minha", "minhas"];
/// First persons that texts about work do not need.
pub(super) const INTIMATE_FIRST_PERSON: &[&str] = &["mine", "myself", "mim", "comigo"];
/// Another person. No sentence with these words is quoted.
pub(super) const THIRD_PERSON: &[&str] = &[
    "he", "she", "him", "her", "his", "hers", "himself", "herself", "he's", "she's", "he'd", "she'd",
    "he'll", "she'll", "ele", "ela", "dele", "dela", "nele", "nela", "man", "woman", "guy", "girl", "boy",
    "lady", "homem", "mulher", "rapaz", "moça", "moço", "menino", "menina", "senhora",
];
/// People in general. A sentence with these words is not about things only.
pub(super) const PEOPLE: &[&str] = &[
    "we",
    "us",
    "ourselves",
    "we're",
    "we've",
    "we'd",
    "we'll",
    "you",
    "who",
    "whom",
    "whose",
    "people",
    "person",
    "someone",
    "somebody",
    "anyone",
    "anybody",
    "everyone",
    "everybody",
    "nobody",
    "they",
    "them",
    "nós",
    "nos",
    "gente",
    "você",
    "vocês",
    "quem",
    "pessoa",
    "pessoas",
    "alguém",
    "ninguém",
    "todos",
    "todas",
];
/// The ending of Portuguese verbs in the first person plural.
pub(super) const FIRST_PLURAL_ENDING: &str = "mos";
/// Words that may stand between “I” and its verb.
pub(super) const BEFORE_VERB: &[&str] = &[
    "have", "had", "will", "would", "can", "could", "should", "may", "might", "must", "did", "do", "don't",
    "didn't", "not", "just", "also", "never", "always", "often", "usually", "still", "already", "actually",
    "really", "recently", "am", "não", "já", "sempre", "nunca", "também", "só", "ainda",
];
/// Words that may stand between an ambiguous word and the thing that it refers to.
pub(super) const BETWEEN: &[&str] = &[
    "the", "a", "an", "our", "this", "that", "these", "those", "its", "their", "of", "old", "new", "last",
    "first", "second", "whole", "entire", "legacy", "is", "are", "was", "were", "has", "have", "been",
    "just", "finally", "still", "almost", "slow", "small", "big", "global", "lenta", "lento", "never",
    "always", "not", "no", "to", "about", "by", "for", "para", "pelo", "pela", "o", "os", "as", "um", "uma",
    "de", "do", "da", "dos", "das", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "dois", "duas", "três", "quatro", "cinco", "nossa", "nosso", "esse", "essa", "este", "esta", "velho",
    "velha", "antigo", "antiga", "novo", "nova", "é", "são", "foi", "foram", "está", "estão", "estava",
    "virou", "ao", "à", "legado", "não", "todo", "toda", "ainda", "por",
];

/// Words that may also stand there if the private sense is mild.
pub(super) const PREPOSITIONS: &[&str] = &[
    "in", "on", "at", "from", "with", "up", "down", "em", "no", "na", "nos", "nas", "num", "numa", "pela",
    "pelo",
];
/// Numbers and small units of time.
pub(super) const NUMBERS: &[&str] = &[
    "three",
    "seven",
    "eight",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "second",
    "seconds",
    "minute",
    "minutes",
    "hour",
    "hours",
    "segundo",
    "segundos",
    "minuto",
    "minutos",
    "hora",
    "horas",
    "quatro",
    "cinco",
    "quinze",
    "vinte",
    "trinta",
    "quarenta",
    "cinquenta",
    "sessenta",
    "oitenta",
    "noventa",
    "segunda",
    "terceira",
    "primeira",
    "third",
    "first",
];
/// Cardinal numbers, which may count days: “day fourteen”, “dia vinte”.
pub(super) const CARDINALS: &[&str] = &[
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "um",
    "dois",
    "duas",
    "três",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "catorze",
    "quatorze",
    "quinze",
    "dezesseis",
    "dezessete",
    "dezoito",
    "dezenove",
    "vinte",
    "trinta",
    "quarenta",
    "cinquenta",
    "sessenta",
    "setenta",
    "oitenta",
    "noventa",
    "cem",
];
/// Punctuation between clauses.
pub(super) const CLAUSE_MARKS: &[char] =
    &[',', ';', ':', '(', ')', '\u{2013}', '\u{2014}', '\u{2026}', '/', '"', '\u{201c}', '\u{201d}'];
/// Conjunctions that join clauses of equal rank, or give a reason or a contrast.
const JOINERS: &[&str] = &[
    "and", "but", "because", "while", "though", "although", "whereas", "e", "mas", "porque", "pois",
    "enquanto", "embora",
];
/// Words that begin a clause about the time or the result of another.
const SEQUENCERS: &[&str] = &[
    "so", "then", "before", "after", "during", "since", "until", "when", "então", "antes", "depois",
    "durante", "desde", "até", "quando", "aí",
];
/// Other words that may join a second matter to a sentence: “the ticket shows that …”.
const LINKS: &[&str] = &[
    "that", "which", "who", "whose", "whom", "where", "if", "unless", "whether", "till", "whenever", "once",
    "as", "how", "why", "or", "nor", "yet", "que", "quem", "se", "onde", "aonde", "como", "conforme", "caso",
    "cujo", "cuja", "cujos", "cujas", "após", "porém", "portanto", "logo", "ou", "nem",
];
/// Whether the word begins a clause.
pub(super) fn is_connector(word: &str) -> bool {
    JOINERS.contains(&word) || SEQUENCERS.contains(&word)
}
/// Whether the word may join two matters in one sentence.
pub(super) fn may_join(word: &str) -> bool {
    is_connector(word) || LINKS.contains(&word)
}
/// Punctuation inside a clause. Any other punctuation may join two matters.
pub(super) const MARKS_INSIDE_CLAUSES: &[char] =
    &['\'', '\u{2019}', '-', '.', '%', '$', '#', '&', '+', '@', '*', '_'];
/// Periods of a day or longer.
pub(super) const PERIODS: &[&str] = &[
    "day", "days", "week", "weeks", "month", "months", "year", "years", "dia", "dias", "semana", "semanas",
    "mês", "meses", "ano", "anos",
];
/// Verbs that, before a number and a period, report a prison term.
pub(super) const SERVING: &[&str] =
    &["served", "serves", "serving", "cumpriu", "cumpre", "cumprindo", "pegou"];
/// Words that, in a sentence with a period, count the days since or without something.
pub(super) const COUNTING: &[&str] = &[
    "since", "without", "today", "again", "anymore", "ago", "now", "desde", "sem", "hoje", "faz", "há",
    "agora", "já",
];

/// Endings of words that are not names of people.
pub(super) const COMMON_ENDINGS: &[&str] = &[
    "tion", "tions", "ment", "ments", "ness", "bility", "ists", "ware", "ções", "mento", "mentos", "idade",
    "idades", "agem", "agens", "zação", "cação", "tação", "lação", "ração", "amos", "emos", "imos", "ismo",
    "istas", "dores",
];

/// The first person plural: the author and others, at work or at home.
pub(super) const FIRST_PERSON_PLURAL: &[&str] =
    &["we", "we're", "we've", "we'll", "our", "us", "nós", "nosso", "nossa", "nossos", "nossas"];
