//! The table of what can be wrong with the form of a request: its target, its headers, its framing.

use crate::language::Language;

macro_rules! malformed {
    ($($(#[$doc:meta])* $variant:ident => $en:literal, $pt:literal;)+) => {
        /// Why a request cannot be read, or must not be.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Malformed {
            $($(#[$doc])* $variant,)+
        }

        impl Malformed {
            /// The reason as a sentence without its full stop.
            pub const fn reason(self, language: Language) -> &'static str {
                match language {
                    Language::En => match self { $(Self::$variant => $en,)+ },
                    Language::Pt => match self { $(Self::$variant => $pt,)+ },
                }
            }
        }
    };
}

malformed! {
    NotHttp => "The request is not HTTP/1.1", "A requisição não é HTTP/1.1";
    HeadTooLarge =>
        "The request has too many or too long header lines",
        "A requisição tem linhas de cabeçalho demais ou longas demais";
    TargetTooLong =>
        "The request target is longer than 8192 bytes", "O endereço da requisição tem mais de 8192 bytes";
    NoHost => "The request has no Host header", "A requisição não tem o cabeçalho Host";
    SecondHost =>
        "The request has more than one Host header", "A requisição tem mais de um cabeçalho Host";
    NotAHost =>
        "The Host header is not a host name with an optional port",
        "O cabeçalho Host não é um nome de host com porta opcional";
    OtherHost =>
        "The request target names another host than the Host header",
        "O endereço da requisição indica um host diferente do cabeçalho Host";
    /// Another name than that of the loopback interface, in development mode.
    NotLoopback =>
        "Development mode answers requests to localhost only",
        "O modo de desenvolvimento só responde a requisições para localhost";
    Fragment => "The request target has a fragment", "O endereço da requisição tem um fragmento (#)";
    NotAPath => "The request target is not a path", "O endereço da requisição não é um caminho";
    UnescapedCharacter =>
        "The path holds a character that must be percent-encoded",
        "O caminho contém um caractere que precisa ser codificado com %";
    EncodedSeparator =>
        "The path holds an encoded slash or backslash", "O caminho contém uma barra codificada";
    EncodedControl =>
        "The path holds an encoded control character", "O caminho contém um caractere de controle codificado";
    IncompleteEscape =>
        "The path holds a percent sign without two hexadecimal digits",
        "O caminho contém um sinal de % sem dois dígitos hexadecimais";
    /// Servers differ in how they read it, and another route may be meant.
    AmbiguousPath =>
        "The path could be read as the path of another route: remove unnecessary percent-encoding, empty segments, parameters after `;`, capital letters, and a dot or slash at the end",
        "O caminho pode ser lido como o de outra rota: remova codificação desnecessária, segmentos vazios, parâmetros depois de `;`, letras maiúsculas e um ponto ou uma barra no fim";
    DotSegment => "The path holds a dot segment", "O caminho contém um segmento `.` ou `..`";
    TransferEncoding =>
        "The Transfer-Encoding is not exactly `chunked`", "O Transfer-Encoding não é exatamente `chunked`";
    BrokenBody =>
        "The body broke off or is framed wrongly", "O corpo foi interrompido ou está delimitado incorretamente";
    DryRunHeader =>
        "X-Dry-Run must be sent once, as true or false", "X-Dry-Run deve ser enviado uma vez, como true ou false";
    TooManyMatches =>
        "The list has more than 1000 matches: send the rest in another list",
        "A lista tem mais de 1000 itens: envie os demais em outra lista";
    /// A route sets or removes members of bodies.
    UneditableBody =>
        "This route changes members of the body, so the body must be an unencoded JSON object; on the way to such a member, each name must appear once, in the given letter case, and hold an object",
        "Esta rota altera membros do corpo, por isso ele deve ser um objeto JSON sem codificação; no caminho até um desses membros, cada nome deve aparecer uma só vez, com as maiúsculas e minúsculas indicadas, e conter um objeto";
    DryRunOfFreeRoute =>
        "This route is free: omit X-Dry-Run", "Esta rota é gratuita: omita X-Dry-Run";
    IdempotencyKeyOfFreeRoute =>
        "This route is free and keeps no answers: omit Idempotency-Key",
        "Esta rota é gratuita e não guarda respostas: omita Idempotency-Key";
    IdempotencyKeyOfPassedBody =>
        "This route passes bodies on unread, so it keeps no answers: omit Idempotency-Key",
        "Esta rota repassa o corpo sem lê-lo e não guarda respostas: omita Idempotency-Key";
    IdempotencyKeyHeader =>
        "Idempotency-Key must be sent once, as 1 to 255 visible ASCII characters, bare or in double quotes",
        "Idempotency-Key deve ser enviada uma vez, com 1 a 255 caracteres ASCII visíveis, com ou sem aspas duplas";
}
