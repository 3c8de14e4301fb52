//! The operator's enrichment service as a source, for people unknown to all others.

use bytes::Bytes;
use sqlx::PgPool;

use super::found::{FindError, Found, Hint};
use super::words::KnownWords;
use crate::domain::ids::AccountId;
use crate::domain::person::{PersonQuery, PersonSource};
use crate::people::directory_line::DirectoryLine;
use crate::people::enrichment::{AnswerFault, people, question};
use crate::people::matching::{Candidate, ParsedQuery, resolve};
use crate::storage::directory::StoredPerson;
use crate::storage::directory::opt_outs::{self, identities, opted_out};
use crate::storage::error::StorageError;
use crate::storage::pool::acquire;
use crate::upstream::client::Upstream;
use crate::upstream::error::UpstreamError;

/// Finds the person among the people that the service returns, by this program's own rules: a
/// person of another name is dropped. People who opted out are neither looked up nor accepted from
/// an answer.
pub(super) async fn look_up(
    pool: &PgPool,
    words: &KnownWords,
    upstream: &Upstream,
    account: AccountId,
    query: &PersonQuery,
) -> Result<Found, FindError> {
    let ParsedQuery { name, company } = ParsedQuery::from(query);
    let asked = Candidate { name, company, ..Candidate::default() };
    if !opted_out(&mut *acquire(pool).await?, &identities(&asked, None)).await?.is_empty() {
        return Ok(Found::None);
    }
    let understood = |answer: &[u8]| people(answer).map_err(UpstreamError::from);
    let answered = upstream.post(account, Bytes::from(question(query)), understood).await?;
    let offered = without_opted_out(pool, answered.unwrap_or_default()).await?;
    let candidates: Vec<Candidate> = offered.iter().map(DirectoryLine::candidate).collect();
    let words = words.at_least(0, pool).await?;
    let decided = resolve(query, &candidates, &words.rarity);
    let fetch = async |index: usize| {
        Ok(offered.get(index).map(|line| StoredPerson {
            content_sha256: line.content_sha256(),
            person: line.clone().into_person(line.derived_id()),
        }))
    };
    let hint = |index: usize| {
        let line = offered.get(index)?;
        Some(Hint { role: line.title.clone(), city: line.location.clone(), contact: None })
    };
    Found::of(PersonSource::Enrichment, decided, fetch, hint).await
}

/// One bad record must not pause the service for every account. Only an unreadable answer may.
impl From<AnswerFault> for UpstreamError {
    fn from(fault: AnswerFault) -> Self {
        match fault {
            AnswerFault::Malformed => Self::Failed(fault.to_string()),
            AnswerFault::TooMany | AnswerFault::Person { .. } => Self::Unusable(fault.to_string()),
        }
    }
}

async fn without_opted_out(
    pool: &PgPool,
    offered: Vec<DirectoryLine>,
) -> Result<Vec<DirectoryLine>, StorageError> {
    if offered.is_empty() {
        return Ok(offered);
    }
    let identities_of = |line: &DirectoryLine| {
        let external = line.source.as_deref().zip(line.external_id.as_deref());
        identities(&line.candidate(), external)
    };
    opt_outs::without_opted_out(&mut *acquire(pool).await?, offered, identities_of).await
}
