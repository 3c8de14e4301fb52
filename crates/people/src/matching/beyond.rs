//! The fields in which a source has more words than the query.

/// For each field, whether the source has more words than the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beyond {
    pub(super) given: bool,
    pub(super) surnames: bool,
    pub(super) company: bool,
}

impl Beyond {
    /// Whether the other's fields include all of these and at least one more.
    pub(super) fn is_within(self, other: Self) -> bool {
        let fields = |beyond: Self| [beyond.given, beyond.surnames, beyond.company];
        self != other && fields(self).iter().zip(fields(other)).all(|(this, other)| *this <= other)
    }

    /// Whether the name has no more words than the query's.
    pub(super) fn is_whole_name(self) -> bool {
        !self.given && !self.surnames
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ask, person};
    use super::super::{Resolution, resolve};
    use crate::rarity::Rarity;

    #[test]
    fn the_exact_company_precedes_companies_that_contain_it_however_short_the_name() {
        let at = |company| person("Antônio Carlos", "Magalhães Rocha", company);
        let candidates = [at("Grupo Sol Sul"), at("Grupo Sol"), at("Sol Norte")];
        for (first_name, last_name) in
            [("Antônio", "Rocha"), ("Toninho", "Rocha"), ("Antônio Carlos", "Magalhães Rocha")]
        {
            let decided = resolve(&ask(first_name, last_name, "Grupo Sol"), &candidates, &Rarity::default());
            assert!(
                matches!(decided, Resolution::One(found) if found.index == 1),
                "{first_name}: {decided:?}"
            );
        }
        let longer =
            [person("Antônio", "Rocha", "Grupo Sol Sul"), person("Antônio", "Rocha Lima", "Grupo Sol")];
        let decided = resolve(&ask("Antônio", "Rocha", "Grupo Sol"), &longer, &Rarity::default());
        assert!(matches!(decided, Resolution::Several(ref matches) if matches.len() == 2), "{decided:?}");
    }
}
