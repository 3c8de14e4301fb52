//! Contacts.

use super::meaning::meanings;

meanings! {
    ContactAnswer {
        data: "The contact." / "O contato.";
    }
    ContactPage {
        data: "Contacts, oldest first." / "Contatos, do mais antigo ao mais novo.";
    }
    Contact {
        id: "Id of the contact." / "Id do contato.";
        first_name: "Given name." / "Nome.";
        last_name: "Surname, or several." / "Sobrenome, um ou mais.";
        company: "Company." / "Empresa.";
        title: "Job title." / "Cargo.", absent "if unknown" / "se desconhecido";
        email: "E-mail address." / "Endereço de e-mail.", absent "if unknown" / "se desconhecido";
        bio: "A text about the person." / "Um texto sobre a pessoa.", absent "if unknown" / "se desconhecido";
        posts: "What the person has written." / "O que a pessoa escreveu.";
        created_at: "When the contact was created." / "Quando o contato foi criado.";
        updated_at: "When it was last changed." / "Quando foi alterado pela última vez.";
    }
    Post {
        text: "The text." / "O texto.";
        published_at: "When it was published." / "Quando foi publicado.", absent "if unknown" / "se desconhecido";
        language: "Its language, as you sent it." / "O idioma, como você o enviou.", absent "if you sent none" / "se você não enviou nenhum";
    }
    ContactDeletedAnswer {
        data: "What was deleted." / "O que foi excluído.";
    }
    DeletedContact {
        id: "Id of the contact." / "Id do contato.";
        deleted: "`true`." / "`true`.";
    }
}
