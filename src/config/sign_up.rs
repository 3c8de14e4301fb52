//! Whether people can open accounts: their plan must be in the catalogue.

use super::Settings;
use crate::catalogue::plans::Catalogue;
use crate::console::settings::SignUp;
use crate::domain::plan::PlanRef;

impl Settings {
    /// The plan of accounts that people open themselves, where sign-up is open.
    pub fn open_sign_up_plan(&self) -> Option<PlanRef> {
        let base = self.console_base(self.listen).ok().flatten()?;
        let console = self.console.clone().at(&base);
        console.sign_up_plan().filter(|_| console.sign_up == SignUp::Open)
    }

    /// The same if this catalogue does not have it. The gateway then closes sign-up.
    pub fn missing_sign_up_plan(&self, catalogue: &Catalogue) -> Option<PlanRef> {
        self.open_sign_up_plan().filter(|PlanRef { edition, plan }| catalogue.plan(edition, plan).is_none())
    }

    /// One sentence about a plan that is missing so.
    pub fn sign_up_warning(&self, catalogue: &Catalogue) -> Option<String> {
        let PlanRef { edition, plan } = self.missing_sign_up_plan(catalogue)?;
        Some(format!(
            "sign-up is closed: console.sign_up_plan is {edition}/{plan}, which the catalogue does not have. Set it to a plan of \
             the catalogue, or console.sign_up to invited"
        ))
    }
}
