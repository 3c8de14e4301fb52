//! Decides whether a pictograph says nothing private: it is one of those that texts about work use.

/// Pictographs of work, faces and gestures without a private sense.
const HARMLESS: &str = "🚀✅✔☑📈📉📊💡👍👏🎉🔥👇👉👆⚡🛠⚙🔧🔩🔨📦📌📍📅📆🗓⏰⏱⏳⌛🎯🏆🥇🤝💪🙌😀😃😄😁🙂😊😉😅😂🤣🤔👀✨⭐🌟\
💻🖥🖨📱☎📞📧✉📨📣📢🔔📝📄📑📚📖📰🏭🏗🏢🚚🚛✈🚢🚜🌍🌎🌏🌐🌱🌾♻🔍🔎🔗🔒🔑💬💼🧪🔬🧩🤖☁☀⚠❌❗❓❤💙💚📷🎥🎤🎧🎨🧵🙃😎🤩👋★☆☺♥✂✏✒☕";

/// Whether a pictograph of the text may say something private: “🤰”, a flag, the shade of a skin.
pub(super) fn has_private_sign(text: &[char]) -> bool {
    text.iter().any(|sign| is_pictograph(*sign) && !HARMLESS.contains(*sign))
}

const fn is_pictograph(sign: char) -> bool {
    matches!(sign, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{2704}' | '\u{2706}'..='\u{2712}' | '\u{2721}' | '\u{271d}' | '\u{2763}'..='\u{2764}')
}
