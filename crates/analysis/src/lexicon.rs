//! The lexicon: the categories of words. The trainer and this crate share one file,
//! `model/lexicon.tsv`, which is compiled in.

use fluence_domain::language::Language;

/// The file's text. The model file contains its SHA-256.
pub const LEXICON_TSV: &str = include_str!("../../../model/lexicon.tsv");

/// Languages whose function words are listed. The last four are detected only to be rejected.
pub const MARKER_LANGUAGES: [&str; 6] = ["en", "pt", "es", "fr", "it", "de"];

/// A set of at most 64 categories or languages, one bit each.
pub type CategorySet = u64;

/// A trie over bytes, from words and stems to their categories.
#[derive(Debug)]
pub struct WordTrie {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    children: Vec<(u8, u32)>,
    /// Categories of the word that ends here.
    word: CategorySet,
    /// Categories of every word that begins so.
    stem: CategorySet,
    /// Categories that the word is excluded from, although a stem of it is listed.
    not_word: CategorySet,
    /// Categories that every word that begins so is excluded from.
    not_stem: CategorySet,
}

impl Default for WordTrie {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl WordTrie {
    /// Adds an entry (`word`, `stem*`, `!word` or `!stem*`) to the category at bit `category`.
    fn add(&mut self, entry: &str, category: u32) {
        let excluded = entry.starts_with('!');
        let pattern = entry.trim_start_matches('!');
        let node = self.reach(pattern.trim_end_matches('*'));
        let set = match (excluded, pattern.ends_with('*')) {
            (false, false) => &mut node.word,
            (false, true) => &mut node.stem,
            (true, false) => &mut node.not_word,
            (true, true) => &mut node.not_stem,
        };
        *set |= 1 << category;
    }

    fn reach(&mut self, prefix: &str) -> &mut Node {
        let mut at = 0;
        for byte in prefix.bytes() {
            at = match self.child(at, byte) {
                Some(next) => next,
                None => {
                    let next = self.nodes.len();
                    self.nodes.push(Node::default());
                    self.nodes[at].children.push((byte, u32::try_from(next).unwrap_or(u32::MAX)));
                    next
                }
            };
        }
        &mut self.nodes[at]
    }

    fn child(&self, node: usize, byte: u8) -> Option<usize> {
        self.nodes[node].children.iter().find(|(b, _)| *b == byte).map(|(_, next)| *next as usize)
    }

    /// Returns the categories of the entry `previous_word`.
    fn lookup_pair(&self, previous: &str, word: &str) -> CategorySet {
        let path = previous.bytes().chain([b'_']).chain(word.bytes());
        let node = path.into_iter().try_fold(0, |at, byte| self.child(at, byte));
        node.map_or(0, |node| self.nodes[node].word)
    }

    /// Returns the categories of `word`: those that list it, and those of its stems that do not
    /// exclude it.
    pub fn lookup(&self, word: &str) -> CategorySet {
        let (mut at, mut stems, mut excluded) = (0, self.nodes[0].stem, self.nodes[0].not_stem);
        for byte in word.bytes() {
            let Some(next) = self.child(at, byte) else { return stems & !excluded };
            at = next;
            stems |= self.nodes[at].stem;
            excluded |= self.nodes[at].not_stem;
        }
        let node = &self.nodes[at];
        node.word | (stems & !(excluded | node.not_word))
    }
}

/// The entries of both languages, by kind.
#[derive(Debug)]
pub struct Lexicon {
    /// The names of the feature categories, in the order of the file and of the bits.
    pub categories: Vec<&'static str>,
    features: [WordTrie; 2],
    sensitive: [WordTrie; 2],
    markers: WordTrie,
}

impl Lexicon {
    /// Reads the compiled-in file. Lines of another format are skipped; a test proves that there
    /// are none.
    pub fn load() -> Self {
        let mut lexicon = Self {
            categories: Vec::new(),
            features: <[WordTrie; 2]>::default(),
            sensitive: <[WordTrie; 2]>::default(),
            markers: WordTrie::default(),
        };
        for line in LEXICON_TSV.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            if let (Some(kind), Some(category), Some(language), Some(entries)) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            {
                lexicon.add_line(kind, category, language, entries);
            }
        }
        lexicon
    }

    fn add_line(&mut self, kind: &str, category: &'static str, language: &str, entries: &str) {
        let index = usize::from(language == "pt");
        let (trie, bit) = match kind {
            "feature" => {
                let known = self.categories.iter().position(|name| *name == category);
                let bit = known.unwrap_or_else(|| {
                    self.categories.push(category);
                    self.categories.len() - 1
                });
                (&mut self.features[index], bit)
            }
            "sensitive" => (&mut self.sensitive[index], 0),
            "marker" => match MARKER_LANGUAGES.iter().position(|name| *name == language) {
                Some(bit) => (&mut self.markers, bit),
                None => return,
            },
            _ => return,
        };
        let Ok(bit) = u32::try_from(bit) else { return };
        for entry in entries.split(' ') {
            trie.add(entry, bit);
        }
    }

    /// Returns the feature categories of a normalised word, including those of the pair that it
    /// forms with `previous`. `previous` is empty at the start of a sentence.
    pub fn categories_of(&self, previous: &str, word: &str, language: Language) -> CategorySet {
        let trie = &self.features[index_of(language)];
        let pair = if previous.is_empty() { 0 } else { trie.lookup_pair(previous, word) };
        trie.lookup(word) | pair
    }

    /// Whether a normalised word, or the pair that it forms with `previous`, belongs to a special
    /// category of personal data, such as health or religion.
    pub fn is_sensitive(&self, previous: &str, word: &str, language: Language) -> bool {
        let trie = &self.sensitive[index_of(language)];
        trie.lookup(word) != 0 || trie.lookup_pair(previous, word) != 0
    }

    /// Returns the languages of which a normalised word is a frequent function word, by bit in
    /// [`MARKER_LANGUAGES`].
    pub fn marker_languages(&self, word: &str) -> CategorySet {
        self.markers.lookup(word)
    }
}

/// Returns the index of a language in arrays of two: English first, as in the model file.
pub(super) const fn index_of(language: Language) -> usize {
    match language {
        Language::En => 0,
        Language::Pt => 1,
    }
}

/// Returns the positions of the bits of a set, lowest first.
pub(super) fn bits(set: CategorySet) -> impl Iterator<Item = usize> {
    let mut left = set;
    std::iter::from_fn(move || {
        (left != 0).then(|| {
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            bit
        })
    })
}

#[cfg(test)]
mod tests;
