//! The people that an account stores for itself.

use super::{Cursor, id, paging};
use crate::api::contacts::{Gone, List, One};
use crate::domain::key::Scope;
use crate::domain::refusal::ErrorCode;
use crate::openapi::operation::{Access, Group, Operation, Verb};
use crate::openapi::requests;
use crate::openapi::texts::Texts;

const ID: Texts = ["The id of the contact.", "O id do contato."];
const PATH: &str = "/v1/contacts/{id}";

pub(super) fn operations() -> Vec<Operation> {
    let reading = || (Group::Contacts, Access::Scoped(Scope::Read));
    let writing = || (Group::Contacts, Access::Scoped(Scope::Invoke));
    vec![
        Operation::new(
            "listContacts",
            Verb::Get,
            "/v1/contacts",
            reading(),
            [
                ["List contacts", "Listar contatos"],
                [
                    "Lists the people that the account stores for itself, oldest first. Analyses look here first.",
                    "Lista as pessoas que a conta guarda, da mais antiga à mais nova. As análises procuram aqui primeiro.",
                ],
            ],
        )
        .takes(paging(Cursor::Id))
        .answers::<List<'static>>(200, ["A page of contacts.", "Uma página de contatos."]),
        Operation::new(
            "createContact",
            Verb::Post,
            "/v1/contacts",
            writing(),
            [
                ["Create a contact", "Criar um contato"],
                [
                    "Stores a person with the posts that an analysis may read. Only this account finds them.",
                    "Guarda uma pessoa com as publicações que uma análise pode ler. Só esta conta a encontra.",
                ],
            ],
        )
        .reads(requests::contact(true))
        .answers::<One<'static>>(201, ["The new contact.", "O novo contato."])
        .refuses(&[ErrorCode::ContactExists, ErrorCode::ContactLimitReached])
        .once(),
        Operation::new(
            "readContact",
            Verb::Get,
            PATH,
            reading(),
            [["Get a contact", "Consultar um contato"], ["Shows one contact.", "Mostra um contato."]],
        )
        .takes(id(ID))
        .answers::<One<'static>>(200, ["The contact.", "O contato."])
        .refuses(&[ErrorCode::NotFound]),
        Operation::new(
            "changeContact",
            Verb::Patch,
            PATH,
            writing(),
            [
                ["Change a contact", "Alterar um contato"],
                [
                    "Changes the fields in the body, as a JSON merge patch: a missing field stays, `null` empties it, `posts` \
                     replaces all posts.",
                    "Altera os campos do corpo, como um JSON merge patch: um campo ausente fica, `null` o esvazia e `posts` \
                     substitui todas as publicações.",
                ],
            ],
        )
        .takes(id(ID))
        .reads(requests::contact(false))
        .answers::<One<'static>>(200, ["The contact after the change.", "O contato depois da alteração."])
        .refuses(&[ErrorCode::NotFound, ErrorCode::ContactExists, ErrorCode::ContactLimitReached]),
        Operation::new(
            "deleteContact",
            Verb::Delete,
            PATH,
            writing(),
            [
                ["Delete a contact", "Excluir um contato"],
                ["Deletes a contact for good.", "Exclui um contato definitivamente."],
            ],
        )
        .takes(id(ID))
        .answers::<Gone>(200, ["The contact is deleted.", "O contato foi excluído."])
        .refuses(&[ErrorCode::NotFound]),
    ]
}
