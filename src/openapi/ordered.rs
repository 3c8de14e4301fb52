//! JSON whose members keep their order, for what people read.

mod schema;

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::{Error, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON value as it was written.
#[derive(Clone, Debug, PartialEq)]
pub enum Ordered {
    Null,
    Bool(bool),
    /// Its digits: `1.10` is a price, and `1.1` reads like another.
    Number(String),
    Text(String),
    List(Vec<Ordered>),
    Object(Vec<(String, Ordered)>),
}

impl Ordered {
    /// The value that a text contains; `null` if it contains none.
    pub fn parse(text: &str) -> Self {
        Self::read(text.as_bytes()).unwrap_or(Self::Null)
    }

    /// The value that bytes contain.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Self::of(serde_json::from_slice(bytes).ok()?)
    }

    /// The value of a text that is JSON.
    fn of(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        let read = |text| serde_json::from_str::<Value>(text).ok();
        Some(match text.as_bytes().first()? {
            b'{' => {
                let Members(members) = serde_json::from_str(text).ok()?;
                let member = |(name, value)| Some((name, Self::of(value)?));
                Self::Object(members.into_iter().map(member).collect::<Option<_>>()?)
            }
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                Self::List(items.into_iter().map(Self::of).collect::<Option<_>>()?)
            }
            b'"' => Self::Text(read(text)?.as_str()?.to_owned()),
            b't' | b'f' => Self::Bool(read(text)?.as_bool()?),
            b'n' => Self::Null,
            _ => Self::Number(text.to_owned()),
        })
    }

    /// The members of an object; none of another value.
    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The member with this name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(known, _)| known == name).map(|(_, member)| member)
    }

    /// The same value, whose members have no order.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The value with one member a line.
    pub fn to_pretty(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Serialize for Ordered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(digits) => {
                RawValue::from_string(digits.clone()).map_err(S::Error::custom)?.serialize(serializer)
            }
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => items.serialize(serializer),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    map.serialize_entry(name, member)?;
                }
                map.end()
            }
        }
    }
}

/// The members of an object in their order, not yet read.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Members<'de>, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Members(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order() {
        let text = r#"{"b":[1,-2,0.5,{"z":null,"a":true}],"a":"é"}"#;
        let value = Ordered::parse(text);
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        assert_eq!(value.to_value(), serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(value.get("a"), Some(&Ordered::Text("é".to_owned())));
    }

    #[test]
    fn numbers_keep_their_digits() {
        let text = r#"{"price":1.10,"list":[2.00,-0,1e3,12345678901234567890123]}"#;
        let value = Ordered::parse(text);
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        assert!(value.to_pretty().contains("\"price\": 1.10"), "{}", value.to_pretty());
        assert_eq!(value.to_value()["price"], 1.1);
    }

    #[test]
    fn what_is_no_json_is_null() {
        for text in ["", "{", "{\"a\":}", "1.1.1"] {
            assert_eq!(Ordered::parse(text), Ordered::Null, "{text}");
        }
        assert_eq!(
            Ordered::parse(" [ 1 , {\"a\" : \"\\u00e9\"} ] ").to_pretty(),
            "[\n  1,\n  {\n    \"a\": \"é\"\n  }\n]"
        );
    }
}
