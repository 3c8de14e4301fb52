//! The demonstration account with three months of history, as `fluence demo --history` makes it.

use fluence::domain::ids::AccountId;
use fluence::secret::Pepper;

use super::gateway::Gateway;
use crate::command::program::{Program, text};

pub(crate) struct Demonstration {
    /// With both consoles.
    pub(crate) gateway: Gateway,
    pub(crate) account: AccountId,
    /// The path of the link that logs its admin in, once.
    pub(crate) link: String,
}

impl Demonstration {
    pub(crate) async fn start() -> Self {
        let program = Program::new().await;
        let demo = program.json(&["demo", "--history"]);
        let (account, link) = (text(&demo, "account_id").parse().unwrap(), text(&demo, "console"));
        let pepper = Pepper::parse(&program.pepper, 1).unwrap();
        let environment = [("FLUENCE_OPERATOR_LISTEN", "127.0.0.1:0")];
        let gateway = Gateway::on(program.database, pepper, &environment).await;
        let link = format!("/console/link{}", link.split_once("/console/link").unwrap().1);
        Self { gateway, account, link }
    }
}
