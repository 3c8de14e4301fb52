//! Contacts as answers show them.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::contact::Contact;
use crate::domain::ids::ContactId;
use crate::domain::instant;
use crate::domain::person::Post;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ContactPage")]
pub(crate) struct List<'a> {
    pub(super) success: bool,
    pub(super) data: Vec<Shown<'a>>,
    /// Present when there are more: pass it as `cursor`.
    pub(super) next_cursor: Option<ContactId>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ContactAnswer")]
pub(crate) struct One<'a> {
    pub(super) success: bool,
    pub(super) data: Shown<'a>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Contact")]
pub(crate) struct Shown<'a> {
    pub(super) id: ContactId,
    first_name: &'a str,
    last_name: &'a str,
    company: &'a str,
    title: Option<&'a str>,
    email: Option<&'a str>,
    bio: Option<&'a str>,
    posts: Vec<PostShown<'a>>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Post")]
pub(crate) struct PostShown<'a> {
    text: &'a str,
    published_at: Option<DateTime<Utc>>,
    language: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ContactDeletedAnswer")]
pub(crate) struct Gone {
    pub(super) success: bool,
    pub(super) data: GoneContact,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeletedContact")]
pub(crate) struct GoneContact {
    pub(super) id: ContactId,
    pub(super) deleted: bool,
}

impl<'a> Shown<'a> {
    pub(super) fn new(Contact { id, content, created_at, updated_at }: &'a Contact) -> Self {
        let post = |post: &'a Post| PostShown {
            text: &post.text,
            published_at: post.published_at,
            language: post.language.as_deref(),
        };
        Self {
            id: *id,
            first_name: &content.first_name,
            last_name: &content.last_name,
            company: &content.company,
            title: content.title.as_deref(),
            email: content.email.as_deref(),
            bio: content.bio.as_deref(),
            posts: content.posts.iter().map(post).collect(),
            created_at: instant::written(*created_at),
            updated_at: instant::written(*updated_at),
        }
    }
}
