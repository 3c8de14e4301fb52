//! The analysis of a person, and the answer of a dry run.

use super::meaning::meanings;

meanings! {
    AnalysisAnswer {
        analise: "The analysis: [its fields](/docs/reference/analise)." / "A análise: [os campos dela](/pt/docs/reference/analise).";
    }
    DryRunAnswer {
        dry_run: "What the call would do: [its fields](/docs/reference/dry_run)." / "O que a chamada faria: [os campos](/pt/docs/reference/dry_run).";
    }
    DryRun {
        credits: "The most that the call can cost." / "O máximo que a chamada pode custar.";
        credits_min: "The least that it costs if it is charged." / "O mínimo que ela custa se for cobrada.",
            absent "if that is the same" / "se é o mesmo valor";
        credits_available: "Credits left now." / "Créditos que restam agora.";
        credits_after: "Credits left after the call." / "Créditos que restam depois da chamada.",
            absent "if the call would not run" / "se a chamada não seria executada";
        would_succeed: "Whether the call would run." / "Se a chamada seria executada.";
        would_be_replayed: "`true`: the answer would be a stored one, and free." / "`true`: a resposta seria uma guardada, e gratuita.",
            absent "if not" / "se não";
        error_code: "The error that the call would get." / "O erro que a chamada receberia.", absent "if it would run" / "se seria executada";
        reason: "Its status, message, action and details, as in the [error](/docs/errors/)."
            / "Status, mensagem, ação e detalhes dele, como no [erro](/pt/docs/errors/).",
            absent "if it would run" / "se seria executada";
    }
    WholeAnalysis {
        person: "The person that was found." / "A pessoa encontrada.";
        match: "How the person was found." / "Como a pessoa foi encontrada.";
        summary: "The profile in short." / "O perfil em resumo.";
        mbti_type: "Four letters, derived from the traits. `x` where the text does not say." / "Quatro letras, derivadas dos traços. `x` onde o texto não diz.",
            absent "in the tier `basic`" / "no nível `basic`";
        mbti_axes: "Each letter with its probability." / "Cada letra com a probabilidade dela.",
            absent "in the tier `basic`, and with `detail: brief`" / "no nível `basic` e com `detail: brief`";
        ocean_scores: "Percentile of each trait, 0 to 100." / "Percentil de cada traço, de 0 a 100.",
            absent "in the tier `basic`" / "no nível `basic`";
        ocean_details: "Each trait with its evidence." / "Cada traço com as evidências dele.",
            absent "in the tier `basic`, and with `detail: brief`" / "no nível `basic` e com `detail: brief`";
        text_basis: "The text that was read." / "O texto que foi lido.", absent "in the tier `basic`" / "no nível `basic`";
        model: "The model that read it." / "O modelo que o leu.",
            absent "in the tier `basic`, and with `detail: brief`" / "no nível `basic` e com `detail: brief`";
        validity: "What is and what is not validated." / "O que está e o que não está validado.",
            absent "in the tier `basic`, and with `detail: brief`" / "no nível `basic` e com `detail: brief`";
        limits: "What it must not be used for." / "Para o que não deve ser usada.",
            absent "in the tier `basic`, and with `detail: brief`" / "no nível `basic` e com `detail: brief`";
        communication_style: "How the person writes." / "Como a pessoa escreve.",
            absent "in the tiers `basic` and `standard`" / "nos níveis `basic` e `standard`";
        buyer_playbook: "How to approach the person." / "Como abordar a pessoa.",
            absent "in the tiers `basic` and `standard`" / "nos níveis `basic` e `standard`";
    }
    Person {
        first_name: "Given name, as the source has it." / "Nome, como na fonte.";
        last_name: "Surname, as the source has it." / "Sobrenome, como na fonte.";
        company: "Company, as the source has it." / "Empresa, como na fonte.";
        title: "Job title." / "Cargo.", absent "if unknown" / "se desconhecido";
        location: "Place." / "Local.", absent "if unknown" / "se desconhecido";
    }
    Match {
        confidence: "How surely this is the person, 0 to 1." / "Com que certeza esta é a pessoa, de 0 a 1.",
            absent "in a mock answer" / "em uma resposta fictícia";
        source: "Where the person was found." / "Onde a pessoa foi encontrada.";
        evidence: "The rule by which each field matched." / "A regra pela qual cada campo correspondeu.",
            absent "in a mock answer" / "em uma resposta fictícia";
    }
    MatchEvidence {
        first_name: "Rule of the given name." / "Regra do nome.";
        last_name: "Weakest rule that a surname needed." / "Regra mais fraca de que um sobrenome precisou.";
        company: "Rule of the company." / "Regra da empresa.";
    }
    Summary {
        text: "One or two sentences." / "Uma ou duas frases.";
        role: "Job title, as the source has it." / "Cargo, como na fonte.", absent "if unknown" / "se desconhecido";
        seniority: "Rank, by the job title." / "Nível hierárquico, pelo cargo.", absent "if the title does not say" / "se o cargo não diz";
        languages: "ISO 639-1 codes: those that the source names, then those of the posts."
            / "Códigos ISO 639-1: os que a fonte indica e, depois, os das publicações.";
        posts: "Posts read, at most fifty, without duplicates." / "Publicações lidas, no máximo cinquenta, sem repetidas.";
        words: "Words in them, in every language." / "Palavras nelas, em todos os idiomas.";
        newest_post_at: "When the newest post was published." / "Quando a publicação mais nova saiu.",
            absent "if no post has a date" / "se nenhuma publicação tem data";
        freshness: "Age of the newest post: 90 days, a year, older." / "Idade da publicação mais nova: 90 dias, um ano, mais.";
    }
    TypeAxes {
        EI: "Extraversion or introversion." / "Extroversão ou introversão.";
        SN: "Sensing or intuition." / "Sensação ou intuição.";
        TF: "Thinking or feeling." / "Pensamento ou sentimento.";
        JP: "Judging or perceiving." / "Julgamento ou percepção.";
    }
    AxisLean {
        letter: "The likelier letter." / "A letra mais provável.";
        probability: "Its probability, 0.5 to 1." / "A probabilidade dela, de 0,5 a 1.";
        borderline: "Whether the two letters are nearly even." / "Se as duas letras quase empatam.";
        derived_from: "The trait that it derives from." / "O traço de que deriva.";
    }
    Ocean {
        openness: "Openness." / "Abertura a experiências.";
        conscientiousness: "Conscientiousness." / "Conscienciosidade.";
        extraversion: "Extraversion." / "Extroversão.";
        agreeableness: "Agreeableness." / "Amabilidade.";
        neuroticism: "Neuroticism." / "Neuroticismo.";
    }
    TraitDetail {
        reading: "The trait in a sentence." / "O traço em uma frase.";
        percentile: "Where the text stands among the reference texts; short texts are drawn towards 50."
            / "Onde o texto fica entre os textos de referência; textos curtos são puxados para 50.";
        probability_above_median: "Calibrated probability that the person is above the median."
            / "Probabilidade calibrada de que a pessoa esteja acima da mediana.";
        interval: "Where the person may stand." / "Onde a pessoa pode estar.";
        confidence: "How sure the side of the median is." / "Quão certo é o lado da mediana.";
        score: "Linear score, in standard deviations of the reference texts."
            / "Pontuação linear, em desvios padrão dos textos de referência.";
        contributions: "What the score is made of." / "Do que a pontuação é feita.",
            absent "unless `detail` is `full`" / "se `detail` não é `full`";
        evidence: "Sentences that move the score to its side." / "Frases que levam a pontuação para o lado dela.";
    }
    Interval {
        low: "Lower percentile." / "Percentil inferior.";
        high: "Upper percentile." / "Percentil superior.";
        level: "Share of people inside." / "Proporção de pessoas dentro dele.";
    }
    Contribution {
        feature: "What was measured, such as `word.CATEGORY`." / "O que foi medido, como `word.CATEGORY`.";
        points: "Its points, up or down; together they are the score." / "Os pontos, para cima ou para baixo; juntos, são a pontuação.";
    }
    Evidence {
        post: "Index of the post, from 0." / "Índice da publicação, a partir de 0.";
        start: "First code point of the sentence in the post." / "Primeiro code point da frase na publicação.";
        end: "One past its last code point." / "Um depois do último code point.";
        excerpt: "At most twelve of its words." / "No máximo doze palavras dela.";
        matched_words: "The words that count most." / "As palavras que mais contam.";
        points: "The sentence's share of the score." / "A parte da frase na pontuação.",
            absent "beside style and playbook" / "ao lado de estilo e roteiro";
        score_without: "What the score would be without it." / "Qual seria a pontuação sem ela.",
            absent "beside style and playbook" / "ao lado de estilo e roteiro";
    }
    MatchedWord {
        word: "The word, as the lexicon has it." / "A palavra, como no léxico.";
        start: "Its first code point." / "O primeiro code point dela.";
        end: "One past its last." / "Um depois do último.";
        points: "Its share of the score." / "A parte dela na pontuação.",
            absent "beside style and playbook" / "ao lado de estilo e roteiro";
    }
    TextBasis {
        words_analyzed: "Words analysed." / "Palavras analisadas.";
        text_length: "From 120 words, from 250, from 500." / "A partir de 120 palavras, de 250, de 500.";
        posts_used: "Posts analysed." / "Publicações analisadas.";
        language: "Their language." / "O idioma delas.";
        posts_other_language: "Posts in other languages, left out." / "Publicações em outros idiomas, deixadas de fora.";
        words_other_language: "Their words." / "As palavras delas.";
        duplicate_posts: "Repeated posts, left out." / "Publicações repetidas, deixadas de fora.";
        resemblance_percent: "How much the text is like the reference texts. Scores of unlike texts count for less."
            / "Quanto o texto se parece com os de referência. Pontuações de textos diferentes contam menos.";
    }
    ModelId {
        id: "Name." / "Nome.";
        date: "Day on which it was made." / "Dia em que foi feito.";
        sha256: "SHA-256 of the model file." / "SHA-256 do arquivo do modelo.";
    }
    Validity {
        benchmark: "What the model was measured on." / "Em que o modelo foi medido.";
        mean_auc: "Mean area under the curve over the traits; 0.5 is chance." / "Média da área sob a curva dos traços; 0,5 é acaso.";
        authors: "Authors behind that figure." / "Autores por trás desse número.";
        validated_on_business_posts: "Whether it was validated on professional posts." / "Se foi validado em publicações profissionais.";
        note: "The same in words." / "O mesmo em palavras.";
    }
    AdviceLine {
        id: "The same in both languages." / "O mesmo nos dois idiomas.";
        section: "Part of the playbook." / "Parte do roteiro.", absent "in `communication_style`" / "em `communication_style`";
        text: "What to know or do." / "O que saber ou fazer.";
        basis: "What it rests on." / "Em que se apoia.";
        strength: "How far the text stands out among professional posts." / "Quanto o texto se destaca entre publicações profissionais.";
        percentile: "Share of professional posts of this length that stand lower." / "Proporção de publicações profissionais desse tamanho que ficam abaixo.",
            absent "if nothing was counted" / "se nada foi contado";
        counts: "What was counted." / "O que foi contado.", absent "if nothing was counted" / "se nada foi contado";
        evidence: "The person's own words behind it." / "As palavras da própria pessoa por trás disso.";
    }
    Tally {
        matched: "Occurrences; for the length of sentences, mean words." / "Ocorrências; para o tamanho das frases, média de palavras.";
        of_words: "Out of how many words." / "De quantas palavras.";
    }
}
