//! Checks by word lists that a sentence expresses the side of a trait that it is quoted for. A
//! sentence about care is never quoted for low conscientiousness, whatever the model's weights.

use super::Token;
use crate::cues::scope::is_of_others;

/// Lists of English and Portuguese words. `stem*` matches every word that begins so.
const CARE: &str = "test tests tested testing check* repair* correct corrected correcting correction corrections \
    measur* inspect* review* verif* document* replac* calibrat* label* counted audit* plan plans \
    planned planning schedul* prepar* organi* budget* deadline* finish* complet* careful* precis* \
    exact* tidy tidied cleaned fixed fixes backup* checklist* testa* testou teste testes confer* \
    consert* corrig* correç* mediu mediram medimos mediç* inspe* revis* verific* trocou trocamos \
    trocaram calibr* etiquet* contou contamos planej* plano planos cronograma* prazo prazos \
    organiz* orçament* conclu* cuidado* exat* limpou limpamos arrum*";
const CARELESSNESS: &str = "forgot forget* miss missed mislaid lost late careless* sloppy mess improvis* postpon* skip* \
    ignor* guess* unfinished esquec* perdeu perdi perdemos atras* descuid* bagunça adiou adiamos \
    pulou pulamos chut* inacabad*";
const TROUBLE: &str = "worr* fear fears afraid nervous* stress* tense panic* anxious* dread* regret* sorry \
    preocup* medo medos nervos* estress* tenso tensa pânico ansios* receio receios receoso receosa arrepend*";
const CALM: &str = "calm* steady quiet* relax* easy easily patient* confident* serene unhurried \
    calma calmo tranquil* relax* paciên* confiante* sereno serena";
const NOVELTY: &str = "new idea ideas experiment* prototype* tried trial* design* imagin* invent invented inventing \
    curio* explor* discover* creat* art music learn* wonder* different novo nova novos novas ideia* \
    protótip* tentou tentamos tentei desenh* curios* descobr* criou criei criamos arte música \
    aprend* diferent*";
const ROUTINE: &str = "usual* same standard* routine* rule rules regular* always habit* tradition* proven procedure* \
    habitual mesmo mesma mesmos mesmas padrão rotina* regra* sempre costume* tradi* comprovad* \
    procediment*";
const COMPANY: &str = "team* together met meet meets talked talking guest* visit* customer* colleague* crew people \
    everyone invit* present* celebrat* equipe* junto juntos juntas encontr* reuni* convers* festa \
    client* colega* gente todos convid* apresent* comemor*";
const SOLITUDE: &str =
    "alone quiet* silen* read wrote writes private solo sozinh* quieto quieta silên* leu escrev*";
const KINDNESS: &str = "thank* help* kind kindly gentle support* welcom* share* generous* together trust* friend* agree \
    agreed agrees listen* obrigad* agradeç* ajud* gentil* apoi* acolh* compartilh* generos* juntos \
    juntas confian* amig* concord* escut* ouvi*";
const CONFLICT: &str = "refus* reject* against complain* dispute* conflict* argue* blame* demand* threat* cancel* beat \
    critic* wrong recus* rejeit* reclam* disput* conflit* discut* culpa* exig* ameaç* errad*";
/// For each trait, the words that express less of it and those that express more.
const LESS_AND_MORE: [(&str, &str); 5] =
    [(ROUTINE, NOVELTY), (CARELESSNESS, CARE), (SOLITUDE, COMPANY), (CONFLICT, KINDNESS), (CALM, TROUBLE)];
/// The index of the trait for whose high side a sentence about care is not quoted either.
const NEUROTICISM: usize = 4;

/// Whether the sentence has words of this side of the trait, none of the other side, and is not
/// about what another firm did.
pub(super) fn expresses(tokens: &[Token], t: usize, is_high: bool) -> bool {
    let (less, more) = LESS_AND_MORE[t];
    let (this_side, other_side) = if is_high { (more, less) } else { (less, more) };
    let is_careful_distress = t == NEUROTICISM && is_high && has_word(tokens, CARE);
    has_word(tokens, this_side)
        && !has_word(tokens, other_side)
        && !is_careful_distress
        && !is_of_others(tokens)
}

fn has_word(tokens: &[Token], list: &str) -> bool {
    let is_listed = |token: &Token| {
        let is_entry = |entry: &str| match entry.strip_suffix('*') {
            Some(stem) => token.norm.starts_with(stem),
            None => token.norm == entry,
        };
        list.split_whitespace().any(is_entry)
    };
    tokens.iter().any(is_listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clean, segment};

    const CONSCIENTIOUSNESS: usize = 1;

    fn tells(text: &str, t: usize, is_high: bool) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let sentences = segment::sentences(&chars, &clean::own_prose(&chars));
        expresses(&sentences[0].tokens, t, is_high)
    }

    #[test]
    fn care_expresses_neither_less_conscientiousness_nor_more_neuroticism() {
        for text in [
            "The backup was tested on a second server after the failure.",
            "The fitters repaired the broken valve.",
            "O eletricista consertou o quadro que falhou.",
            "A planilha errada foi corrigida.",
            "We measured the error at each gate.",
        ] {
            assert!(!tells(text, CONSCIENTIOUSNESS, false), "{text}");
            assert!(!tells(text, NEUROTICISM, true), "{text}");
            assert!(tells(text, CONSCIENTIOUSNESS, true), "{text}");
        }
    }

    #[test]
    fn a_sentence_about_neither_side_expresses_none() {
        for t in 0..LESS_AND_MORE.len() {
            for is_high in [false, true] {
                assert!(!tells("The crane on the pier is yellow.", t, is_high), "{t}");
            }
        }
        assert!(!tells("The compressor failed on line two.", NEUROTICISM, true));
        assert!(!tells("A transportadora concorrente perdeu o contrato.", CONSCIENTIOUSNESS, false));
        assert!(tells("We worried about the second order all night.", NEUROTICISM, true));
        assert!(tells("The planner forgot the second order.", CONSCIENTIOUSNESS, false));
        assert!(tells("A remessa atrasou e o aviso se perdeu.", CONSCIENTIOUSNESS, false));
    }
}
