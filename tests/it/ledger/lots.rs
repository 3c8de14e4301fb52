//! The row of a lot is written when it changes, and only then.

use chrono::TimeDelta;
use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::hold::Hold;
use fluence::ledger::rules::operation::{Operation, Settle};

use super::fixture::{Customer, LedgerFixture, ManualWriter, held};

const YEAR: TimeDelta = TimeDelta::days(365);

async fn hold(writer: &mut ManualWriter, customer: &Customer, amount: u32) -> Hold {
    held(&Some(writer.one(Operation::Hold(customer.request(amount))).await))
}

/// Captures `captured` of a hold and releases the rest.
async fn capture(writer: &mut ManualWriter, hold: Hold, captured: u32) {
    let release = Settle::release(hold, Outcome::Answered, None);
    writer.one(Operation::Settle(Settle { captured: Credits::from_u32(captured), ..release })).await;
}

/// The version of each lot's row.
async fn versions(fixture: &LedgerFixture) -> Vec<String> {
    fixture.value("select array_agg(lot || ' ' || xmin::text order by lot) from ledger_lot").await
}

#[tokio::test]
async fn only_lots_that_change_are_written() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut writer = fixture.manual_writer("a").await;
    writer.one(customer.grant(10, YEAR)).await;
    let first = hold(&mut writer, &customer, 5).await;
    let of_opened = versions(&fixture).await;
    assert_eq!(of_opened.len(), 2);

    // The open lot's credits are in the row of the account.
    capture(&mut writer, first, 2).await;
    let second = hold(&mut writer, &customer, 1).await;
    assert_eq!(versions(&fixture).await, of_opened);
    assert_eq!(fixture.books(&customer).await, (17, 7, 2));

    // The plan's lot pays what it has left, and the pack is opened for the rest.
    let both = hold(&mut writer, &customer, 9).await;
    let of_both = versions(&fixture).await;
    assert_ne!(of_both[1], of_opened[1]);
    capture(&mut writer, both, 1).await;
    capture(&mut writer, second, 0).await;
    assert_ne!(versions(&fixture).await, of_both);
    fixture.assert_verified().await;
    assert_eq!(fixture.books(&customer).await.0, 17);
}
