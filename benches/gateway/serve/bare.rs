//! A plain axum server: it reads the same JSON body and answers the same bytes, and does nothing
//! else.

use std::env;

use anyhow::Context;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::load::PATH;

/// Names the file with the bytes of the answer.
pub(crate) const ANSWER_FILE: &str = "BENCH_ANSWER_FILE";

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, as any handler would read its body")]
struct Person {
    primeiro_nome: String,
    ultimo_nome: String,
    empresa: String,
}

pub(crate) async fn serve() -> anyhow::Result<()> {
    let file = env::var(ANSWER_FILE).with_context(|| format!("{ANSWER_FILE} is not set"))?;
    let answer = Bytes::from(std::fs::read(file)?);
    let handler = move |Json(_): Json<Person>| {
        let answer = answer.clone();
        async move { ([(CONTENT_TYPE, "application/json")], answer) }
    };
    let listener = TcpListener::bind(super::listen()?).await?;
    axum::serve(listener, Router::new().route(PATH, post(handler))).await?;
    Ok(())
}
