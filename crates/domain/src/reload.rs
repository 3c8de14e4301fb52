//! What can change while the gateway serves.

/// A part whose files are read again on SIGHUP, and when they have changed.
pub trait Reload: Send + Sync {
    /// Its name in logs and metrics.
    fn part(&self) -> &'static str;

    /// Whether the files differ from those that were read last.
    fn has_changed(&self) -> bool;

    /// Reads the files, and replaces what is in force if all of it is valid. Requests in progress
    /// keep what they began with. Returns whether something changed.
    ///
    /// # Errors
    /// What is wrong, in the operator's words. The current content stays in force.
    fn reload(&self) -> Result<bool, String>;
}
