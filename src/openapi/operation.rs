//! One operation: a method on a path, and all that a client must know of it.

use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use super::requests::RequestBody;
use super::texts::{Texts, in_language};
use crate::domain::forwarding::ForwardedRoute;
use crate::domain::key::Scope;
use crate::domain::language::Language;
use crate::domain::named_enum::named_enum;
use crate::domain::refusal::ErrorCode;
use crate::domain::route::Route;

named_enum! {
    /// An HTTP method, as a member of a path item.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Verb {
        Get = "get",
        Post = "post",
        Put = "put",
        Patch = "patch",
        Delete = "delete",
        Head = "head",
    }
}

named_enum! {
    /// What an operation is about.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Group {
        Analysis = "Analysis",
        /// Routes of the seller.
        Routes = "Routes",
        Account = "Account",
        Contacts = "Contacts",
        Keys = "Keys",
        Service = "Service",
    }
}

impl Group {
    /// The heading of the group.
    pub const fn title(self, language: Language) -> &'static str {
        in_language(
            match self {
                Self::Analysis => ["Analysis", "Análise"],
                Self::Routes => ["Endpoints", "Endpoints"],
                Self::Account => ["Account and credits", "Conta e créditos"],
                Self::Contacts => ["Contacts", "Contatos"],
                Self::Keys => ["Keys and environments", "Chaves e ambientes"],
                Self::Service => ["Service", "Serviço"],
            },
            language,
        )
    }
}

/// Who may call an operation.
#[derive(Clone, Debug)]
pub enum Access {
    /// Everybody.
    Open,
    /// Everybody; a key shows more.
    KeyOptional,
    /// Every key.
    AnyKey,
    /// Keys with this scope.
    Scoped(Scope),
    /// Keys with the scope `invoke`, on a plan that includes the route.
    Paid(Arc<Route>),
    /// The same on a route of the seller, which may be free.
    Forwarded(Arc<ForwardedRoute>),
}

impl Access {
    /// Whether a key is looked at.
    pub const fn takes_key(&self) -> bool {
        !matches!(self, Self::Open)
    }

    /// Whether a call may cost credits.
    pub fn is_paid(&self) -> bool {
        match self {
            Self::Open | Self::KeyOptional | Self::AnyKey | Self::Scoped(_) => false,
            Self::Paid(_) => true,
            Self::Forwarded(route) => !route.is_free(),
        }
    }
}

/// Where a request carries a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterPlace {
    /// One segment of the path.
    Segment,
    /// All segments from its own to the end of the path.
    RestOfPath,
    Query,
}

/// A parameter in the query string or the path.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub place: ParameterPlace,
    pub about: Texts,
    pub schema: Value,
    /// What samples send, if they send it.
    pub example: Option<&'static str>,
}

impl Parameter {
    pub(super) const fn of_query(
        name: &'static str,
        about: Texts,
        schema: Value,
        example: Option<&'static str>,
    ) -> Self {
        Self { name, place: ParameterPlace::Query, about, schema, example }
    }

    pub fn is_in_path(&self) -> bool {
        self.place != ParameterPlace::Query
    }

    /// What a sample sends, as a value of the kind that the schema has.
    pub(super) fn example_value(&self, sent: &str) -> Value {
        let is_text = self.schema["type"] == "string";
        let value = if is_text { None } else { serde_json::from_str(sent).ok() };
        value.unwrap_or_else(|| sent.into())
    }
}

/// An answer that is not an error.
#[derive(Clone, Copy, Debug)]
pub struct Success {
    pub status: u16,
    pub about: Texts,
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Success {
    /// An answer whose body is a serialised `T`.
    pub fn of<T: JsonSchema>(status: u16, about: Texts) -> Self {
        Self { status, about, schema: |generator| generator.subschema_for::<T>() }
    }
}

#[derive(Clone, Debug)]
pub struct Operation {
    /// The `operationId`, and the last part of the address of its reference page.
    pub id: &'static str,
    pub verb: Verb,
    /// The path template, without a stage prefix.
    pub path: &'static str,
    pub group: Group,
    pub title: Texts,
    pub about: Texts,
    pub access: Access,
    pub parameters: Vec<Parameter>,
    pub body: Option<RequestBody>,
    pub successes: Vec<Success>,
    /// Errors besides those that follow from access, body and idempotency.
    pub errors: Vec<ErrorCode>,
    /// Whether it honours `Idempotency-Key`.
    pub is_idempotent: bool,
    /// Whether keys of test environments may call it.
    pub takes_test_keys: bool,
}

impl Operation {
    /// An operation without parameters, body and answers.
    pub fn new(
        id: &'static str,
        verb: Verb,
        path: &'static str,
        (group, access): (Group, Access),
        [title, about]: [Texts; 2],
    ) -> Self {
        Self {
            id,
            verb,
            path,
            group,
            title,
            about,
            access,
            parameters: Vec::new(),
            body: None,
            successes: Vec::new(),
            errors: Vec::new(),
            is_idempotent: false,
            takes_test_keys: true,
        }
    }

    #[must_use]
    pub fn takes(mut self, parameters: Vec<Parameter>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    #[must_use]
    pub fn reads(mut self, body: RequestBody) -> Self {
        self.body = Some(body);
        self
    }

    /// Adds an answer whose body is a serialised `T`.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self, status: u16, about: Texts) -> Self {
        self.successes.push(Success::of::<T>(status, about));
        self
    }

    #[must_use]
    pub fn refuses(mut self, errors: &[ErrorCode]) -> Self {
        self.errors.extend(errors);
        self
    }

    #[must_use]
    pub fn once(mut self) -> Self {
        self.is_idempotent = true;
        self
    }

    /// The method and path, as `POST /crm`.
    pub fn signature(&self) -> String {
        format!("{} {}", self.verb.as_str().to_ascii_uppercase(), self.shown_path())
    }

    /// The path as readers know it from the routes: `{*rest}` stands for the rest of a path.
    pub fn shown_path(&self) -> &'static str {
        match &self.access {
            Access::Forwarded(route) => route.path,
            _ => self.path,
        }
    }

    pub fn title(&self, language: Language) -> &'static str {
        in_language(self.title, language)
    }

    pub fn about(&self, language: Language) -> &'static str {
        in_language(self.about, language)
    }
}
