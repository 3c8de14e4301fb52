//! Enums whose variants have names in the store, on the wire and in commands.

/// Declares such an enum, with `ALL`, `NAMES`, `as_str` and `from_name`. It serializes as its name,
/// and its schema lists the names.
#[macro_export]
macro_rules! named_enum {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $type:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $name:literal,)+
        }
    ) => {
        $(#[$meta])*
        $visibility enum $type {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $type {
            /// Every variant, in the order of declaration.
            $visibility const ALL: [Self; [$($name),+].len()] = [$(Self::$variant,)+];

            /// The names, in the same order.
            $visibility const NAMES: [&'static str; Self::ALL.len()] = [$($name),+];

            /// The name.
            $visibility const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The variant with this name.
            $visibility fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|variant| variant.as_str() == name)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": Self::NAMES.as_slice() })
            }
        }
    };
}

pub use named_enum;

#[cfg(test)]
mod tests {
    named_enum! {
        #[derive(Clone, Copy, Debug, PartialEq)]
        enum Signal {
            Stop = "stop",
            Go = "go",
        }
    }

    #[test]
    fn names_and_variants_convert_both_ways() {
        assert_eq!(Signal::NAMES, ["stop", "go"]);
        assert_eq!(Signal::ALL.map(Signal::as_str), Signal::NAMES);
        assert_eq!((Signal::from_name("go"), Signal::from_name("Go")), (Some(Signal::Go), None));
    }
}
