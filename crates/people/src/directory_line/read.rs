//! Reads a line of JSON field by field, so that all faults are reported at once, each with its
//! field's name.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{DirectoryLine, FieldFault, LineFault, Problem};
use fluence_domain::person::{Post, parse_published_at};

impl DirectoryLine {
    /// Reads the fields of one line and returns the invalid ones with it.
    pub(super) fn read(text: &str) -> Result<(Self, Vec<FieldFault>), LineFault> {
        let object: Object<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => LineFault::NotObject,
            _ => LineFault::NotJson { column: error.column() },
        })?;
        let mut faults = Vec::new();
        let mut fields = Fields { place: String::new(), object, faults: &mut faults };
        let line = Self {
            first_name: fields.needed_text("first_name"),
            last_name: fields.needed_text("last_name"),
            company: fields.needed_text("company"),
            external_id: fields.text("external_id"),
            title: fields.text("title"),
            location: fields.text("location"),
            email: fields.text("email"),
            bio: fields.text("bio"),
            languages: fields.texts("languages"),
            aliases: fields.texts("aliases"),
            former_companies: fields.texts("former_companies"),
            posts: fields.posts("posts"),
            source: fields.text("source"),
            legal_basis: fields.text("legal_basis"),
        };
        fields.refuse_the_rest();
        Ok((line, faults))
    }
}

/// A JSON object whose values are not read yet, in their written order.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// The fields of an object, taken one by one. `null` means that a field is absent.
struct Fields<'a, 'f> {
    /// The prefix of the field names, such as `posts[0].`.
    place: String,
    object: Object<'a>,
    faults: &'f mut Vec<FieldFault>,
}

impl<'a> Fields<'a, '_> {
    fn fault(&mut self, name: &str, problem: Problem) {
        self.faults.push(FieldFault { field: format!("{}{name}", self.place), problem });
    }

    fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let members = &mut self.object.0;
        let value = members.remove(members.iter().position(|(known, _)| known == name)?).1;
        let written = members.len();
        members.retain(|(known, _)| known != name);
        if members.len() < written {
            self.fault(name, Problem::Repeated);
        }
        (value.get() != "null").then_some(value)
    }

    fn needed_text(&mut self, name: &str) -> String {
        match self.take(name) {
            Some(value) => self.read_text(name, value).unwrap_or_default(),
            None => {
                self.fault(name, Problem::Missing);
                String::new()
            }
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let value = self.take(name)?;
        self.read_text(name, value)
    }

    fn read_text(&mut self, name: &str, value: &RawValue) -> Option<String> {
        let text = serde_json::from_str(value.get()).ok();
        if text.is_none() {
            self.fault(name, Problem::NotText);
        }
        text
    }

    fn list(&mut self, name: &str) -> Vec<&'a RawValue> {
        let Some(value) = self.take(name) else { return Vec::new() };
        serde_json::from_str(value.get()).unwrap_or_else(|_| {
            self.fault(name, Problem::NotList);
            Vec::new()
        })
    }

    fn texts(&mut self, name: &str) -> Vec<String> {
        let items = self.list(name).into_iter().enumerate();
        items.filter_map(|(index, value)| self.read_text(&format!("{name}[{index}]"), value)).collect()
    }

    fn posts(&mut self, name: &str) -> Vec<Post> {
        let items = self.list(name).into_iter().enumerate();
        items.filter_map(|(index, value)| self.post(&format!("{name}[{index}]"), value)).collect()
    }

    fn post(&mut self, place: &str, value: &RawValue) -> Option<Post> {
        let Ok(object) = serde_json::from_str(value.get()) else {
            self.fault(place, Problem::NotObject);
            return None;
        };
        let mut fields = Fields { place: format!("{place}."), object, faults: self.faults };
        let post = Post {
            text: fields.needed_text("text"),
            published_at: fields.text("published_at").and_then(|text| {
                let instant = parse_published_at(&text);
                if instant.is_none() {
                    fields.fault("published_at", Problem::NotDate);
                }
                instant
            }),
            language: fields.text("language"),
        };
        fields.refuse_the_rest();
        Some(post)
    }

    fn refuse_the_rest(mut self) {
        for (name, _) in std::mem::take(&mut self.object.0) {
            self.fault(&name, Problem::Unknown);
        }
    }
}
