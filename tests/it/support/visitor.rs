//! A person with a browser without script: cookies, pages, forms.

use std::collections::BTreeMap;

use fluence::clock::new_id;
use fluence::domain::ids::{AccountId, IdentityId, MemberId};
use fluence::domain::member::Role;
use fluence::management::identities::log_in_link;
use fluence::management::second_factor::{enroll, new_secret};
use fluence::storage::identity::{identities, memberships};
use fluence::storage::members;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, RequestBuilder, redirect};

use super::gateway::Gateway;

/// What a page came as.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    /// Where a redirect leads.
    pub(crate) fn leads_to(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |to| to.to_str().unwrap())
    }

    /// The hidden fields of the form that is sent to `action`.
    pub(crate) fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let start = format!("action=\"{action}\"");
        let form = self.body.split("<form").find(|form| form.contains(&start));
        let form = form.unwrap_or_else(|| panic!("{} has no form to {action}: {}", self.path, self.body));
        let form = form.split("</form>").next().unwrap();
        let inputs = form.split("<input").skip(1).map(|input| input.split('>').next().unwrap());
        let hidden = inputs.filter(|input| input.contains("type=\"hidden\""));
        hidden.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect()
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

/// An attribute of a tag, as text.
pub(crate) fn attribute(tag: &str, name: &str) -> String {
    let value =
        tag.split_once(&format!(" {name}=\"")).map_or("", |(_, rest)| rest.split('"').next().unwrap());
    value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// A browser.
pub(crate) struct Visitor {
    client: Client,
    base: String,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) language: &'static str,
}

impl Visitor {
    pub(crate) fn new(gateway: &Gateway) -> Self {
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        Self { client, base: gateway.url(), cookies: BTreeMap::new(), language: "en" }
    }

    /// In another network of this machine.
    pub(crate) fn of_network(gateway: &Gateway, address: [u8; 4]) -> Self {
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none());
        let client = client.local_address(std::net::IpAddr::from(address)).build().unwrap();
        Self { client, ..Self::new(gateway) }
    }

    /// At the operators' console.
    pub(crate) fn of_operators(gateway: &Gateway) -> Self {
        Self { base: gateway.operator_url(), ..Self::new(gateway) }
    }

    /// The same browser as another window has it.
    pub(crate) fn copy(&self) -> Self {
        Self {
            client: self.client.clone(),
            base: self.base.clone(),
            cookies: self.cookies.clone(),
            language: self.language,
        }
    }

    fn dressed(&self, request: RequestBuilder) -> RequestBuilder {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("accept-language", self.language).header("user-agent", "Test browser");
        if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) }
    }

    async fn send(&mut self, path: &str, request: RequestBuilder) -> Page {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for line in headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        Page { path: path.to_owned(), status, headers, body: response.text().await.unwrap() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let request = self.dressed(self.client.get(format!("{}{path}", self.base)));
        self.send(path, request).await
    }

    /// A POST as a page of ours sends it, with exactly these fields.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = HeaderValue::try_from(self.base.clone()).unwrap();
        self.post_with(path, fields, &[(ORIGIN.as_str(), origin.to_str().unwrap())]).await
    }

    /// A POST with these headers in place of an origin.
    pub(crate) async fn post_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Page {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(format!("{}{path}", self.base)).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = headers
            .iter()
            .fold(self.dressed(request), |request, (name, value)| request.header(*name, *value));
        self.send(path, request).await
    }

    /// A POST of a page of ours with another body.
    pub(crate) async fn post_body(&mut self, path: &str, media: &str, body: String) -> Page {
        let request = self.dressed(self.client.post(format!("{}{path}", self.base)).body(body));
        let request = request.header(ORIGIN, &self.base).header("content-type", media);
        self.send(path, request).await
    }

    /// Fills in the form of a page and sends it.
    pub(crate) async fn submit(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let hidden = page.hidden(action);
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let typed = fields.iter().copied();
        let kept = hidden.filter(|(name, _)| !fields.iter().any(|(typed, _)| typed == name));
        let all: Vec<(&str, &str)> = kept.chain(typed).collect();
        self.post(action, &all).await
    }

    /// Opens the page of a form, fills it in, and sends it.
    pub(crate) async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path} leads to {}: {}", page.leads_to(), page.body);
        let action = path.split('?').next().unwrap().to_owned();
        self.submit(&page, &action, fields).await
    }
}

impl Gateway {
    /// Adds a member to an account.
    pub(crate) async fn member(&self, account: AccountId, email: &str, role: Role) -> MemberId {
        let id = MemberId::from_uuid(new_id());
        let mut connection = self.database.pool().acquire().await.unwrap();
        members::add(&mut connection, id, account, email, role).await.unwrap();
        id
    }

    /// A member of an account whose log-in asks for a second factor.
    pub(crate) async fn member_with_factor(&self, account: AccountId, email: &str) -> MemberId {
        let member = self.member(account, email, Role::Member).await;
        let (id, address) = (IdentityId::from_uuid(new_id()), email.parse().unwrap());
        let mut connection = self.database.pool().acquire().await.unwrap();
        identities::add(&mut connection, id, &address, "Bia", None).await.unwrap();
        memberships::accept(&mut connection, member, id).await.unwrap();
        enroll(&mut connection, &self.peppers, id, &new_secret().unwrap(), 0).await.unwrap();
        member
    }

    /// A member of an account, logged in by a one-time link.
    pub(crate) async fn logged_in(&self, account: AccountId, email: &str, role: Role) -> Visitor {
        self.member(account, email, role).await;
        let mut visitor = Visitor::new(self);
        let entered = visitor.enter(self, account, email).await;
        assert_eq!((entered.status, entered.leads_to()), (303, format!("/console/{account}").as_str()));
        visitor
    }

    /// An admin of an account, logged in.
    pub(crate) async fn admin(&self, account: AccountId) -> Visitor {
        self.logged_in(account, "ana@example.com", Role::Admin).await
    }

    /// The path of a one-time link for a member.
    pub(crate) async fn link(&self, account: AccountId, email: &str) -> String {
        let mut connection = self.database.pool().acquire().await.unwrap();
        let email = email.parse().unwrap();
        let (token, _) = log_in_link(&mut connection, account, Some(&email)).await.unwrap();
        format!("/console/link?token={}", token.expose())
    }
}

impl Visitor {
    /// Opens a one-time link and presses its button.
    pub(crate) async fn enter(&mut self, gateway: &Gateway, account: AccountId, email: &str) -> Page {
        let link = gateway.link(account, email).await;
        self.fill(&link, &[]).await
    }
}
