//! Programs that call an operation, one language a file.

mod curl;
mod go;
mod javascript;
mod literal;
mod php;
mod python;
mod ruby;

use super::operation::{Operation, Parameter, Verb};
use super::ordered::Ordered;

/// A language, or a library of one, that clients call the API with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Curl,
    Python,
    Fetch,
    Axios,
    Go,
    Php,
    Ruby,
}

impl Client {
    pub const ALL: [Self; 7] =
        [Self::Curl, Self::Python, Self::Fetch, Self::Axios, Self::Go, Self::Php, Self::Ruby];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::Fetch => "fetch",
            Self::Axios => "axios",
            Self::Go => "Go",
            Self::Php => "PHP",
            Self::Ruby => "Ruby",
        }
    }

    /// The language of its programs, as Markdown names it.
    pub const fn language(self) -> &'static str {
        match self {
            Self::Curl => "sh",
            Self::Python => "python",
            Self::Fetch | Self::Axios => "js",
            Self::Go => "go",
            Self::Php => "php",
            Self::Ruby => "ruby",
        }
    }

    /// The ending of the names of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Curl => "sh",
            Self::Python => "py",
            Self::Fetch => "fetch.mjs",
            Self::Axios => "axios.mjs",
            Self::Go => "go",
            Self::Php => "php",
            Self::Ruby => "rb",
        }
    }

    /// A program that calls the operation of the gateway at this address and prints the answer. The
    /// key and the ids of the path are read from the environment.
    pub fn program(self, operation: &Operation, base_url: &str) -> String {
        let call = Call::new(operation, base_url);
        match self {
            Self::Curl => curl::program(&call),
            Self::Python => python::program(&call),
            Self::Fetch => javascript::with_fetch(&call),
            Self::Axios => javascript::with_axios(&call),
            Self::Go => go::program(&call),
            Self::Php => php::program(&call),
            Self::Ruby => ruby::program(&call),
        }
    }
}

/// The environment variable with the key.
const KEY: &str = "FLUENCE_API_KEY";

/// A piece of an address.
#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    /// The environment variable with an id.
    Variable(String),
}

/// A request, as programs write it.
struct Call<'o> {
    verb: Verb,
    address: Vec<Piece>,
    has_key: bool,
    body: Option<&'o Ordered>,
}

impl<'o> Call<'o> {
    fn new(operation: &'o Operation, base_url: &str) -> Self {
        let mut address = vec![Piece::Text(base_url.to_owned())];
        let mut before = "";
        for segment in operation.path.split('/').skip(1) {
            match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
                Some(name) => {
                    let known = |parameter: &&Parameter| parameter.is_in_path() && parameter.name == name;
                    let given = operation.parameters.iter().find(known).and_then(|known| known.example);
                    let value =
                        given.map_or_else(|| variable(name, before), |value| Piece::Text(value.into()));
                    address.extend([Piece::Text("/".to_owned()), value]);
                }
                None => address.push(Piece::Text(format!("/{segment}"))),
            }
            before = segment;
        }
        let in_query = operation.parameters.iter().filter(|parameter| !parameter.is_in_path());
        let given = in_query.filter_map(|parameter| Some((parameter.name, parameter.example?)));
        let query: Vec<String> = given.map(|(name, example)| format!("{name}={example}")).collect();
        if !query.is_empty() {
            address.push(Piece::Text(format!("?{}", query.join("&"))));
        }
        let body =
            operation.body.as_ref().filter(|body| body.is_required || !body.example.members().is_empty());
        Self {
            verb: operation.verb,
            address,
            has_key: operation.access.takes_key(),
            body: body.map(|body| &body.example),
        }
    }

    /// The method in capitals.
    fn method(&self) -> String {
        self.verb.as_str().to_ascii_uppercase()
    }

    /// The address with each variable written as the language does.
    fn address(&self, written: impl Fn(&str) -> String) -> String {
        let pieces = self.address.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(name) => written(name),
        });
        pieces.collect()
    }

    fn has_variables(&self) -> bool {
        self.address.iter().any(|piece| matches!(piece, Piece::Variable(_)))
    }
}

/// The variable of an id: `{id}` below `/keys` is `KEY_ID`, `{call_id}` is `CALL_ID`.
fn variable(name: &str, before: &str) -> Piece {
    let name = match name {
        "id" => format!("{}_ID", before.trim_end_matches('s')),
        other => other.to_owned(),
    };
    Piece::Variable(name.to_ascii_uppercase())
}
