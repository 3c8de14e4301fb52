//! Variants of the spelling of a name: other forms of the letters, slips and respellings.

use super::Chance;

/// The same letters in another form.
pub(super) fn restyle(chance: &mut Chance, text: &str) -> String {
    let text = if chance.percent(50) { without_accents(text) } else { text.to_owned() };
    match chance.below(6) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        2 => format!(" {text}  "),
        _ => text,
    }
}

fn without_accents(text: &str) -> String {
    const ACCENTED: [(char, char); 13] = [
        ('á', 'a'),
        ('ã', 'a'),
        ('â', 'a'),
        ('é', 'e'),
        ('ê', 'e'),
        ('í', 'i'),
        ('ó', 'o'),
        ('ô', 'o'),
        ('õ', 'o'),
        ('ú', 'u'),
        ('ç', 'c'),
        ('É', 'E'),
        ('Á', 'A'),
    ];
    text.chars()
        .map(|letter| ACCENTED.iter().find(|(from, _)| *from == letter).map_or(letter, |(_, to)| *to))
        .collect()
}

/// A slip in a word of at least this many letters, never in its first.
pub(super) fn slip(chance: &mut Chance, text: &str, shortest: usize) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let Some(place) = (0..words.len()).find(|place| words[*place].chars().count() >= shortest) else {
        return text.to_owned();
    };
    let mut letters: Vec<char> = words[place].chars().collect();
    let at = 1 + chance.below(letters.len() - 2);
    match chance.below(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, chance.pick(&['a', 'e', 'r', 's', 'n', 'o'])),
        2 => letters[at] = chance.pick(&['q', 'w', 'k', 'x', 'p', 'b']),
        _ => letters.swap(at, at + 1),
    }
    let slipped: String = letters.into_iter().collect();
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    words[place] = slipped;
    words.join(" ")
}

/// A respelling that sounds the same, if the name has one.
pub(super) fn respell(chance: &mut Chance, name: &str) -> String {
    const WAYS: [(&str, &str); 22] = [
        ("z", "s"),
        ("Th", "T"),
        ("th", "t"),
        ("ph", "f"),
        ("Ph", "F"),
        ("y", "i"),
        ("ll", "l"),
        ("nn", "n"),
        ("W", "V"),
        ("K", "C"),
        ("ss", "ç"),
        ("ei ", "ey "),
        ("Lu", "Lu"),
        ("sa", "za"),
        ("Ti", "Thi"),
        ("teu", "theu"),
        ("Fe", "Phe"),
        ("Vi", "Vy"),
        ("ana", "anna"),
        ("tt", "t"),
        ("io", "yo"),
        ("Is", "Iz"),
    ];
    let ways: Vec<_> =
        WAYS.iter().filter(|(from, to)| from != to && *to != "ç" && name.contains(from)).collect();
    if ways.is_empty() {
        return name.to_owned();
    }
    let (from, to) = chance.pick(&ways);
    name.replacen(from, to, 1)
}
