//! The transaction of a page, which has a permit among the pages that use the database.

use std::time::Duration;

use sqlx::PgConnection;

use super::Call;
use crate::console::request::error::PageError;
use crate::storage::error::StorageError;
use crate::storage::pages;

/// How long a page waits for its permit.
const PERMIT_WAIT: Duration = Duration::from_secs(2);

impl Call {
    /// The connection of the page: a snapshot for a GET, a change for a POST. It waits for a permit
    /// among the pages.
    pub(crate) async fn db(&mut self) -> Result<&mut PgConnection, PageError> {
        if self.work.is_none() {
            self.take_permit().await?;
            let (pool, timeout) = (&self.console.pool, self.console.settings.statement_timeout);
            self.work = Some(match self.is_change {
                true => pages::begin_change(pool, timeout).await?,
                false => pages::begin_reading(pool, timeout).await?,
            });
        }
        self.work.as_deref_mut().ok_or(PageError::Internal)
    }

    pub(super) async fn take_permit(&mut self) -> Result<(), PageError> {
        if self.permit.is_none() {
            let permits = self.console.permits.clone();
            let permit = tokio::time::timeout(PERMIT_WAIT, permits.acquire_owned()).await;
            self.permit = Some(permit.map_err(|_| PageError::Busy)?.map_err(|_| PageError::Busy)?);
        }
        Ok(())
    }

    /// Commits what was changed so far, and releases the permit. A later [`Self::db`] opens
    /// another transaction.
    pub(crate) async fn commit(&mut self) -> Result<(), PageError> {
        self.save().await?;
        self.permit = None;
        Ok(())
    }

    /// Commits what was changed so far, and keeps the permit.
    pub(crate) async fn save(&mut self) -> Result<(), PageError> {
        if let Some(work) = self.work.take() {
            work.commit().await.map_err(StorageError::from)?;
        }
        Ok(())
    }

    /// Takes back what was changed so far: a form with faults changes nothing.
    pub(crate) fn roll_back(&mut self) {
        self.work = None;
    }
}
