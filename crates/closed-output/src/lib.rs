//! Whether the program was started without standard output, as `>&-` does.
//!
//! Before `main`, the runtime of Rust opens `/dev/null` in place of a closed standard stream. Every
//! write then seems to succeed, and a result, such as the secret of a new key, is lost in silence.
//! So a function looks earlier, among the initializers of the program.
#![allow(unsafe_code, reason = "the linker must place the initializer, and the C library is asked")]

use std::sync::atomic::{AtomicBool, Ordering};

static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    // SAFETY: it takes a number and reads a flag; a closed descriptor is an error of it.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    WAS_CLOSED.store(flags == -1, Ordering::Relaxed);
}

/// Whether standard output was closed when the program started.
pub fn was_closed() -> bool {
    WAS_CLOSED.load(Ordering::Relaxed)
}
