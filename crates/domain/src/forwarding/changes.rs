//! What a route sets and removes in requests and answers.

use serde::Serialize;

use crate::json_pointer::JsonPointer;

/// Changes of a request on its way to the upstream, or of an answer on its way to the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    pub headers: HeaderChanges,
    pub members: MemberChanges,
}

/// Names are lowercase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HeaderChanges {
    pub set: Vec<(String, String)>,
    pub remove: Vec<String>,
}

/// Changes of a body that is a JSON object. What is removed is removed first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MemberChanges {
    /// Each with the JSON text of its value.
    pub set: Vec<(JsonPointer, String)>,
    pub remove: Vec<JsonPointer>,
    /// Only bodies that have `true` there are changed.
    pub when: Option<JsonPointer>,
    /// The event of a stream that only what is set brings has an empty list there.
    pub extra_event: Option<JsonPointer>,
}

impl MemberChanges {
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }

    /// Whether a change may be one of this member: of itself, of one that contains it, or of one
    /// within it.
    pub fn concern(&self, member: &JsonPointer) -> bool {
        let set = self.set.iter().map(|(pointer, _)| pointer);
        set.chain(&self.remove).any(|pointer| pointer.contains(member) || member.contains(pointer))
    }
}
