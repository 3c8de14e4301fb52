//! Texts of each language, most of them short.

use super::*;
use crate::{clean, model, segment};

fn language_of(text: &str) -> Detected {
    let chars: Vec<char> = text.chars().collect();
    let sentences = segment::sentences(&chars, &clean::own_prose(&chars));
    detect(&sentences, model::model())
}

#[test]
fn english_and_portuguese_are_distinguished() {
    assert_eq!(language_of("We shipped it on Friday and nobody called."), Detected::Ours(Language::En));
    assert_eq!(
        language_of("A gente entregou na sexta e ninguém ligou para reclamar."),
        Detected::Ours(Language::Pt)
    );
}

#[test]
fn spanish_is_not_taken_for_portuguese() {
    let text =
        "Hoy hemos aprendido que lo más importante es escuchar a los clientes antes de hablar con ellos.";
    assert_eq!(language_of(text), Detected::Other);
}

#[test]
fn portuguese_of_words_shared_with_spanish_is_portuguese() {
    for text in [
        "A notificação de incidentes aumentou porque a equipe confia no formulário.",
        "A bomba de infusão apresentou defeito no alarme.",
        "O fabricante recolheu o lote.",
        "A dose caiu de 40 para 20 e o tremor parou.",
        "A medida protetiva cobre o estacionamento da empresa.",
        "O banco de sangue rejeitou a amostra.",
        "Cláusulas de jurisdição frequentemente dependem de pressupostos jamais examinados.",
        "Dei baixa de uns lotes de cimento na planilha.",
        "Sei de fábricas de peças com sobra de estoque no sul.",
        "O sino de troca de turno parou de tocar.",
    ] {
        assert_eq!(language_of(text), Detected::Ours(Language::Pt), "{text}");
    }
}

#[test]
fn short_texts_of_its_neighbours_are_no_portuguese() {
    for text in [
        "Gracias a todos por todo.",
        "No trabajo de noche.",
        "A trabajar de noche.",
        "El banco de sangre rechazó la muestra.",
        "La bomba de infusión presentó un defecto en la alarma.",
        "La notificación de incidentes aumentó porque el equipo confía en el formulario.",
        "Unha empresa de aquí rexeitou o proxecto e a xente non quedou contenta.",
        "A xente da empresa falou cos clientes e todo foi moi ben.",
        "O banco de sangue non aceptou a mostra.",
        "La misura protegge il parcheggio della ditta.",
        "A Roma o a Milano, da domani.",
        "La banque du sang a refusé le lot.",
    ] {
        assert_eq!(language_of(text), Detected::Other, "{text}");
    }
}

#[test]
fn french_italian_and_german_are_refused() {
    for text in [
        "Nous avons appris que les clients ne sont pas toujours contents de la livraison.",
        "Abbiamo imparato che i clienti non sono sempre contenti della consegna, ma è così.",
        "Sono contento della consegna.",
        "Sei clienti del sul.",
        "Les clauses de juridiction dépendent de présupposés jamais examinés.",
        "Wir haben gelernt, dass die Kunden nicht immer mit der Lieferung zufrieden sind.",
    ] {
        assert_eq!(language_of(text), Detected::Other);
    }
}

#[test]
fn short_texts_without_function_words_are_detected_by_their_words() {
    for text in [
        "Prefiro reunião curta com pauta escrita.",
        "Alinhamento feito: câmera esquerda fora, carros saem puxando.",
        "Publicamos a tabela de preços e negociamos o prazo.",
        "A cooperativa de crédito pediu orçamento de doze terminais.",
        "Silo cheio, caminhão vazio.",
    ] {
        assert_eq!(language_of(text), Detected::Ours(Language::Pt), "{text}");
    }
    for text in [
        "The migration killed four hundred duplicate records.",
        "Sample approved, order placed.",
        "Knife grinder comes on alternate Wednesdays.",
        "Three hundred and twelve days, no applause needed.",
    ] {
        assert_eq!(language_of(text), Detected::Ours(Language::En), "{text}");
    }
    for text in [
        "Prefiero reuniones cortas por escrito.",
        "Empresa de transporte de carga pesada.",
        "Persona de contacto: gerente de compras.",
        "Cerramos ventas por valor de mil euros.",
        "Riunione breve, ordine scritto.",
        "Mercado interior estable.",
        "Prefiro unha reunión curta.",
        "Merci à tous.",
        "Contrôle qualité par lot.",
        "Qualitätskontrolle pro Charge.",
        "Software Release heute Abend.",
        "Spotkanie krótkie, agenda na piśmie.",
        "Paulo Silva Santos Carvalho Ferreira",
    ] {
        assert_eq!(language_of(text), Detected::Other, "{text}");
    }
}

#[test]
fn a_list_of_names_is_in_no_language() {
    assert_eq!(language_of("Acme Zylkor Brintek Fonvale Quorra Mistrel Dantrix"), Detected::Other);
}
