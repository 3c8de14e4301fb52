//! Identifies people by name and company.
//!
//! A name is folded once ([`normalise`]), parsed as a person's name ([`name`]) or a company's
//! ([`company`]), looked up by keys that tolerate a typing error ([`search_keys`]), and decided by
//! one pure function ([`matching`]).

pub mod agreement;
pub mod company;
pub mod company_words;
pub mod directory_line;
pub mod edits;
pub mod enrichment;
pub mod known_names;
pub mod matching;
pub mod name;
pub mod nicknames;
pub mod normalise;
pub mod rarity;
pub mod sample;
pub mod search_keys;
pub mod sound;
pub mod transliteration;
