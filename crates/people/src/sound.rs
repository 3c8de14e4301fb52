//! Spellings that sound alike in Brazil: Luiz and Luís, Thiago and Tiago, Souza and Sousa, Philipe
//! and Felipe.
//!
//! The rules are this project's own, for names and not for running text: they join the spellings
//! that Brazilian registries take for one name, and keep apart names that are merely similar
//! (Nelson and Nilson, Paulo and Paula).

/// Reduces a spelling to its sound. Two folded words with equal keys are pronounced alike. Words
/// with letters other than a to z are returned unchanged.
pub fn sound_key(word: &str) -> String {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let spelling: Vec<u8> = word.bytes().map(plain_letter).collect();
    let mut sounds: Vec<u8> = Vec::with_capacity(spelling.len());
    let mut rest = spelling.as_slice();
    while let Some(first) = rest.first() {
        let (sound, letters) = first_sound(rest).unwrap_or((*first, 1));
        // A doubled letter is one sound: Anna, Mattos, Ferreira.
        if sound != SILENT && sounds.last() != Some(&sound) {
            sounds.push(sound);
        }
        rest = rest.get(letters..).unwrap_or_default();
    }
    soften_start(&mut sounds);
    settle_end(&mut sounds);
    raise_e_before_i(&mut sounds);
    sounds.iter().map(|sound| char::from(*sound)).collect()
}

/// Whether two folded words are pronounced alike. Their keys are equal, and neither has a soft c
/// where the other has a z, which a registry never confuses: Lúcia is not Luzia.
pub fn are_pronounced_alike(one: &str, other: &str) -> bool {
    let are_confused = |(c, z): (u8, u8)| (c, z) != (b'c', b'z') && (c, z) != (b'z', b'c');
    sound_key(one) == sound_key(other) && sibilants(one).zip(sibilants(other)).all(are_confused)
}

/// Whether two words of one sound differ only in letters that spell the same in any language: Luiza
/// and Luisa, Mattos and Matos, but not Hera and Era, nor Verdi and Verde.
pub fn are_spelling_variants(one: &str, other: &str) -> bool {
    let spelling = |word: &str| {
        let mut letters: Vec<u8> = word.replace("ph", "f").replace("th", "t").into_bytes();
        letters.iter_mut().for_each(|letter| match *letter {
            b'z' => *letter = b's',
            other => *letter = plain_letter(other),
        });
        letters.dedup();
        letters
    };
    spelling(one) == spelling(other)
}

/// Returns the letters of a word that are pronounced as an s or a z, in order.
fn sibilants(word: &str) -> impl Iterator<Item = u8> {
    let letters = word.as_bytes();
    let follows = |at: usize, of: &[u8]| letters.get(at + 1).is_some_and(|next| of.contains(next));
    letters.iter().enumerate().filter_map(move |(at, letter)| match letter {
        b's' if !follows(at, b"schz") => Some(b's'),
        b'z' if !follows(at, b"z") => Some(b'z'),
        b'c' if follows(at, b"ei") => Some(b'c'),
        _ => None,
    })
}

const SILENT: u8 = 0;

fn plain_letter(letter: u8) -> u8 {
    match letter {
        b'y' => b'i',
        b'w' => b'v',
        other => other,
    }
}

/// Returns the sound at the start of the spelling and the number of its letters, unless it is just
/// the first letter. Capitals are sounds without a letter of their own: `X` is sh, `L` is lh, `N`
/// is nh.
fn first_sound(spelling: &[u8]) -> Option<(u8, usize)> {
    Some(match spelling {
        [b's', b'c', b'h', ..] => (b'X', 3),
        [b's', b'h', ..] => (b'X', 2),
        [b's', b'c', b'e' | b'i', ..] => (b's', 2),
        [b'c', b'h', b'r' | b'l', ..] => (b'k', 2),
        [b'c', b'h', ..] => (b'X', 2),
        [b'p', b'h', ..] => (b'f', 2),
        [b'l', b'h', ..] => (b'L', 2),
        [b'n', b'h', ..] => (b'N', 2),
        [b'h', ..] => (SILENT, 1),
        [b'c', b'k', ..] => (b'k', 2),
        [b'c', b'q' | b't', ..] | [b'p' | b'd', b't', ..] => (SILENT, 1),
        [b'c', b'e' | b'i', ..] | [b'z', ..] => (b's', 1),
        [b'q', b'u', b'e' | b'i', ..] => (b'k', 2),
        [b'c' | b'q', ..] => (b'k', 1),
        [b'g', b'u', b'e' | b'i', ..] => (b'g', 2),
        [b'g', b'e' | b'i', b'a' | b'o' | b'u', ..] | [b'j', b'e', b'o', ..] => (b'j', 2),
        [b'g', b'e' | b'i', ..] => (b'j', 1),
        [b'm', b'p', b's', ..] => (b'm', 2),
        [b'm', b'p' | b'b', ..] => (b'n', 1),
        [b'n', b'g', b't', ..] => (b'n', 2),
        [b'i', b'g', b'n', ..] => (b'i', 2),
        [b'o', b'e', b'l', b'h', ..] => return None,
        [b'o', b'e', b'l', ..] => (b'u', 1),
        _ => return None,
    })
}

/// Estela and Stela, Estefany and Stephanie: a vowel that only leads into an s is silent.
fn soften_start(letters: &mut Vec<u8>) {
    if let [b'e', b's', consonant, _, ..] = letters[..]
        && !is_vowel(consonant)
    {
        letters.remove(0);
    }
}

/// Cavalcante and Cavalcanti, Moraes and Morais, Corrêa and Correia, William and Willian.
fn settle_end(letters: &mut Vec<u8>) {
    match letters[..] {
        [.., b'e', b'i', b'a'] => {
            letters.remove(letters.len() - 2);
        }
        [.., b'a' | b'o' | b'u', b'e', b's'] => {
            let e = letters.len() - 2;
            letters[e] = b'i';
        }
        _ => {}
    }
    if let Some(last) = letters.last_mut() {
        match *last {
            b'e' => *last = b'i',
            b'm' => *last = b'n',
            _ => {}
        }
    }
}

/// Vowel harmony: an e before an i in the next syllable is pronounced as i (Felipe and Filipe,
/// Letícia and Litícia).
fn raise_e_before_i(letters: &mut [u8]) {
    for at in 0..letters.len() {
        if letters[at] != b'e' || letters.get(at + 1).is_none_or(|next| is_vowel(*next)) {
            continue;
        }
        let next_vowel = letters[at + 1..].iter().position(|letter| is_vowel(*letter));
        let final_i = next_vowel.is_some_and(|gap| at + 1 + gap == letters.len() - 1);
        if next_vowel.is_some_and(|gap| letters[at + 1 + gap] == b'i') && (!final_i || letters.len() > 4) {
            letters[at] = b'i';
        }
    }
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_share_a_key() {
        let alike = [
            ("luiz", "luis"),
            ("thiago", "tiago"),
            ("matheus", "mateus"),
            ("souza", "sousa"),
            ("philipe", "felipe"),
            ("filipe", "felippe"),
            ("raphael", "rafael"),
            ("walter", "valter"),
            ("wanderley", "vanderlei"),
            ("katia", "catia"),
            ("kaique", "caique"),
            ("erick", "eric"),
            ("victor", "vitor"),
            ("christiane", "cristiane"),
            ("jacqueline", "jackeline"),
            ("giovanna", "geovana"),
            ("giulia", "julia"),
            ("jessica", "gessica"),
            ("willian", "william"),
            ("mirian", "miriam"),
            ("manoel", "manuel"),
            ("sophia", "sofia"),
            ("thais", "tays"),
            ("yasmin", "iasmim"),
            ("stephany", "estefani"),
            ("wellington", "welinton"),
            ("jhonatan", "jonathan"),
            ("izabel", "isabel"),
            ("ana", "anna"),
            ("andreia", "andrea"),
            ("correia", "correa"),
            ("moraes", "morais"),
            ("goes", "gois"),
            ("cavalcante", "cavalcanti"),
            ("queiroz", "queiros"),
            ("mattos", "matos"),
            ("baptista", "batista"),
            ("menezes", "meneses"),
            ("nascimento", "nacimento"),
            ("vasconcellos", "vasconcelos"),
            ("ignacio", "inacio"),
            ("smith", "smyth"),
            ("philip", "filip"),
            ("hannah", "hana"),
            ("thompson", "thomson"),
        ];
        for (one, other) in alike {
            assert_eq!(sound_key(one), sound_key(other), "{one} and {other}");
        }
    }

    #[test]
    fn merely_similar_names_stay_apart() {
        let apart = [
            ("nelson", "nilson"),
            ("paulo", "paula"),
            ("marcio", "marcia"),
            ("daniel", "daniele"),
            ("michel", "michele"),
            ("lena", "lina"),
            ("levi", "livi"),
            ("elton", "wilton"),
            ("mario", "mauro"),
            ("melo", "milo"),
            ("moura", "mora"),
            ("cunha", "cuna"),
            ("coelho", "coelo"),
            ("pereira", "ferreira"),
            ("lima", "lira"),
            ("renan", "renato"),
        ];
        for (one, other) in apart {
            assert_ne!(sound_key(one), sound_key(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_soft_c_is_no_z() {
        for (one, other) in [("lucia", "luzia"), ("luciana", "luziana"), ("luce", "luze")] {
            assert!(!are_pronounced_alike(one, other), "{one} and {other}");
        }
        for (one, other) in [
            ("luiza", "luisa"),
            ("souza", "sousa"),
            ("nascimento", "nacimento"),
            ("vasconcellos", "vasconcelos"),
            ("jessica", "gessica"),
            ("alisson", "alison"),
            ("cecilia", "sesilia"),
            ("ceres", "cerez"),
        ] {
            assert!(are_pronounced_alike(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn a_silent_or_final_letter_is_no_variant_of_spelling() {
        for (one, other) in
            [("luiza", "luisa"), ("mattos", "matos"), ("thiago", "tiago"), ("sylvia", "silvia")]
        {
            assert!(are_spelling_variants(one, other), "{one} and {other}");
        }
        for (one, other) in [("hera", "era"), ("verdi", "verde"), ("cela", "sela")] {
            assert!(!are_spelling_variants(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn other_scripts_are_returned_unchanged() {
        assert_eq!(sound_key("иван"), "иван");
        assert_eq!(sound_key(""), "");
    }
}
