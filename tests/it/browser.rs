//! The pages in a real browser: what a reader does with them, and what a reader cannot do with
//! every page.

mod console;
mod every_page;
mod flows;
mod one_time;
mod operator;
mod page_check;
mod pictures;
mod reading;
mod sheets;
mod trying;

use crate::support::customer::Customer;
use crate::support::gateway::Gateway;

/// A gateway with sample people, and a customer with a live and a test key.
async fn with_test_key() -> (Gateway, Customer, String) {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let test_key = gateway.test_key(customer.account).await;
    (gateway, customer, test_key)
}
