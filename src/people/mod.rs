//! Who is meant: normalising names, matching, and the sources that know people.
