//! Numbered sets of what is sold: catalogues, and sets of routes.

use super::named_enum::named_enum;

named_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum SetKind {
        /// Plans and packs.
        Catalogue = "catalogue",
        /// The routes that are sold.
        Routes = "routes",
    }
}

/// The number of what the program ships.
pub const SHIPPED_SET: i32 = 0;

/// The sets that a gateway sells by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetNumbers {
    pub catalogue: i32,
    pub routes: i32,
}

impl SetNumbers {
    pub fn of(self, kind: SetKind) -> i32 {
        match kind {
            SetKind::Catalogue => self.catalogue,
            SetKind::Routes => self.routes,
        }
    }
}
