//! The command `envaudit`, as a process that tests can start.

fn main() -> std::process::ExitCode {
    envaudit::cli::main()
}
