//! The binary `beseda`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    without_huge_pages();
    beseda::cli::main()
}

/// Memory in pages of 4 KB: in huge ones of 2 MB, which the allocator asks for, what is free between thousands of open
/// streams would stay in use, a third of all.
fn without_huge_pages() {
    #[cfg(target_os = "linux")]
    // A system that doesn't know of them has none.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
