//! What is wrong with the settings of the owners' console and of the operators' console.

use std::ops::RangeInclusive;
use std::path::Path;

use secrecy::ExposeSecret;

use super::address::{base_fault, collide};
use super::requiring;
use crate::config::address::NotAnAddress;
use crate::config::{Fault, Settings};
use crate::console::settings::SignUp;
use crate::mail::transport::{Transport, mailbox_of};

/// A larger grant for each sign-up is a slip.
const MAX_SIGN_UP_GRANT: u32 = 1_000_000;
const MAX_GRANT_DAYS: u32 = 366;
const MIN_PASSWORD_CHARS: RangeInclusive<usize> = 12..=64;

impl Settings {
    pub(super) fn check_console(&self, faults: &mut Vec<Fault>) {
        let mut require = requiring(faults);
        require(
            self.console.sign_up == SignUp::Invited || self.console.opening().is_some(),
            "console.sign_up_plan",
            "must be an edition and a plan, such as start/start, where console.sign_up is not invited",
        );
        require(
            self.console.sign_up_grant <= MAX_SIGN_UP_GRANT,
            "console.sign_up_grant",
            &format!("must be from 0 to {MAX_SIGN_UP_GRANT}"),
        );
        require(
            self.console.sign_up_grant_days.get() <= MAX_GRANT_DAYS,
            "console.sign_up_grant_days",
            &format!("must be from 1 to {MAX_GRANT_DAYS}"),
        );
        require(
            Transport::of(self.mail.smtp_url.expose_secret(), Path::new("")).is_ok(),
            "mail.smtp_url",
            "must look like smtps://user:password@host:465",
        );
        require(
            mailbox_of(&self.mail.from, &self.product_name).is_some(),
            "mail.from",
            "must be one e-mail address, as Acme <no-reply@acme.test>",
        );
        require(
            MIN_PASSWORD_CHARS.contains(&self.console.min_password_chars.get()),
            "console.min_password_chars",
            &format!("must be from {} to {}", MIN_PASSWORD_CHARS.start(), MIN_PASSWORD_CHARS.end()),
        );
        require(
            self.console.max_concurrent_pages.get() < self.database.max_connections.get() as usize,
            "console.max_concurrent_pages",
            "must be less than database.max_connections: otherwise pages could take every connection",
        );
        require(
            self.console.session_idle <= self.console.session_life,
            "console.session_idle_s",
            "must be at most console.session_life_s",
        );
    }

    pub(super) fn check_operator(&self, faults: &mut Vec<Fault>) {
        let mut require = requiring(faults);
        let operator = &self.operator;
        let listen = self.operator_listen();
        if !operator.listen.trim().is_empty() && listen.is_none() {
            require(false, "operator.listen", &NotAnAddress.to_string());
        }
        let taken = [Some(self.listen), self.metrics_listen];
        let is_taken = |address| taken.into_iter().flatten().any(|taken| collide(address, taken));
        require(
            !listen.is_some_and(is_taken),
            "operator.listen",
            "must be an address of its own, neither `listen` nor `metrics_listen`",
        );
        if let Some(fault) = base_fault(&operator.base_url) {
            require(false, "operator.base_url", &fault);
        } else if let Some(Err(error)) = listen.map(|address| self.operator_base(address)) {
            require(false, "operator.base_url", &format!("is needed beyond loopback: {error}"));
        }
        require(
            operator.session_idle <= operator.session_life,
            "operator.session_idle_s",
            "must be at most operator.session_life_s",
        );
        require(
            listen.is_none()
                || self.console.max_concurrent_pages.get() + operator.max_concurrent_pages.get()
                    < self.database.max_connections.get() as usize,
            "operator.max_concurrent_pages",
            "must leave connections to calls: with console.max_concurrent_pages it must be less than \
             database.max_connections",
        );
    }
}
