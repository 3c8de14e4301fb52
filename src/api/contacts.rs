//! `/v1/contacts`: the people that an account stores for itself. Analyses search them first.

mod body;

use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};

pub(crate) use self::body::{Gone, List, One};
use self::body::{GoneContact, Shown};
use crate::api::account_pool::{AccountPool, Connected};
use crate::api::fair_queue::Urgency;
use crate::api::id_of;
use crate::api::once::{Act, Answer, BodyLimit, NotMade, Posted};
use crate::clock::new_id;
use crate::domain::contact::{Contact, ContactLimits, ContactOwner};
use crate::domain::ids::ContactId;
use crate::domain::refusal::Refusal;
use crate::domain::setting;
use crate::gate::auth::caller::Caller;
use crate::http::answer::{RefusalResponse, json_ok, json_with};
use crate::http::contact_request::{ContactChange, parse_new};
use crate::http::fields::Fields;
use crate::http::json_body::{parse_fields, read_body};
use crate::http::paging::{self, PAGE_BYTES, Page};
use crate::lookup::People;
use crate::storage::contacts::{self, ContactError};

#[derive(Clone)]
pub struct ContactsApi {
    pub pool: AccountPool,
    /// Caches contacts until it is notified of a change.
    pub people: Arc<People>,
    /// What an account may keep.
    pub settings: ContactSettings,
}

/// The `[contacts]` settings. Each limit applies to live and to test environments separately.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ContactSettings {
    /// Maximum number of contacts of an account.
    #[serde(deserialize_with = "setting::count_or_zero")]
    pub max_per_account: u32,
    /// Maximum bytes of text in them.
    #[serde(deserialize_with = "setting::bytes")]
    pub max_bytes_per_account: NonZeroUsize,
    /// Maximum size of a request body.
    #[serde(deserialize_with = "setting::bytes")]
    pub max_body_bytes: NonZeroUsize,
}

impl ContactSettings {
    fn limits(&self) -> ContactLimits {
        let bytes = self.max_bytes_per_account.get() as u64;
        ContactLimits { contacts: self.max_per_account.into(), bytes }
    }
}

/// The account's contacts, oldest first, a page at a time.
pub async fn list(
    State(api): State<ContactsApi>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Response, RefusalResponse> {
    let page = Page::<ContactId>::of(&uri)?;
    let mut connection = api.connection(&caller).await?;
    let stored =
        contacts::page::read(&mut connection, owner(&caller), page.after, page.limit, PAGE_BYTES).await;
    let stored = stored.map_err(|error| refusal(error.into()))?;
    let mut data: Vec<_> = stored.contacts.iter().map(Shown::new).collect();
    // The store went by the bytes of their texts; as JSON they may be more.
    let has_more = paging::cut_to_size(&mut data) || stored.has_more;
    let next_cursor = data.last().filter(|_| has_more).map(|contact| contact.id);
    Ok(json_ok(List { success: true, data, next_cursor }))
}

pub async fn create(
    State(api): State<ContactsApi>,
    Extension(caller): Extension<Caller>,
    posted: Posted,
) -> Result<Response, NotMade> {
    let content = parse_new(posted.fields().await?)?;
    let fresh_id = ContactId::from_uuid(new_id());
    let begun = api.pool.begin(caller.key.account_id, Urgency::Ordinary).await?;
    let mut act = Act::begin(begun, posted.claim.clone()).await?;
    let made = contacts::create(&mut act, owner(&caller), fresh_id, content, api.settings.limits()).await;
    let contact = made.map_err(refusal)?;
    let (status, location) = (StatusCode::CREATED, format!("/v1/contacts/{}", contact.id));
    let shown = One { success: true, data: Shown::new(&contact) };
    let response = act.finish(Answer { status, location, shown, is_secret: false }).await?;
    caller.account.now_keeps_contacts(caller.key.mode);
    api.people.contacts_changed(owner(&caller));
    Ok(response)
}

pub async fn read(
    State(api): State<ContactsApi>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, RefusalResponse> {
    let id = id_of(&id)?;
    let mut connection = api.connection(&caller).await?;
    let contact = contacts::find(&mut connection, owner(&caller), id).await;
    let contact = contact.map_err(|error| refusal(error.into()))?.ok_or(Refusal::NotFound)?;
    Ok(shown(StatusCode::OK, &contact))
}

/// Changes the fields that the body names.
pub async fn change(
    State(api): State<ContactsApi>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, RefusalResponse> {
    let id = id_of(&id)?;
    let change = ContactChange::parse(api.fields(&headers, body).await?)?;
    let mut connection = api.connection(&caller).await?;
    let changed = contacts::update(
        &mut connection,
        owner(&caller),
        id,
        |old| change.applied_to(old),
        api.settings.limits(),
    )
    .await;
    let contact = changed.map_err(refusal)?;
    api.people.contacts_changed(owner(&caller));
    Ok(shown(StatusCode::OK, &contact))
}

pub async fn delete(
    State(api): State<ContactsApi>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, RefusalResponse> {
    let id = id_of(&id)?;
    let mut connection = api.connection(&caller).await?;
    let deleted = contacts::delete(&mut connection, owner(&caller), id).await;
    if !deleted.map_err(|error| refusal(error.into()))? {
        return Err(Refusal::NotFound.into());
    }
    api.people.contacts_changed(owner(&caller));
    Ok(json_ok(Gone { success: true, data: GoneContact { id, deleted: true } }))
}

impl BodyLimit for ContactsApi {
    fn max_body_bytes(&self) -> usize {
        self.settings.max_body_bytes.get()
    }
}

impl ContactsApi {
    async fn fields(&self, headers: &HeaderMap, body: Body) -> Result<Fields, Refusal> {
        parse_fields(&read_body(headers, body, self.settings.max_body_bytes.get()).await?)
    }

    async fn connection(&self, caller: &Caller) -> Result<Connected, Refusal> {
        self.pool.connection(caller.key.account_id).await
    }
}

fn owner(caller: &Caller) -> ContactOwner {
    ContactOwner { account: caller.key.account_id, mode: caller.key.mode }
}

fn shown(status: StatusCode, contact: &Contact) -> Response {
    json_with(status, One { success: true, data: Shown::new(contact) })
}

fn refusal(error: ContactError) -> Refusal {
    match error {
        ContactError::Missing => Refusal::NotFound,
        ContactError::Exists(id) => Refusal::ContactExists { id },
        ContactError::LimitReached(limit) => Refusal::ContactLimitReached { limit },
        ContactError::Storage(error) => {
            tracing::warn!(%error, "contacts query failed");
            Refusal::UNAVAILABLE
        }
    }
}
